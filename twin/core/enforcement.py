"""Which fences' rules hold now by their schedules. Membership goes on whether they do or not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from gis.schedule import next_turn_ns, open_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gis.plant import Fence

_NEVER_NS = np.iinfo(np.int64).max


@dataclass(frozen=True, eq=False)
class Enforcement:
    """(n,) whether each fence's rules hold, and until when nothing of that changes."""

    holds: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))
    until_ns: int = int(_NEVER_NS)


def enforcement_at(fences: Sequence[Fence], timezone: str, t_ns: int) -> Enforcement:
    """The fences' schedules at an instant."""
    scheduled = [fence.schedule for fence in fences if not fence.schedule.is_always]
    return Enforcement(
        np.array([fence.schedule.is_always or open_at(fence.schedule, t_ns, timezone) for fence in fences], bool),
        min([int(_NEVER_NS), *(next_turn_ns(schedule, t_ns, timezone) for schedule in scheduled)]),
    )
