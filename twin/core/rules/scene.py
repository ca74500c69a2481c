"""The moment a rule is asked about: who is inside what, who is seen, what the records demand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from gis.fix import FixStatus
from gis.time import NS_PER_S
from twin.core.membership import OUTSIDE
from twin.core.rulebook import NOBODY, VEHICLE, stretched
from twin.effects import EvidenceFix

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from gis.plant import Fence
    from twin.core.parameters import RuleParameters
    from twin.core.rulebook import Rulebook
    from twin.core.world import World


@dataclass(frozen=True, eq=False)
class Scene:
    """A world at an instant, with the columns that rules share."""

    world: World
    now_ns: int

    @property
    def book(self) -> Rulebook:
        """What the records ask."""
        return self.world.rulebook

    @property
    def known(self) -> RuleParameters:
        """The numbers of rules that belong to no fence."""
        return self.world.parameters.rules

    @cached_property
    def n(self) -> int:
        """How many subjects there are."""
        return len(self.world.roster.carriers)

    @cached_property
    def what(self) -> NDArray[np.int8]:
        """(n,) what each subject is; strangers are nobody."""
        known = self.book.what
        return np.concatenate([known, np.full(self.n - len(known), NOBODY, np.int8)]) if len(known) < self.n else known

    @cached_property
    def on_foot(self) -> NDArray[np.bool_]:
        """(n,) people, known or not: not vehicles."""
        return np.asarray(self.what != VEHICLE, bool)

    @cached_property
    def age_s(self) -> NDArray[np.float64]:
        """(n,) age of the last believed fix; infinite when there was none."""
        ref_ns = self.world.tracks["ref_t_ns"]
        return np.asarray(np.where(ref_ns > 0, (self.now_ns - ref_ns) / NS_PER_S, np.inf), float)

    @cached_property
    def seen(self) -> NDArray[np.bool_]:
        """(n,) whose place is known now."""
        return np.asarray((self.world.tracks["status"] <= FixStatus.PREDICTED) & np.isfinite(self.age_s), bool)

    @cached_property
    def on_site(self) -> NDArray[np.bool_]:
        """(n,) seen now, or lost not so long ago that they may be at home."""
        return self.age_s <= self.known.forgotten_after_s

    @cached_property
    def xy_m(self) -> NDArray[np.float64]:
        """(n, 2) last believed places."""
        return np.asarray(self.world.tracks["ref_xyz_m"][:, :2], float)

    @cached_property
    def _inside(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        subject, fence = self.world.membership.inside_rows()
        order = np.argsort(fence, kind="stable")
        return subject[order], fence[order]

    def inside(self, fence: int) -> NDArray[np.int64]:
        """Rows of the subjects held to be inside a fence, lost or not."""
        subject, row = self._inside
        low, high = np.searchsorted(row, [fence, fence + 1])
        return subject[low:high]

    def inside_any(self, fences: Iterable[int]) -> NDArray[np.bool_]:
        """(n,) who is inside any of some fences."""
        mask = np.zeros(self.n, bool)
        for fence in fences:
            mask[self.inside(fence)] = True
        return mask

    def enforced(self, rows: NDArray[np.int64]) -> list[int]:
        """Of some fences those whose rules hold now."""
        return [row for row in rows.tolist() if self.world.enforcement.holds[row]]

    def fence(self, row: int) -> Fence:
        """A fence's record."""
        return self.world.prisms.fences[row]

    def allowed(self, row: int) -> NDArray[np.bool_]:
        """(n,) who may be inside a fence."""
        return stretched(self.book.allowed[row], self.n)

    def posted(self, row: int) -> NDArray[np.bool_]:
        """(n,) whose post a fence is."""
        mask = self.book.posted.get(row)
        return np.zeros(self.n, bool) if mask is None else stretched(mask, self.n)

    def entered_ns(self, subject: int, fence: int) -> int:
        """When a subject entered a fence."""
        return self.world.membership.pairs.get(self.world.membership.key(subject, fence), OUTSIDE).entered_ns

    def names(self, rows: NDArray[np.int64]) -> tuple[str, ...]:
        """Codes of subjects."""
        return tuple(self.world.roster.carriers[row].subject for row in rows.tolist())

    def place(self, subject: int) -> tuple[float, float, float]:
        """Where somebody was believed to be last."""
        x, y, z = (float(value) for value in self.world.tracks["ref_xyz_m"][subject])
        return (x, y, z)

    def centre(self, fence: int) -> tuple[float, float, float]:
        """A point well inside a fence, at walking height above its floor."""
        x, y, _ = (float(value) for value in self.world.prisms.centres_m[fence])
        return (x, y, max(float(self.world.prisms.z_min_m[fence]), 0.0))

    def evidence(self, subject: int, probability: float = 1.0) -> tuple[EvidenceFix, ...]:
        """The last believed fix of somebody; none when there is none."""
        track = self.world.tracks[subject]
        if not track["ref_t_ns"]:
            return ()
        xx, xy, yy = (float(value) for value in track["ref_cov_m2"])
        return (EvidenceFix(int(track["ref_t_ns"]), *self.place(subject), (xx, xy, yy), probability),)
