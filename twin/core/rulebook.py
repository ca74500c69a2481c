"""What the plant's records ask of people, laid out for asking: who is whose, which fences carry which rule."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely

from gis.plant import Colour, FencePurpose, RoleKind
from twin.core.roster import CarrierKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from gis.plant import Allow, Fence, MinStaff, PatrolRoute, Plant, Shift, Zone
    from twin.core.roster import Roster

NOBODY, STAFF, CONTRACTOR, VISITOR, VEHICLE = -1, 0, 1, 2, 3
"""What a subject is to the rules; a tag that nobody carries is nobody."""
_KINDS = {RoleKind.STAFF: STAFF, RoleKind.CONTRACTOR: CONTRACTOR, RoleKind.VISITOR: VISITOR}
_DANGER = (Colour.RED, Colour.ORANGE, Colour.YELLOW, Colour.BLUE)


@dataclass(frozen=True, eq=False)
class Round:
    """A patrol route in site metres.

    Attributes:
        route: the record.
        xy_m: (p, 2) its points.
        walkers: (w,) rows of those who may make it.
    """

    route: PatrolRoute
    xy_m: NDArray[np.float64]
    walkers: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Rulebook:
    """The rules of one set of fences and one roster, by row.

    Attributes:
        timezone: of the plant.
        what: (n,) NOBODY, STAFF, CONTRACTOR, VISITOR or VEHICLE.
        shift: (n,) index into `shifts`; −1 for who has none and is on duty always.
        shifts: the plant's shifts.
        forbidden, limited, staffed, posts, guarded, quiet, restful, calm, timed, escorted: rows of fences with a rule:
            intruders; most people; fewest people; whose post; who may not stay; nobody motionless; motionless means
            nothing; crowds mean nothing; how long; not alone.
        allowed, posted: fence row → (n,) who may be inside; whose post it is.
        demanded: fence row → (what is asked, (n,) who counts).
        zones, zone_tree: the risk zones that hold, most dangerous first, and an index over them in site metres.
        within: where a silent tag is missed: the plant without the strip along its boundary where people leave.
        rounds: patrol routes.
        anchors: where each anchor is, site metres.
    """

    timezone: str = "UTC"
    what: NDArray[np.int8] = field(default_factory=lambda: np.zeros(0, np.int8))
    shift: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    shifts: tuple[Shift, ...] = ()
    forbidden: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    limited: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    staffed: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    posts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    guarded: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    quiet: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    restful: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    calm: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    timed: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    escorted: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    allowed: Mapping[int, NDArray[np.bool_]] = field(default_factory=dict)
    posted: Mapping[int, NDArray[np.bool_]] = field(default_factory=dict)
    demanded: Mapping[int, tuple[tuple[MinStaff, NDArray[np.bool_]], ...]] = field(default_factory=dict)
    zones: tuple[Zone, ...] = ()
    zone_tree: shapely.STRtree = field(default_factory=lambda: shapely.STRtree([]))
    within: BaseGeometry = field(default_factory=shapely.Polygon)
    rounds: tuple[Round, ...] = ()
    anchors: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)


def rulebook_of(plant: Plant, roster: Roster, fences: Sequence[Fence], t_ns: int, gate_m: float) -> Rulebook:
    """The rules of the fences that hold, in their order, for the subjects of a roster.

    Args:
        plant: its records.
        roster: whose rows count.
        fences: those that hold, a row each.
        t_ns: which zones hold.
        gate_m: width of the strip inside the boundary where a silent tag may have left.
    """
    crowd = _Crowd(plant, roster)

    def rows(carries: Callable[[Fence], bool]) -> NDArray[np.int64]:
        return np.array([row for row, fence in enumerate(fences) if carries(fence)], np.int64)

    needs = [
        row
        for row, fence in enumerate(fences)
        if fence.purpose is FencePurpose.FORBIDDEN or fence.rules.escort or fence.rules.wrong_post_s is not None
    ]
    zones = sorted(
        (zone for zone in plant.zones if zone.valid_at(t_ns)), key=lambda zone: (_DANGER.index(zone.colour), zone.code)
    )
    frame = plant.head.frame
    within = frame.shape_to_site(plant.head.boundary).buffer(-gate_m)
    shapely.prepare(within)
    return Rulebook(
        timezone=plant.head.timezone,
        what=crowd.what,
        shift=crowd.shift,
        shifts=plant.shifts,
        forbidden=rows(lambda fence: fence.purpose is FencePurpose.FORBIDDEN),
        limited=rows(lambda fence: fence.rules.max_people is not None),
        staffed=rows(lambda fence: bool(fence.rules.min_staff)),
        posts=rows(lambda fence: not fence.rules.post_of.is_empty),
        guarded=rows(lambda fence: fence.rules.wrong_post_s is not None),
        quiet=rows(lambda fence: fence.rules.still_s is not None),
        restful=rows(lambda fence: fence.rules.still_exempt or fence.purpose is FencePurpose.EXEMPT),
        calm=rows(
            lambda fence: fence.rules.gather_exempt or fence.purpose in (FencePurpose.EXEMPT, FencePurpose.MUSTER)
        ),
        timed=rows(lambda fence: fence.rules.overstay_s is not None),
        escorted=rows(lambda fence: fence.rules.escort),
        allowed={row: crowd.among(fences[row].allow) for row in needs},
        posted={
            row: crowd.among(fence.rules.post_of)
            for row, fence in enumerate(fences)
            if not fence.rules.post_of.is_empty
        },
        demanded={
            row: tuple((asked, crowd.counted(asked, fence.rules.post_of)) for asked in fence.rules.min_staff)
            for row, fence in enumerate(fences)
            if fence.rules.min_staff
        },
        zones=tuple(zones),
        zone_tree=shapely.STRtree([frame.shape_to_site(zone.geometry) for zone in zones]),
        within=within,
        rounds=tuple(_round(plant, route, crowd) for route in plant.patrols),
        anchors=_anchors(plant),
    )


def _anchors(plant: Plant) -> dict[str, tuple[float, float, float]]:
    found = plant.assets_of("anchor")
    spots = [asset.geometry.centroid for asset in found]
    x, y = plant.head.frame.to_site([spot.x for spot in spots], [spot.y for spot in spots])
    return {a.code: (float(x[i]), float(y[i]), a.base_m) for i, a in enumerate(found)}


class _Crowd:
    """Everybody of a roster, as columns."""

    def __init__(self, plant: Plant, roster: Roster) -> None:
        n = len(roster.carriers)
        kinds = {role.code: _KINDS[role.kind] for role in plant.roles}
        shifts = {shift.code: i for i, shift in enumerate(plant.shifts)}
        self.what = np.full(n, NOBODY, np.int8)
        self.shift = np.full(n, -1, np.int64)
        self._row = roster.row
        self._roles: dict[str, list[int]] = {}
        self._teams: dict[str, list[int]] = {}
        for person in plant.people:
            row = roster.row[person.code]
            self.what[row] = kinds.get(person.role, STAFF)
            self.shift[row] = shifts.get(person.shift or "", -1)
            self._roles.setdefault(person.role, []).append(row)
            if person.team is not None:
                self._teams.setdefault(person.team, []).append(row)
        for vehicle in plant.vehicles:
            row = roster.row[vehicle.code]
            if roster.carriers[row].kind is CarrierKind.VEHICLE:
                self.what[row] = VEHICLE

    def among(self, allow: Allow) -> NDArray[np.bool_]:
        """(n,) whom a list names."""
        mask = np.zeros(len(self.what), bool)
        for names, groups in ((allow.roles, self._roles), (allow.teams, self._teams)):
            for name in names:
                mask[groups.get(name, [])] = True
        mask[[self._row[code] for code in allow.persons if code in self._row]] = True
        mask &= self.what != VEHICLE
        vehicles = [self._row[code] for code in allow.vehicles if code in self._row]
        mask[[row for row in vehicles if self.what[row] == VEHICLE]] = True
        return mask

    def counted(self, asked: MinStaff, post_of: Allow) -> NDArray[np.bool_]:
        """(n,) who counts for a demand: the role and team it names, or those whose post it is, or all staff."""
        if asked.role is None and asked.team is None:
            return np.asarray(self.what == STAFF if post_of.is_empty else self.among(post_of) & (self.what != VEHICLE))
        mask = np.ones(len(self.what), bool)
        for name, groups in ((asked.role, self._roles), (asked.team, self._teams)):
            if name is not None:
                member = np.zeros(len(self.what), bool)
                member[groups.get(name, [])] = True
                mask &= member
        return mask

    def rows(self, persons: Sequence[str], teams: Sequence[str]) -> NDArray[np.int64]:
        """Rows of some people and of the members of some teams."""
        found = {self._row[code] for code in persons if code in self._row}
        for team in teams:
            found.update(self._teams.get(team, []))
        return np.array(sorted(found), np.int64)


def _round(plant: Plant, route: PatrolRoute, crowd: _Crowd) -> Round:
    x, y = plant.head.frame.to_site([point.lon for point in route.points], [point.lat for point in route.points])
    return Round(route, np.column_stack([x, y]), crowd.rows(route.persons, route.teams))


def stretched(mask: NDArray[np.bool_], n: int) -> NDArray[np.bool_]:
    """A mask over subjects for a roster that has grown: strangers are on no list."""
    return mask if len(mask) >= n else np.concatenate([mask, np.zeros(n - len(mask), bool)])
