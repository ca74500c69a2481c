"""What the journal says of alarms, one row per change, in order of time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from numpy.typing import NDArray

SOUNDING = ("raised", "reraised", "realarmed")
"""Causes of a change by which an operator is called."""
_TEXTS = ("alarm", "cause", "kind", "fence", "sensor", "asset", "subject", "state", "by", "reason", "stage")


@dataclass(frozen=True, eq=False)
class Changes:
    """n changes of alarms, structure of arrays, in order of time.

    Attributes:
        t_ns: (n,) event time.
        alarm: id of the alarm.
        cause: what happened: raised, reraised, acknowledged, returned, shelved …
        kind, fence, sensor, asset, subject: what it is about; empty where nothing.
        state: of the alarm after the change.
        priority: (n,) 1 most urgent … 4.
        quiet: (n,) shelved, suppressed or out of service at that moment: nobody was called.
        by, reason: who shelved it or took it out of service, and why; empty otherwise.
        stage: the last step of handling taken; empty before the first.
    """

    t_ns: NDArray[np.int64]
    priority: NDArray[np.int64]
    quiet: NDArray[np.bool_]
    alarm: NDArray[np.str_] = field(repr=False)
    cause: NDArray[np.str_] = field(repr=False)
    kind: NDArray[np.str_] = field(repr=False)
    fence: NDArray[np.str_] = field(repr=False)
    sensor: NDArray[np.str_] = field(repr=False)
    asset: NDArray[np.str_] = field(repr=False)
    subject: NDArray[np.str_] = field(repr=False)
    state: NDArray[np.str_] = field(repr=False)
    by: NDArray[np.str_] = field(repr=False)
    reason: NDArray[np.str_] = field(repr=False)
    stage: NDArray[np.str_] = field(repr=False)

    def __len__(self) -> int:
        return len(self.t_ns)

    @property
    def sounding(self) -> NDArray[np.bool_]:
        """(n,) whether the change called an operator."""
        return np.isin(self.cause, SOUNDING) & ~self.quiet

    def points(self) -> NDArray[np.int64]:
        """(n,) number of the alarm point each change belongs to: what it is about, whichever time it was raised."""
        if not len(self):
            return np.zeros(0, np.int64)
        what = np.stack([self.kind, self.fence, self.sensor, self.asset, self.subject]).astype(str)
        return np.asarray(np.unique(what, axis=1, return_inverse=True)[1], np.int64).reshape(-1)

    def of(self, which: NDArray[np.bool_]) -> Changes:
        """Some of them, in the same order."""
        return Changes(**{name: getattr(self, name)[which] for name in self.__dataclass_fields__})


def changes_of(rows: Iterable[Mapping[str, Any]]) -> Changes:
    """Rows as the store gives them (missing texts empty), in order of time."""
    held = sorted(rows, key=lambda row: int(row["t_ns"]))
    texts = {name: np.array([row.get(name) or "" for row in held], np.str_).reshape(-1) for name in _TEXTS}
    return Changes(
        t_ns=np.array([row["t_ns"] for row in held], np.int64),
        priority=np.array([row["priority"] for row in held], np.int64),
        quiet=np.array([bool(row.get("quiet")) for row in held], bool),
        **texts,
    )
