"""What each person and vehicle does next: role and team say which places, the shift says whether on duty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gis.plant import Fence, Person, Shift, Vehicle
    from twin.simulate.spots import Spot

S_PER_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Habit:
    """One thing a kind of person does: where, how often, and for how long.

    Attributes:
        weight: how often, relative to the other habits.
        spots: indices of the spots it may happen at.
        stay_s: shortest and longest stay in seconds.
        gather: of these spots, only those near the place the crew works at now.
    """

    weight: float
    spots: NDArray[np.intp]
    stay_s: tuple[float, float]
    gather: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """Go there, stay so long, at this speed."""

    spot: int
    stay_s: float
    speed_mps: float


def may_enter(fence: Fence, *, role: str, team: str | None, person: str = "", vehicle: str = "") -> bool:
    """Whether a fence's allow list holds somebody."""
    allow = fence.allow
    return role in allow.roles or (team or "") in allow.teams or person in allow.persons or vehicle in allow.vehicles


def on_duty(shift: Shift | None, local_s: float) -> bool:
    """Whether a shift runs at a second of the local day; without a shift one is always on duty."""
    if shift is None:
        return True
    start, end = _second(shift.start), _second(shift.end)
    now = local_s % S_PER_DAY
    return start <= now < end if start < end else now >= start or now < end


