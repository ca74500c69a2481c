"""`step` on whatever events there are: carriers, several tags, age, late and broken fixes, records that change."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.fix import FixStatus, Reason
from gis.plant import TagAssignment
from gis.wire import decode, encode
from tests.golden.scenario import LONG_AGO_NS, T0_NS, fence, fixes, plant, rectangle
from tests.twin.core.walking import crossings, fold
from twin.core.parameters import Parameters
from twin.core.roster import roster_of
from twin.core.step import step
from twin.core.world import new_world, snapshot
from twin.effects import (
    CameraChanged,
    Effect,
    PositionsMoved,
    ReadingsChanged,
    SubjectStatusChanged,
    TagChanged,
    WeatherChanged,
    WorldSnapshot,
)
from twin.events import (
    AlarmAcknowledged,
    CameraReported,
    Event,
    PlantReplaced,
    Reading,
    ReadingsTaken,
    TagReported,
    Ticked,
    WeatherObserved,
)

SECOND = 10**9


def at(seconds: float) -> int:
    return T0_NS + round(seconds * SECOND)


def positions(effects: list[Effect], *, late: bool = False) -> list[tuple[str, float, float]]:
    """(subject, second, east) of all positions."""
    return [
        (subject, (int(t) - T0_NS) / SECOND, round(float(x), 3))
        for effect in effects
        if isinstance(effect, PositionsMoved) and effect.late is late
        for subject, t, x in zip(effect.subject, effect.fix_t_ns, effect.xyz_m[:, 0], strict=True)
    ]


def test_a_tag_belongs_to_whoever_carried_it_at_the_time_of_the_fix() -> None:
    handed_on = plant([]).model_copy(
        update={
            "assignments": (
                TagAssignment(tag="T1", person="ANNA", valid_from=LONG_AGO_NS, valid_to=at(10)),
                TagAssignment(tag="T1", person="BOB", valid_from=at(20)),
            )
        }
    )
    _, effects = step(new_world(handed_on, 1), fixes([("T1", t, t, 0.0) for t in (9.0, 10.0, 19.9, 20.0)]))
    assert [row[0] for row in positions(effects)] == ["ANNA", "tag:T1", "tag:T1", "BOB"]


def test_a_tag_taken_away_ends_the_presence_nobody_can_end_any_more() -> None:
    room = fence("ROOM", rectangle(0, 0, 20, 20))
    given = TagAssignment(tag="T1", person="BOB", valid_from=LONG_AGO_NS, valid_to=at(10))
    world = new_world(plant([room]).model_copy(update={"assignments": (given,)}), 1)
    world, effects = fold(world, [fixes([("T1", t, 5.0, 5.0)]) for t in (7.0, 8.0, 9.0)])
    assert crossings(effects) == [("ROOM", "enter")]
    world, effects = fold(world, [Ticked(at(t)) for t in range(10, 40)])
    assert crossings(effects) == [("ROOM", "exit")]
    assert [alarm.state.value for alarm in world.alarms.values()] == ["returned_unacknowledged"]


def test_late_fixes_are_history_and_repeated_ones_nothing() -> None:
    room = fence("ROOM", rectangle(0, 0, 20, 20))
    world, _ = step(new_world(plant([room]), 1), fixes([("T2", t, -20.0, 5.0) for t in (1.0, 2.0, 3.0, 10.0)]))
    world, effects = step(world, fixes([("T2", t, 5.0, 5.0) for t in (4.0, 5.0, 6.0)]))
    assert positions(effects) == []
    assert positions(effects, late=True) == [("BOB", t, 5.0) for t in (4.0, 5.0, 6.0)]
    assert crossings(effects) == []
    world, effects = step(world, fixes([("T2", 10.0, -20.0, 5.0), ("T2", 3.0, -20.0, 5.0)]))
    assert effects == []
    assert snapshot(world).positions.fix_t_ns.tolist() == [at(10)]


def test_fixes_of_one_message_are_taken_in_order_of_time() -> None:
    room = fence("ROOM", rectangle(0, 0, 20, 20))
    rows = [("T2", 0.2 * i, -10.0 + i, 5.0) for i in range(40)]
    _, effects = step(new_world(plant([room]), 1), fixes(rows))
    (effect,) = (effect for effect in effects if isinstance(effect, PositionsMoved))
    assert np.all(np.diff(effect.fix_t_ns) > 0)
    assert crossings(effects) == [("ROOM", "enter"), ("ROOM", "exit")]


def test_two_tags_of_one_person_are_one_position_of_less_doubt() -> None:
    world = new_world(plant([]), 1)
    world, _ = step(world, fixes([("T4", 1.0, 0.0, 0.0)], sd_m=0.6))
    world, effects = step(world, fixes([("T5", 1.2, 1.0, 0.0)], sd_m=0.3))
    ((who, _, x),) = positions(effects)
    assert who == "DING"
    assert 0.7 < x < 1.0
    assert 0.2 < float(np.sqrt(world.tracks["cov_m2"][world.roster.row["DING"], 0])) < 0.3


def test_a_tag_left_behind_does_not_drag_its_owner_back() -> None:
    world = new_world(plant([]), 1)
    effects: list[Effect] = []
    for i in range(20):
        lying = fixes([("T4", i, 0.0, 0.0)], p_still=np.array([0.99]))
        carried = fixes([("T5", i + 0.5, 1.5 * i, 0.0)], p_still=np.array([0.01]))
        world, more = fold(world, [lying, carried])
        effects = more
    assert {x for _, _, x in positions(effects)} <= {27.0, 28.5}
    assert snapshot(world).positions.reasons[0] & Reason.OUTLIERS


def test_silence_makes_a_fix_predicted_then_lost_by_the_measure_of_its_tag() -> None:
    quick = [fixes([("T1", t, 0.0, 0.0)]) for t in range(20)]
    slow = [fixes([("T2", t, 0.0, 0.0)]) for t in range(0, 21, 5)]
    world, _ = fold(new_world(plant([]), 1), sorted([*quick, *slow], key=lambda event: event.t_ns))
    _, effects = fold(world, [Ticked(at(t)) for t in range(20, 60)])
    told = [
        (effect.subject, (effect.t_ns - T0_NS) // SECOND, FixStatus(effect.status).name)
        for effect in effects
        if isinstance(effect, SubjectStatusChanged)
    ]
    assert told == [("ANNA", 23, "PREDICTED"), ("ANNA", 30, "LOST"), ("BOB", 33, "PREDICTED"), ("BOB", 46, "LOST")]


def test_a_fix_after_silence_brings_the_status_back() -> None:
    world, _ = fold(new_world(plant([]), 1), [fixes([("T1", 0.0, 0.0, 0.0)]), Ticked(at(30))])
    assert snapshot(world).positions.status.tolist() == [FixStatus.LOST]
    world, _ = step(world, fixes([("T1", 31.0, 0.0, 0.0)]))
    assert snapshot(world).positions.status.tolist() == [FixStatus.FIX]


def test_what_is_not_finite_is_counted_and_the_rest_taken() -> None:
    batch = fixes([("T1", 1.0, float("nan"), 0.0), ("T2", 1.0, 2.0, 0.0), ("T3", 1.0, float("inf"), 0.0)])
    world, effects = step(new_world(plant([]), 1), batch)
    assert positions(effects) == [("BOB", 1.0, 2.0)]
    assert world.refused == 2


def test_strangers_are_followed_up_to_a_limit() -> None:
    world = new_world(plant([]), 1, parameters=Parameters(stranger_limit=3))
    world, effects = step(world, fixes([(f"X{i}", 1.0, 0.0, 0.0) for i in range(5)] + [("T1", 1.0, 0.0, 0.0)]))
    assert sorted(row[0] for row in positions(effects)) == ["ANNA", "tag:X0", "tag:X1", "tag:X2"]
    assert world.refused == 2


def test_readings_weather_tags_and_cameras_pass_and_old_ones_do_not_overwrite() -> None:
    world = new_world(plant([]), 1)
    events: list[Event] = [
        ReadingsTaken(at(2), [Reading("A", at(2), 1.0), Reading("B", at(1), 5.0)]),
        ReadingsTaken(at(3), [Reading("A", at(1), 0.5), Reading("B", at(1), 5.0)]),
        WeatherObserved(at(5), 90.0, 3.0, 20.0),
        WeatherObserved(at(4), 10.0, 9.0, 20.0),
        TagReported(at(5), "T1", battery_pct=50.0),
        TagReported(at(6), "T1", sos=True),
        TagReported(at(4), "T1", sos=False),
        TagReported(at(6), "UNKNOWN", moving=True),
        CameraReported(at(5), "C1", online=True, fps=25.0),
        CameraReported(at(4), "C1", online=False, fps=0.0),
    ]
    world, effects = fold(world, events)
    assert [
        [reading.value for reading in effect.readings] for effect in effects if isinstance(effect, ReadingsChanged)
    ] == [
        [1.0, 5.0],
        [0.5],
    ]
    picture = snapshot(world)
    assert {reading.sensor: reading.value for reading in picture.readings} == {"A": 1.0, "B": 5.0}
    assert [effect.wind_from_deg for effect in effects if isinstance(effect, WeatherChanged)] == [90.0]
    tags = {tag.tag_id: tag for tag in picture.tags}
    assert (tags["T1"].subject, tags["T1"].battery_pct, tags["T1"].sos) == ("ANNA", 50.0, True)
    assert tags["UNKNOWN"].subject == "tag:UNKNOWN"
    assert len([effect for effect in effects if isinstance(effect, TagChanged)]) == 3
    assert [effect.online for effect in effects if isinstance(effect, CameraChanged)] == [True]


@pytest.mark.parametrize("broken", [b"", b"{", b"[]", b'{"head": 1}', b"\xff\xfe"])
def test_records_that_cannot_be_read_change_nothing(broken: bytes) -> None:
    world, effects = step(new_world(plant([]), 1), PlantReplaced(at(1), broken))
    assert (effects, world.refused) == ([], 1)


def test_records_of_another_plant_change_nothing() -> None:
    other = plant([])
    other = other.model_copy(update={"head": other.head.model_copy(update={"code": "OTHER"})})
    world, effects = step(new_world(plant(), 1), PlantReplaced(at(1), other.model_dump_json().encode()))
    assert (effects, world.refused, len(world.prisms)) == ([], 1, 4)


def test_a_person_who_leaves_the_records_leaves_the_picture() -> None:
    room = fence("ROOM", rectangle(0, 0, 20, 20))
    world, _ = fold(
        new_world(plant([room]), 1), [fixes([("T2", t, 5.0, 5.0), ("T1", t, 5.0, 5.0)]) for t in (1.0, 2.0)]
    )
    fewer = plant([room])
    fewer = fewer.model_copy(
        update={
            "people": tuple(person for person in fewer.people if person.code != "BOB"),
            "assignments": tuple(given for given in fewer.assignments if given.person != "BOB"),
        }
    )
    world, effects = step(world, PlantReplaced(at(3), fewer.model_dump_json().encode()))
    assert crossings(effects) == [("ROOM", "exit")]
    picture = snapshot(world)
    assert picture.positions.subject == ["ANNA"]
    assert [alarm.state.value for alarm in picture.alarms] == ["unacknowledged", "returned_unacknowledged"]


def test_the_snapshot_travels() -> None:
    world, _ = step(new_world(plant(), 7), fixes([("T1", 1.0, 2.0, 3.0)]))
    picture = snapshot(world)
    again = decode(encode(picture), WorldSnapshot)
    assert (again.seq, again.t_ns, again.positions.subject) == (7, at(1), ["ANNA"])
    assert np.array_equal(again.positions.xyz_m, picture.positions.xyz_m)


numbers = st.floats(width=32) | st.floats(-1000, 1000)
any_event = st.one_of(
    st.builds(
        lambda rows, sd: fixes(rows, sd_m=sd),
        st.lists(
            st.tuples(st.sampled_from(["T1", "T4", "T5", "X"]), st.floats(-1e3, 1e3), numbers, numbers), max_size=6
        ),
        st.floats(0, 1e6),
    ),
    st.builds(Ticked, st.integers(0, 2**62)),
    st.builds(
        ReadingsTaken, st.integers(0, 2**62), st.lists(st.builds(Reading, st.text(max_size=3), st.integers(), numbers))
    ),
    st.builds(TagReported, st.integers(0, 2**62), st.text(max_size=3)),
    st.builds(AlarmAcknowledged, st.integers(0, 2**62), st.text(max_size=3), st.text(max_size=3)),
    st.builds(PlantReplaced, st.integers(0, 2**62), st.binary(max_size=20)),
    st.builds(CameraReported, st.integers(0, 2**62), st.text(max_size=3), st.booleans(), numbers),
    st.builds(WeatherObserved, st.integers(0, 2**62), numbers, numbers, numbers),
)


@settings(max_examples=60)
@given(st.lists(any_event, max_size=12))
@pytest.mark.filterwarnings("error")
def test_no_event_ever_raises_and_numbers_have_no_holes(events: list[Event]) -> None:
    world = new_world(plant(), 5)
    world, effects = fold(world, events)
    assert [effect.seq for effect in effects] == list(range(5, 5 + len(effects)))
    assert world.next_seq == 5 + len(effects)
    snapshot(world)


def test_the_roster_knows_who_had_two_tags_at_once() -> None:
    roster = roster_of(plant())
    assert [carrier.subject for carrier, shared in zip(roster.carriers, roster.shared, strict=True) if shared] == [
        "DING"
    ]
    assert roster.holder_of("T6", T0_NS) == "tag:T6"
    assert roster.holder_of("T1", LONG_AGO_NS - 1) == "tag:T1"
