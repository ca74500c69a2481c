"""Who moves: tagged people and vehicles of a plant, with their habits, errands and missteps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from twin.simulate.errors import SimulationError
from twin.simulate.movers import Movers
from twin.simulate.tasks import (
    Habit,
    Places,
    choose,
    crew_of,
    habits_of,
    on_duty,
    resting_habits,
    vehicle_habits,
    walking_speed,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.plant import Person, Plant, Shift, Vehicle
    from twin.simulate.spots import Terrain

_SITE_HOLDS_S = 900.0
_MISSTEPPERS = frozenset({"contractor", "visitor", "driver"})
FIRST_MISSTEP_S, MISSTEP_STAY_S = 3.0, 40.0
MISSTEPS_PER_H = 4.0
# A drill: seconds until somebody leaves (on average), how fast people go then, and a time that never comes.
_REACTION_S, _HURRY_MPS, _UNTIL_CALLED = 20.0, (1.4, 2.0), 1e12


@dataclass(frozen=True, slots=True)
class Carrier:
    """A tag and who carries it."""

    tag: str
    height_m: float
    person: Person | None
    vehicle: Vehicle | None


def carriers(plant: Plant, at_ns: int) -> list[Carrier]:
    """Everybody with a tag at an instant, people first."""
    people = {person.code: person for person in plant.people}
    vehicles = {vehicle.code: vehicle for vehicle in plant.vehicles}
    heights = {tag.code: tag.carry_height_m for tag in plant.tags}
    found = [
        Carrier(a.tag, heights.get(a.tag, 1.2), people.get(a.person or ""), vehicles.get(a.vehicle or ""))
        for a in plant.assignments
        if a.valid_at(at_ns)
    ]
    found = [carrier for carrier in found if carrier.person is not None or carrier.vehicle is not None]
    return sorted(found, key=lambda carrier: carrier.person is None)


class _Walkers:
    """The people on foot: their movement and their next errands."""

    def __init__(
        self, people: list[Person], shifts: dict[str, Shift], terrain: Terrain, rng: np.random.Generator
    ) -> None:
        self.people = people
        self._rng = rng
        self._shift = [shifts.get(person.shift or "") for person in people]
        self.places = Places(terrain.walk_spots, terrain.walk.spot_node >= 0, terrain.fences)
        if not self.places.reached.any():
            raise SimulationError("no place in the plant can be reached on foot")
        self._open = {
            key: self.places.open_to(*key[:2], person=key[2]) for key in {(p.role, p.team, p.code) for p in people}
        }
        by_kind: dict[tuple[str, str | None, bytes], tuple[list[Habit], list[Habit]]] = {}
        self._habits: list[tuple[list[Habit], list[Habit]]] = []
        for person in people:
            open_ = self._open[person.role, person.team, person.code]
            key = (person.role, person.team, open_.tobytes())
            if key not in by_kind:
                by_kind[key] = (
                    habits_of(person.role, person.team, self.places, open_),
                    resting_habits(self.places, open_),
                )
            self._habits.append(by_kind[key])
        self._crew = [crew_of(person) for person in people]
        self._always_on = self._escorts() | {
            who for who, person in enumerate(people) if person.role in {"contractor", "visitor", "driver"}
        }
        self._site: dict[str, tuple[int, tuple[float, float]]] = {}
        self.stay_s = np.zeros(len(people))
        start = np.zeros(len(people), np.intp)
        self.movers = Movers(
            terrain.walk, start, np.sign(rng.uniform(-1, 1, len(people))) * rng.uniform(0.35, 1.0, len(people))
        )
        self._misstep_due_s = FIRST_MISSTEP_S
        self.misstep_every_s = 3600.0 / MISSTEPS_PER_H
        self._last_misstep: tuple[int, str] | None = None
        self._muster_spots = np.array(
            [i for i, spot in enumerate(terrain.walk_spots) if spot.kind == "muster_point" and self.places.reached[i]],
            np.intp,
        )
        # When each leaves for a muster point, and who is on the way or there; without a call nobody.
        self._leaves_s = np.full(len(people), np.inf)
        self._mustered = np.zeros(len(people), bool)
        self._inside = [
            (spot, terrain.walk_spots[spot].forbidden)
            for spot in range(len(terrain.walk_spots))
            if terrain.walk_spots[spot].forbidden and self.places.reached[spot]
        ]

    def _escorts(self) -> set[int]:
        """Visitors do not go alone: a safety officer of their shift, one for each crew, goes where they go."""
        crews = {self._crew[who]: who for who, person in enumerate(self.people) if person.role == "visitor"}
        found: set[int] = set()
        for crew, guest in crews.items():
            shift = self.people[guest].shift
            for who, person in enumerate(self.people):
                if person.role == "safety" and person.shift == shift and who not in found:
                    self._crew[who], self._habits[who] = crew, self._habits[guest]
                    found.add(who)
                    break
        return found

    def begin(self, local_s: float) -> None:
        """Put everybody at a place of theirs, as if the shift had long begun; the first to misstep near a fence."""
        spots = np.array([self._next(who, local_s, -1)[0] for who in range(len(self.people))], np.intp)
        first = self._first_misstep()
        if first is not None:
            spots[first[0]] = first[2]
        moved = Movers(self.movers.net, spots, self.movers.side)
        self.movers = moved
        self.movers.standing_until_s = self._rng.uniform(0.0, 60.0, len(self.people)) ** 1.3

    def _next(self, who: int, local_s: float, here: int) -> tuple[int, float]:
        duty, rest = self._habits[who]
        working = who in self._always_on or on_duty(self._shift[who], local_s)
        # Off-duty people keep the paths lively too: one errand in six is a walk.
        habits = duty if working or self._rng.random() < 1 / 6 else rest
        return choose(habits, self.places, self._rng, here, self._work_site(self._crew[who], duty, local_s))

    def _work_site(self, crew: str | None, duty: list[Habit], local_s: float) -> tuple[float, float] | None:
        if crew is None:
            return None
        spell = int(local_s // _SITE_HOLDS_S)
        if crew not in self._site or self._site[crew][0] != spell:
            spots = max((habit.spots for habit in duty if habit.gather), key=len, default=np.zeros(0, np.intp))
            if len(spots) == 0:
                return None
            x, y = self.places.xy[int(spots[int(self._rng.integers(len(spots)))])]
            self._site[crew] = (spell, (float(x), float(y)))
        return self._site[crew][1]

    def advance(self, now_s: float, local_s: float, dt_s: float) -> None:
        """Move everybody on; those who arrived stay a while, those who stood long enough go on."""
        came = self.movers.advance(dt_s)
        self.movers.standing_until_s[came] = np.where(self._mustered[came], _UNTIL_CALLED, now_s + self.stay_s[came])
        for who in np.flatnonzero(self._leaves_s <= now_s):
            self._leaves_s[who] = np.inf
            self._mustered[who] = True
            self.movers.send(int(who), self._muster_spot(int(who)), float(self._rng.uniform(*_HURRY_MPS)))
        for who in np.flatnonzero(self.movers.standing_until_s <= now_s):
            spot, self.stay_s[who] = self._next(int(who), local_s, int(self.movers.spot[who]))
            self.movers.send(int(who), spot, walking_speed(self._rng))
        if self._inside and now_s >= self._misstep_due_s and not self._mustered.any():
            self._misstep(now_s)

    def muster(self, now_s: float, called: bool) -> None:
        """Everybody leaves for the nearest muster point, each after a moment of their own; or back to what they did."""
        n = len(self.people)
        if called and len(self._muster_spots):
            self._leaves_s = now_s + np.minimum(self._rng.exponential(_REACTION_S, n), 6 * _REACTION_S)
        if not called:
            self._leaves_s = np.full(n, np.inf)
            self._mustered = np.zeros(n, bool)
            waiting = self.movers.standing_until_s == _UNTIL_CALLED
            self.movers.standing_until_s[waiting] = now_s + self._rng.uniform(0.0, _REACTION_S, int(waiting.sum()))

    def _muster_spot(self, who: int) -> int:
        """The muster point with the shortest way from where somebody stands or goes."""
        net = self.movers.net
        way_m = net.distance_m[self._muster_spots, net.spot_node[self.movers.spot[who]]]
        return int(self._muster_spots[np.argmin(way_m)])

    def _barred(self, who: int) -> list[int]:
        """Spots inside fences this person may not enter."""
        person = self.people[who]
        open_ = self._open[person.role, person.team, person.code]
        return [spot for spot, _ in self._inside if not open_[spot]]

    def _first_misstep(self) -> tuple[int, int, int] | None:
        """Who goes where first, and the free spot nearest to there that is more than 10 m away."""
        free = np.array([not spot.forbidden for spot in self.places.spots]) & self.places.reached
        for who, person in enumerate(self.people):
            barred = self._barred(who) if person.role in _MISSTEPPERS else []
            if not barred:
                continue
            gap = np.linalg.norm(self.places.xy[barred][:, None, :] - self.places.xy[None, :, :], axis=-1)
            on_foot = self.movers.net.distance_m[barred][:, self.movers.net.spot_node]
            score = np.where(free[None, :] & (gap > 10.0), gap + 0.02 * on_foot, np.inf)
            inside, start = np.unravel_index(int(np.argmin(score)), score.shape)
            return who, barred[int(inside)], int(start)
        return None

    def _misstep(self, now_s: float) -> None:
        """Send somebody where they may not be: the one placed for it, later whoever is nearest to another fence."""
        self._misstep_due_s = now_s + self.misstep_every_s * float(self._rng.uniform(0.8, 1.2))
        first = self._first_misstep() if self._last_misstep is None else None
        if first is not None:
            who, spot = first[0], first[1]
        else:
            options = [
                (float(np.hypot(*(self.places.xy[spot] - self.movers.xy_m[who]))), who, spot)
                for who, person in enumerate(self.people)
                if person.role in _MISSTEPPERS and who != (self._last_misstep or (-1, ""))[0]
                for spot in self._barred(who)
                if self.places.spots[spot].forbidden[0] != (self._last_misstep or (-1, ""))[1]
            ]
            if not options:
                return
            _, who, spot = min(options)
        self._last_misstep = (who, self.places.spots[spot].forbidden[0])
        self.stay_s[who] = MISSTEP_STAY_S
        self.movers.send(who, spot, 1.5)


class _Drivers:
    """The vehicles and their next trips."""

    def __init__(self, vehicles: list[Vehicle], terrain: Terrain, rng: np.random.Generator) -> None:
        self._rng = rng
        self.places = Places(terrain.drive_spots, terrain.drive.spot_node >= 0, terrain.fences)
        self._habits = [vehicle_habits(v, self.places, self.places.open_to("", None, vehicle=v.code)) for v in vehicles]
        start = np.array([choose(h, self.places, rng, -1, None)[0] for h in self._habits], np.intp)
        self.movers = Movers(terrain.drive, start, np.full(len(vehicles), 0.5))
        self.movers.standing_until_s = rng.uniform(0.0, 40.0, len(vehicles))
        self._stay_s = np.zeros(len(vehicles))

    def advance(self, now_s: float, dt_s: float) -> None:
        """Move every vehicle on."""
        came = self.movers.advance(dt_s)
        self.movers.standing_until_s[came] = now_s + self._stay_s[came]
        for who in np.flatnonzero(self.movers.standing_until_s <= now_s):
            spot, self._stay_s[who] = choose(
                self._habits[who], self.places, self._rng, int(self.movers.spot[who]), None
            )
            self.movers.send(int(who), spot, float(self._rng.uniform(2.2, 5.5)))


class Population:
    """Everybody with a tag, people first, then vehicles."""

    def __init__(self, plant: Plant, found: list[Carrier], terrain: Terrain, rng: np.random.Generator) -> None:
        people = [c.person for c in found if c.person is not None]
        vehicles = [c.vehicle for c in found if c.vehicle is not None]
        self._walkers = _Walkers(people, {s.code: s for s in plant.shifts}, terrain, rng) if people else None
        self._drivers = _Drivers(vehicles, terrain, rng) if vehicles and terrain.drive_spots else None
        self._parked = np.zeros((len(vehicles), 2)) if self._drivers is None else None

    def misstep(self, per_h: float) -> None:
        """How often somebody goes where they may not be."""
        if self._walkers is not None:
            self._walkers.misstep_every_s = 3600.0 / max(per_h, 1e-3)

    def muster(self, now_s: float, called: bool) -> None:
        """A muster is called at simulated second `now_s`, or is over."""
        if self._walkers is not None:
            self._walkers.muster(now_s, called)

    def begin(self, local_s: float) -> None:
        """Put everybody in place for a second of the local day."""
        if self._walkers is not None:
            self._walkers.begin(local_s)

    def advance(self, now_s: float, local_s: float, dt_s: float) -> None:
        """Move everybody on to simulated second `now_s`."""
        if self._walkers is not None:
            self._walkers.advance(now_s, local_s, dt_s)
        if self._drivers is not None:
            self._drivers.advance(now_s, dt_s)

    def _both(self) -> list[Movers]:
        return [part.movers for part in (self._walkers, self._drivers) if part is not None]

    @property
    def xy_m(self) -> NDArray[np.float64]:
        """(n, 2) where everybody is, site metres."""
        parts = [movers.xy_m for movers in self._both()]
        return np.concatenate(parts) if self._parked is None else np.concatenate([*parts, self._parked])

    @property
    def heading_rad(self) -> NDArray[np.float64]:
        """(n,) where everybody faces."""
        parts = [movers.heading_rad for movers in self._both()]
        return np.concatenate(parts) if self._parked is None else np.concatenate([*parts, np.zeros(len(self._parked))])

    @property
    def moving(self) -> NDArray[np.bool_]:
        """(n,) who is on the way."""
        parts = [movers.walking for movers in self._both()]
        return (
            np.concatenate(parts)
            if self._parked is None
            else np.concatenate([*parts, np.zeros(len(self._parked), bool)])
        )
