from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely

from gis.files import read_plant
from gis.plant import FencePurpose
from tests.twin.simulate.small import START_NS, small_plant
from twin.simulate.errors import SimulationError
from twin.simulate.messages import outgoing
from twin.simulate.simulation import Simulation, Step
from twin.simulate.tasks import may_enter

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.plant import Plant

DEMO = Path(__file__).parents[3] / "data" / "demo-plant"
SECONDS = 700


@pytest.fixture(scope="module")
def plant() -> Plant:
    return read_plant(DEMO)


@pytest.fixture(scope="module")
def played(plant: Plant) -> tuple[Simulation, list[Step]]:
    simulation = Simulation(plant, seed=1, start_ns=START_NS, incidents_per_h=27.0)
    return simulation, [simulation.advance() for _ in range(SECONDS)]


def _xy(steps: list[Step]) -> NDArray[np.float64]:
    return np.array([step.truth.xyz_m[:, :2] for step in steps])


def test_the_same_seed_gives_the_same_messages() -> None:
    one, two = (Simulation(small_plant(), seed=5, start_ns=START_NS) for _ in range(2))
    other = Simulation(small_plant(), seed=6, start_ns=START_NS)
    first = [outgoing(one, one.advance()) for _ in range(50)]
    assert first == [outgoing(two, two.advance()) for _ in range(50)]
    assert first != [outgoing(other, other.advance()) for _ in range(50)]


def test_nobody_stands_in_anything_solid(played: tuple[Simulation, list[Step]]) -> None:
    simulation, steps = played
    inside = simulation.terrain.things.solid_at(_xy(steps).reshape(-1, 2))
    assert int(inside.sum()) == 0


def test_nobody_goes_through_a_wall(played: tuple[Simulation, list[Step]], plant: Plant) -> None:
    """Who is inside a building came through its door: the step that crosses the wall is near where the way ends."""
    simulation, steps = played
    xy = _xy(steps)
    things = simulation.terrain.things
    doors = shapely.union_all([plant.head.frame.shape_to_site(a.geometry) for a in plant.assets_of("road")])
    for west, south, east, north in things.box[things.box_entered & (things.box_z[:, 0] < 2.0)]:
        inside = (xy[..., 0] > west) & (xy[..., 0] < east) & (xy[..., 1] > south) & (xy[..., 1] < north)
        for step, who in np.argwhere(inside[1:] != inside[:-1]):
            crossing = shapely.LineString([xy[step, who], xy[step + 1, who]]).intersection(
                shapely.box(west, south, east, north).exterior
            )
            assert crossing.distance(doors) < 45.0


def test_people_walk_and_vehicles_drive_at_their_pace(played: tuple[Simulation, list[Step]]) -> None:
    simulation, steps = played
    xy = _xy(steps)
    people = np.array([carrier.person is not None for carrier in simulation.carriers])
    moved = np.hypot(*np.moveaxis(np.diff(xy, axis=0), -1, 0))
    assert moved[:, people].max() < 1.6 * 1.36 + 0.1
    assert moved[:, ~people].max() < 5.5 * 1.36 + 0.1
    # Paces are those of whole ways, so averaged over ten seconds.
    walking = np.array([step.truth.moving for step in steps])
    steady = np.asarray(np.lib.stride_tricks.sliding_window_view(walking[1:], 10, axis=0).all(axis=-1))
    pace = np.lib.stride_tricks.sliding_window_view(moved, 10, axis=0).mean(axis=-1)
    assert 0.8 < np.median(pace[:, people][steady[:, people]]) < 1.6


def test_the_picture_is_alive_but_not_a_swarm(played: tuple[Simulation, list[Step]]) -> None:
    _, steps = played
    shares = [step.truth.moving.mean() for step in steps[60:]]
    assert 0.15 < np.mean(shares) < 0.7


def test_somebody_steps_where_they_may_not_early_and_again(played: tuple[Simulation, list[Step]]) -> None:
    simulation, steps = played
    xy = _xy(steps)
    seconds: dict[str, int] = {}
    for code, area in simulation.terrain.forbidden.items():
        fence = simulation.terrain.fences[code]
        inside = np.asarray(shapely.contains_xy(area.buffer(-0.5), xy[..., 0], xy[..., 1]))
        for who, carrier in enumerate(simulation.carriers):
            person = carrier.person
            barred = person is None or not may_enter(fence, role=person.role, team=person.team, person=person.code)
            # Two fixes running make a crossing.
            if barred and (inside[1:, who] & inside[:-1, who]).any():
                seconds[f"{carrier.tag}/{code}"] = int(np.argmax(inside[1:, who] & inside[:-1, who]))
    first = sorted(seconds.values())
    assert len(first) >= 2
    assert first[0] <= 22
    assert any(t > 150 for t in first)


