"""What rules remember of the past: since when somebody has been still, gathered or away, which points were visited."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from twin.effects import PatrolVisit, Watched

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from twin.core.parameters import RuleParameters
    from twin.core.roster import Roster
    from twin.effects import WorldSnapshot

WATCH = np.dtype(
    [
        ("still_ns", np.int64),  # since when within the radius of the anchor; 0 = not watched
        ("still_xy_m", np.float64, 2),  # the anchor
        ("still_s", np.float64),  # seconds of it motionless, weighted with the probability
        ("gathered_ns", np.int64),  # since when one of too many; 0 = not
        ("away_ns", np.int64),  # since when on duty and off every post of theirs; 0 = not
        ("alone_ns", np.int64),  # since when without escort; 0 = not
    ]
)
"""Fields of the watch table, a row per subject."""

Occasion = tuple[str, int]
"""One patrol: route and when its window began, UTC ns."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """How the locator does with one anchor."""

    engine: str
    silent_ns: int
    """When it was last heard of; 0: heard of now, or never."""


@dataclass(frozen=True, eq=False)
class Watch:
    """The memory of all rules.

    Attributes:
        table: (n,) entries of WATCH, a row per subject; rows beyond its end are zero.
        since_ns: since when the twin has watched without a break it knows of; 0 = not yet.
        observed_ns: when it was last brought up to date; 0 = never.
        arrivals: (route, point, subject row) → since when somebody has been at a patrol point.
        visits: patrol → point → (when, by whom).
        weak, calling: tags whose battery is low; tags whose SOS key is held.
        silent: anchors that are not heard, since when.
    """

    table: NDArray[np.void] = field(default_factory=lambda: np.zeros(0, WATCH))
    since_ns: int = 0
    observed_ns: int = 0
    arrivals: Mapping[tuple[str, str, int], int] = field(default_factory=dict)
    visits: Mapping[Occasion, Mapping[str, tuple[int, str]]] = field(default_factory=dict)
    weak: frozenset[str] = frozenset()
    calling: frozenset[str] = frozenset()
    silent: Mapping[str, Anchor] = field(default_factory=dict)

    def of(self, n: int) -> NDArray[np.void]:
        """The table with n rows; not to be written to."""
        if len(self.table) >= n:
            return self.table
        return np.concatenate([self.table, np.zeros(n - len(self.table), WATCH)])


def carried_watch(watch: Watch, old: Roster, new: Roster) -> Watch:
    """The same memory in the rows of another roster."""
    if old is new or not len(watch.table):
        return watch
    before = watch.of(len(old.carriers))
    table = np.zeros(len(new.carriers), WATCH)
    rows = [(i, new.row[c.subject]) for i, c in enumerate(old.carriers) if c.subject in new.row]
    if rows:
        was, becomes = np.array(rows).T
        table[becomes] = before[was]
    arrivals = {
        (route, point, new.row[old.carriers[row].subject]): t_ns
        for (route, point, row), t_ns in watch.arrivals.items()
        if old.carriers[row].subject in new.row
    }
    return replace(watch, table=table, arrivals=arrivals)


def told(watch: Watch, roster: Roster) -> tuple[list[Watched], list[PatrolVisit]]:
    """The memory as a snapshot holds it: only what is worth remembering."""
    table = watch.of(len(roster.carriers))
    rows = np.flatnonzero(table["still_ns"] | table["gathered_ns"] | table["away_ns"] | table["alone_ns"])
    people = [
        Watched(
            subject=roster.carriers[row].subject,
            still_ns=int(entry["still_ns"]),
            still_xy_m=(float(entry["still_xy_m"][0]), float(entry["still_xy_m"][1])),
            still_s=float(entry["still_s"]),
            gathered_ns=int(entry["gathered_ns"]),
            away_ns=int(entry["away_ns"]),
            alone_ns=int(entry["alone_ns"]),
        )
        for row, entry in zip(rows.tolist(), table[rows], strict=True)
    ]
    visits = [
        PatrolVisit(route=route, window_ns=window_ns, point=point, t_ns=t_ns, subject=subject)
        for (route, window_ns), points in watch.visits.items()
        for point, (t_ns, subject) in points.items()
    ]
    return people, visits


def remembered(picture: WorldSnapshot, roster: Roster, known: RuleParameters) -> Watch:
    """The memory a former core left behind."""
    table = np.zeros(len(roster.carriers), WATCH)
    for one in picture.watched:
        row = roster.row.get(one.subject)
        if row is not None:
            for name in ("still_ns", "still_xy_m", "still_s", "gathered_ns", "away_ns", "alone_ns"):
                table[name][row] = getattr(one, name)
    found: dict[Occasion, dict[str, tuple[int, str]]] = {}
    for visit in picture.visits:
        found.setdefault((visit.route, visit.window_ns), {})[visit.point] = (visit.t_ns, visit.subject)
    weak = [
        tag.tag_id for tag in picture.tags if tag.battery_pct is not None and tag.battery_pct < known.battery_low_pct
    ]
    return Watch(
        table=table,
        since_ns=picture.watching_since_ns,
        visits=found,
        weak=frozenset(weak),
        calling=frozenset(tag.tag_id for tag in picture.tags if tag.sos),
    )


def since(column: NDArray[np.int64], holds: NDArray[np.bool_], now_ns: int) -> NDArray[np.int64]:
    """Since when something has held: kept where it goes on, now where it begins, 0 where it does not hold."""
    return np.where(holds, np.where(column > 0, column, now_ns), 0)