def _second(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60


class Places:
    """The spots of a plant, ready to be asked for by kind, asset and parent."""

    def __init__(self, spots: Sequence[Spot], reached: NDArray[np.bool_], fences: dict[str, Fence]) -> None:
        self.spots = spots
        self.reached = reached
        self.fences = fences
        self.xy = np.array([spot.xy for spot in spots], float).reshape(-1, 2)
        self._open: dict[frozenset[str], NDArray[np.bool_]] = {}

    def open_to(self, role: str, team: str | None, person: str = "", vehicle: str = "") -> NDArray[np.bool_]:
        """(d,) the spots somebody may be at."""
        barred = frozenset(
            code
            for code, fence in self.fences.items()
            if not may_enter(fence, role=role, team=team, person=person, vehicle=vehicle)
        )
        if barred not in self._open:
            free = np.array([barred.isdisjoint(spot.forbidden) for spot in self.spots], bool)
            self._open[barred] = free & self.reached
        return self._open[barred]

    def of(
        self, *kinds: str, parents: tuple[str, ...] = (), assets: tuple[str, ...] = (), within: NDArray[np.bool_]
    ) -> NDArray[np.intp]:
        """Indices of spots of some kinds, under some parents (by prefix) or at some assets, out of `within`."""
        found = [
            index
            for index, spot in enumerate(self.spots)
            if within[index]
            and (not kinds or spot.kind in kinds)
            and (not parents or (spot.parent or "").startswith(parents))
            and (not assets or spot.asset in assets)
        ]
        return np.array(found, np.intp)


_EQUIPMENT = (
    "column",
    "reactor",
    "heat_exchanger",
    "pump",
    "fixed_roof_tank",
    "floating_roof_tank",
    "sphere_tank",
    "bullet_tank",
)


@dataclass(frozen=True, slots=True)
class _Duty:
    """A habit before the plant is known: what kinds of spots, under which parents, at which assets."""

    weight: float
    stay_s: tuple[float, float]
    kinds: tuple[str, ...]
    parents: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()
    gather: bool = False


def _round_of(*parents: str) -> tuple[_Duty, ...]:
    """An operator's round: from one piece of equipment to the next, and back to the control room now and then."""
    return (_Duty(8, (12, 70), _EQUIPMENT, parents=parents), _Duty(1, (90, 300), ("seat:control_room",)))


_CANTEEN = _Duty(1, (150, 400), ("seat:canteen",))
_DUTIES: dict[str, tuple[_Duty, ...]] = {
    "operator/T-CDU": _round_of("U-100"),
    "operator/T-FCC": _round_of("U-200"),
    "operator/T-HDT": _round_of("U-300"),
    "operator/T-TANK": _round_of("TF-", "SF-", "BF-"),
    "operator": _round_of(),
    "operator/T-CCR": (
        _Duty(8, (300, 900), ("seat:control_room",)),
        _CANTEEN,
        _Duty(1, (20, 60), ("pump", "column")),
    ),
    "operator/T-LOAD": (
        _Duty(7, (40, 240), ("loading_bay",)),
        _Duty(1, (100, 300), ("seat:office",), assets=("B-13",)),
    ),
    "maintenance": (
        _Duty(6, (120, 500), _EQUIPMENT, gather=True),
        _Duty(2, (120, 400), ("seat:workshop",)),
        _CANTEEN,
    ),
    "contractor": (_Duty(9, (60, 300), _EQUIPMENT, gather=True), _Duty(1, (60, 120), ("muster_point",))),
    "visitor": (_Duty(5, (60, 150), ("column", "muster_point", "seat:office", "loading_bay"), gather=True),),
    "safety/T-FIRE": (_Duty(5, (200, 700), ("seat:fire_station",)), _Duty(3, (20, 90), ("muster_point", "pump"))),
    "safety": (
        _Duty(8, (15, 60), _EQUIPMENT),
        _Duty(2, (120, 300), ("seat:office",)),
        _Duty(1, (20, 60), ("muster_point",)),
    ),
    "driver": (_Duty(5, (60, 240), ("loading_bay",)), _Duty(2, (60, 180), ("seat:gatehouse",)), _CANTEEN),
    "resting": (
        _Duty(5, (400, 1500), ("seat:other",), assets=("B-04", "B-05")),
        _Duty(2, (300, 700), ("seat:canteen",)),
    ),
}


def _found(duties: tuple[_Duty, ...], places: Places, open_: NDArray[np.bool_]) -> list[Habit]:
    """The duties as habits of this plant; any open place when it has none of what they name."""
    made = [
        Habit(
            duty.weight,
            places.of(*duty.kinds, parents=duty.parents, assets=duty.assets, within=open_),
            duty.stay_s,
            duty.gather,
        )
        for duty in duties
    ]
    made = [habit for habit in made if len(habit.spots)]
    return made or [Habit(1, np.flatnonzero(open_), (60, 300))]


def habits_of(role: str, team: str | None, places: Places, open_: NDArray[np.bool_]) -> list[Habit]:
    """What people of a role and team do on duty."""
    return _found(_DUTIES.get(f"{role}/{team}", _DUTIES.get(role, ())), places, open_)


def resting_habits(places: Places, open_: NDArray[np.bool_]) -> list[Habit]:
    """What people do between shifts: rest, train, eat."""
    return _found(_DUTIES["resting"], places, open_)


_TRIPS: dict[str, tuple[_Duty, ...]] = {
    "tank_truck": (_Duty(4, (60, 180), ("loading_bay",)), _Duty(3, (30, 90), ("gatehouse",), assets=("B-12",))),
    "fire_engine": (_Duty(3, (200, 600), ("fire_station",)), _Duty(1, (20, 60), ())),
    "ambulance": (_Duty(3, (200, 600), ("fire_station",)), _Duty(1, (20, 60), ())),
    "forklift": (_Duty(4, (30, 120), ("warehouse",)), _Duty(1, (60, 120), ("workshop",))),
    "patrol": (_Duty(1, (8, 40), ()),),
}


def vehicle_habits(vehicle: Vehicle, places: Places, open_: NDArray[np.bool_]) -> list[Habit]:
    """Where a vehicle of its kind drives and waits."""
    return _found(_TRIPS.get(vehicle.vehicle_kind, _TRIPS["patrol"]), places, open_)


def choose(
    habits: Sequence[Habit], places: Places, rng: np.random.Generator, here: int, site: tuple[float, float] | None
) -> tuple[int, float]:
    """Pick the next spot and the stay in seconds. `site` is where the crew works now, for habits that gather."""
    weights = np.array([habit.weight for habit in habits])
    habit = habits[int(rng.choice(len(habits), p=weights / weights.sum()))]
    spots = habit.spots
    if habit.gather and site is not None and len(spots) > 4:
        gap = np.hypot(places.xy[spots, 0] - site[0], places.xy[spots, 1] - site[1])
        spots = spots[np.argsort(gap, kind="stable")[:4]]
    elif len(spots) > 12 and here >= 0:
        # A round goes on to somewhere near more often than across the plant.
        gap = np.hypot(places.xy[spots, 0] - places.xy[here, 0], places.xy[spots, 1] - places.xy[here, 1])
        if rng.random() < 0.75:
            spots = spots[np.argsort(gap, kind="stable")[1:13]]
    spot = int(spots[int(rng.integers(len(spots)))])
    low, high = habit.stay_s
    return spot, float(rng.uniform(low, high))


def walking_speed(rng: np.random.Generator) -> float:
    """A person's pace for one errand, metres per second: 0.6 to 1.6, mostly about 1.2."""
    return float(np.clip(rng.normal(1.2, 0.2), 0.6, 1.6))


def crew_of(person: Person) -> str | None:
    """People of one crew and shift work at one place: maintenance, contractors, visitors."""
    if person.role in {"maintenance", "contractor", "visitor"}:
        return f"{person.team}/{person.shift}"
    return None