def test_nobody_is_where_they_may_not_be_by_chance(played: tuple[Simulation, list[Step]]) -> None:
    simulation, steps = played
    xy = _xy(steps)
    trespassers = set()
    for code, area in simulation.terrain.forbidden.items():
        fence = simulation.terrain.fences[code]
        inside = shapely.contains_xy(area, xy[..., 0], xy[..., 1]).any(axis=0)
        for who in np.flatnonzero(inside):
            carrier = simulation.carriers[who]
            if carrier.person is None or not may_enter(
                fence, role=carrier.person.role, team=carrier.person.team, person=carrier.person.code
            ):
                trespassers.add(carrier.tag)
    assert len(trespassers) <= 1 + SECONDS // 160


def test_most_fixes_have_anchors_enough(played: tuple[Simulation, list[Step]]) -> None:
    _, steps = played
    heard = np.array([step.truth.heard for step in steps])
    assert (heard >= 3).mean() > 0.8
    assert heard.max() <= 8


def test_epochs_are_spread_over_the_period_and_in_their_step() -> None:
    simulation = Simulation(small_plant(), seed=1, start_ns=START_NS, rate_hz=5.0)
    times = []
    for _ in range(10):
        begin = simulation.next_ns
        step = simulation.advance()
        assert step.start_ns == begin
        assert ((step.t_ns >= begin) & (step.t_ns < simulation.next_ns)).all()
        assert len(set(step.t_ns.tolist())) == len(step.t_ns)
        times.append(step.t_ns)
    assert (np.diff(np.array(times), axis=0) == 200_000_000).all()


def test_time_left_out_is_whole_periods() -> None:
    simulation = Simulation(small_plant(), seed=1, start_ns=START_NS)
    simulation.advance()
    assert simulation.skip_to(START_NS + 4_700_000_000) == 3
    assert simulation.next_ns == START_NS + 4_000_000_000
    assert simulation.skip_to(START_NS) == 0


@pytest.mark.parametrize(
    ("plant", "fault"),
    [
        (small_plant(ways=False), "no roads"),
        (small_plant(anchors=False), "no anchors"),
        (small_plant().model_copy(update={"assignments": ()}), "nobody"),
    ],
)
def test_what_the_plant_lacks_is_said(plant: Plant, fault: str) -> None:
    with pytest.raises(SimulationError, match=fault):
        Simulation(plant, seed=1, start_ns=START_NS)


def test_an_absurd_rate_is_refused() -> None:
    with pytest.raises(SimulationError, match="rate"):
        Simulation(small_plant(), seed=1, start_ns=START_NS, rate_hz=1000.0)


def test_visitors_are_escorted(played: tuple[Simulation, list[Step]]) -> None:
    """Each visiting crew has a safety officer of its shift near it most of the time."""
    simulation, steps = played
    xy = _xy(steps)[200:]
    people = [carrier.person for carrier in simulation.carriers]
    for shift in "ABC":
        guests = [i for i, p in enumerate(people) if p is not None and p.role == "visitor" and p.shift == shift]
        officers = [i for i, p in enumerate(people) if p is not None and p.role == "safety" and p.shift == shift]
        assert guests
        gap = np.hypot(*np.moveaxis(xy[:, guests, None] - xy[:, None, officers], -1, 0))
        assert np.median(gap.min(axis=(1, 2))) < 60.0


def test_a_muster_brings_people_to_the_muster_points_and_its_end_sends_them_back(plant: Plant) -> None:
    simulation = Simulation(plant, seed=3, start_ns=START_NS)
    points = shapely.union_all(
        [plant.head.frame.shape_to_site(f.geometry) for f in plant.fences if f.purpose is FencePurpose.MUSTER]
    )
    people = [who for who, carrier in enumerate(simulation.carriers) if carrier.person is not None]

    def safe(step: Step) -> float:
        return float(shapely.contains_xy(points, *step.truth.xyz_m[people, :2].T).mean())

    before = safe(simulation.advance())
    simulation.muster(True)
    called = []
    for _ in range(900):
        # Told every second, as the broker's retained word is.
        simulation.muster(True)
        called.append(safe(simulation.advance()))
    assert before < 0.1
    assert called[10] < 0.5
    assert called[-1] == 1.0
    simulation.muster(False)
    assert min(safe(simulation.advance()) for _ in range(300)) < 0.2
