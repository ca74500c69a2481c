from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.twin.api.small import (
    T0,
    S,
    alarm,
    alarm_changed,
    crossed,
    moved,
    names,
    readings,
    small_plant,
    snapshot,
)
from twin.api.frames import BIT_ALARM, BIT_SOS, BIT_STILL, BIT_UNSEEN, decode_frame
from twin.api.healthmodel import HealthModel
from twin.api.live_messages import (
    AlarmMessage,
    CrossingMessage,
    PeopleMessage,
    PlantMessage,
    ReadingsMessage,
    TagMessage,
)
from twin.api.readmodel import ReadModel
from twin.effects import (
    AlarmState,
    CameraChanged,
    Direction,
    PlantChanged,
    SubjectStatusChanged,
    TagChanged,
    WeatherChanged,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from twin.api.live_messages import LiveMessage
    from twin.effects import Effect, WorldSnapshot


@pytest.fixture
def model() -> ReadModel:
    return ReadModel(small_plant(), T0)


@pytest.fixture
def health() -> HealthModel:
    return HealthModel(("core",), T0)


def fold(model: ReadModel, *effects: Effect, now_ns: int = T0) -> list[LiveMessage]:
    return [message for effect in effects for message in model.apply(effect, now_ns)]


def test_positions_show_in_rows_and_frame(model: ReadModel) -> None:
    fold(model, snapshot(0), moved(1, {"P000": (10, 20), "V1": (-30, 5)}))
    row = model.movers.rows(("person",))[0]
    assert (row.id, row.tag, row.x_m, row.y_m, row.status) == ("P000", "T0000", 10, 20, "fix")
    assert row.zones == ["Z-BLUE", "Z-RED"]
    assert row.level == "L0"
    assert [row.id for row in model.movers.rows(("vehicle",))] == ["V1"]
    frame = decode_frame(model.frame())
    table = model.movers.people_table()
    ids = [row.id for row in table.rows]
    assert frame.table == table.table
    assert frame.xyz_m[ids.index("V1")].tolist() == pytest.approx([-30, 5, 0])
    assert frame.status[ids.index("P001")] & BIT_UNSEEN
    assert not frame.status[ids.index("P000")] & BIT_UNSEEN


def test_an_older_fix_never_replaces_a_newer_one(model: ReadModel) -> None:
    fold(model, snapshot(0), moved(1, {"P000": (10, 0)}, T0 + S), moved(2, {"P000": (99, 0)}, T0))
    assert model.movers.rows(("person",))[0].x_m == 10


def test_of_several_fixes_in_one_batch_the_newest_is_shown(model: ReadModel) -> None:
    both = moved(1, {"P000": (1, 0)}, T0 + 5 * S)
    earlier = moved(1, {"P000": (2, 0)}, T0)
    columns = ("fix_t_ns", "xyz_m", "cov_m2", "velocity_mps", "p_still", "status", "reasons")
    joined = msgspec.structs.replace(
        both,
        subject=both.subject + earlier.subject,
        tag_id=both.tag_id + earlier.tag_id,
        **{name: np.concatenate([getattr(both, name), getattr(earlier, name)]) for name in columns},
    )
    fold(model, snapshot(0), joined)
    assert model.movers.rows(("person",))[0].x_m == 1


def test_late_positions_are_counted_and_not_shown(model: ReadModel, health: HealthModel) -> None:
    fold(model, snapshot(0), moved(1, {"P000": (1, 1)}, late=True))
    assert model.movers.rows(("person",)) == []
    assert model.connection(T0, health).late == 1


def test_a_tag_nobody_carries_gets_a_row_and_a_new_table(model: ReadModel) -> None:
    before = model.movers.table
    fold(model, snapshot(0))
    messages = fold(model, moved(1, {"tag:T9999": (3, 4)}))
    assert isinstance(messages[0], PeopleMessage)
    last = messages[0].people.rows[-1]
    assert (last.id, last.kind, last.tag, last.glyph) == ("tag:T9999", "tag", "T9999", "ring")
    assert messages[0].people.table != before
    assert model.movers.rows(("tag",))[0].role == "unknown"


def test_status_sos_still_and_alarm_are_bits_of_the_frame(model: ReadModel) -> None:
    still = moved(1, {"P002": (1, 1)})
    still.p_still[:] = 1.0
    sos = TagChanged(seq=3, t_ns=T0, tag_id="T0002", subject="P002", sos=True)
    fold(model, snapshot(0), still, SubjectStatusChanged(2, T0, "P002", 3), sos, alarm_changed(4))
    status = int(decode_frame(model.frame()).status[model.movers.index["P002"]])
    assert status == 3 | BIT_STILL | BIT_SOS | BIT_ALARM
    released = TagChanged(seq=5, t_ns=T0, tag_id="T0002", subject="P002", sos=False)
    fold(model, released, alarm_changed(6, alarm(state=AlarmState.RETURNED_UNACKNOWLEDGED), "returned"))
    status = int(decode_frame(model.frame()).status[model.movers.index["P002"]])
    assert not status & (BIT_SOS | BIT_ALARM)


def test_alarms_open_until_normal(model: ReadModel) -> None:
    messages = fold(model, snapshot(0), alarm_changed(1))
    assert isinstance(messages[0], AlarmMessage)
    told = messages[0].alarm
    assert told.subject is not None
    assert told.subject.names.en == "Person 2"
    assert told.place is not None
    assert told.place.names.en == "Fence"
    assert told.text.code == "alarm.INTRUSION"
    assert told.evidence[0].r95_m == pytest.approx(0.245, abs=0.001)
    assert [one.id for one in model.open_alarms()] == [told.id]
    fold(model, alarm_changed(2, alarm(state=AlarmState.NORMAL, changed_ns=T0 + S), "returned"))
    assert model.open_alarms() == []


def test_an_alarm_with_broken_numbers_is_still_told(model: ReadModel) -> None:
    broken = alarm()
    broken.evidence[0] = type(broken.evidence[0])(T0, 1.0, 2.0, 0.0, (float("nan"), 0.0, 1.0), 0.9)
    (message,) = fold(model, snapshot(0), alarm_changed(1, broken))
    assert isinstance(message, AlarmMessage)


def test_readings_carry_their_limit_and_older_ones_are_passed_over(model: ReadModel) -> None:
    (message,) = fold(model, snapshot(0), readings(1, 10.5, T0 + S))
    assert isinstance(message, ReadingsMessage)
    assert message.readings[0].limit == "h"
    assert fold(model, readings(2, 1.0, T0)) == []
    assert fold(model, readings(3, float("inf"), T0 + 2 * S)) == []
    assert model.readings["LT-1"].value == 10.5


def test_a_tag_report_keeps_what_it_does_not_name(model: ReadModel) -> None:
    full = TagChanged(seq=1, t_ns=T0, tag_id="T0000", subject="P000", battery_pct=80.0, sos=False, moving=True)
    partial = TagChanged(seq=2, t_ns=T0 + S, tag_id="T0000", subject="P000", moving=False)
    messages = fold(model, snapshot(0), full, partial)
    assert isinstance(messages[1], TagMessage)
    assert (messages[1].tag.battery_pct, messages[1].tag.moving) == (80.0, False)
    assert model.movers.people_table().rows[0].battery_pct == 80.0


def test_a_repeated_effect_changes_nothing(model: ReadModel) -> None:
    fold(model, snapshot(0), crossed(1))
    assert fold(model, crossed(1)) == []
    assert model.holes == 0


def test_a_hole_is_shown_through_and_healed_by_a_snapshot_that_covers_it(model: ReadModel, health: HealthModel) -> None:
    fold(model, snapshot(0), moved(1, {"P000": (1, 1)}))
    model.snapshot_wanted = False
    # 2 (an alarm) is lost; 3 must be shown at once all the same.
    (message,) = fold(model, crossed(3))
    assert isinstance(message, CrossingMessage)
    assert model.connection(T0, health).healing
    fold(model, snapshot(1, places={"P000": (1, 1)}))
    assert _healing(model), "a snapshot older than the hole heals nothing"
    fold(model, snapshot(2, places={"P000": (1, 1)}, alarms=[alarm()]))
    assert not _healing(model)
    assert model.snapshot_wanted
    assert list(model.alarms) == [alarm().id]
    assert ("P002", "F-1") in model.inside, "what came after the snapshot is applied again"
    assert (model.seq, model.holes) == (3, 1)


def test_before_the_first_snapshot_effects_are_shown_and_then_healed(model: ReadModel) -> None:
    (message,) = fold(model, alarm_changed(100))
    assert isinstance(message, AlarmMessage)
    assert _healing(model)
    fold(model, snapshot(99))
    assert not _healing(model)
    assert list(model.alarms) == [alarm().id]
    assert model.holes == 0


def test_a_core_that_starts_again_is_followed_by_its_snapshot(model: ReadModel) -> None:
    fold(model, snapshot(1000), alarm_changed(1001))
    fold(model, snapshot(9_000_000, T0 + S), crossed(9_000_001))
    assert model.seq == 9_000_001
    assert model.open_alarms() == []
    assert not _healing(model)


def test_a_core_whose_clock_was_set_back_is_followed_too(model: ReadModel) -> None:
    fold(model, snapshot(1000), crossed(1001))
    fold(model, snapshot(5, T0 + 60 * S), crossed(6, "P001"))
    assert model.seq == 6
    assert ("P001", "F-1") in model.inside


def test_what_a_former_core_said_last_is_not_held_against_the_new_one(model: ReadModel) -> None:
    fold(model, snapshot(1000), crossed(1005, "P000"), snapshot(5, T0 + S), crossed(6, "P001"))
    assert model.seq == 6
    assert set(model.inside) == {("P001", "F-1")}


def test_a_quiet_plant_is_not_told_again_and_again(model: ReadModel) -> None:
    fold(model, snapshot(0), crossed(1))
    model.snapshot_wanted = False
    for second in range(0, 60, 2):
        fold(model, snapshot(1, T0 + second * S))
    assert not model.snapshot_wanted


def test_a_snapshot_of_what_is_known_changes_nothing(model: ReadModel) -> None:
    fold(model, snapshot(0), crossed(1))
    model.snapshot_wanted = False
    fold(model, snapshot(1))
    assert not model.snapshot_wanted
    assert ("P002", "F-1") in model.inside


def test_distrust_is_ended_by_the_next_snapshot(model: ReadModel) -> None:
    fold(model, snapshot(0), crossed(1))
    model.distrust()
    assert _healing(model)
    fold(model, snapshot(1))
    assert not _healing(model)


def test_crossings_fold_into_who_is_inside(model: ReadModel, health: HealthModel) -> None:
    fold(model, snapshot(0), crossed(1), crossed(2, "P001"), crossed(3, direction=Direction.EXIT))
    told = model.snapshot(T0, health)
    assert [(one.subject, one.fence) for one in told.inside] == [("P001", "F-1")]


def test_the_age_grows_while_nothing_is_heard(model: ReadModel, health: HealthModel) -> None:
    fold(model, snapshot(0), moved(1, {"P000": (1, 1)}), now_ns=T0)
    ages = [model.connection(T0 + seconds * S, health) for seconds in (0, 5, 60)]
    assert [one.data_age_ms for one in ages] == [0, 5_000, 60_000]
    assert [one.core_age_ms for one in ages] == [0, 5_000, 60_000]
    assert ages[2].status == "degraded"


def test_nothing_heard_at_all_is_not_young(model: ReadModel, health: HealthModel) -> None:
    told = model.connection(T0, health)
    assert told.data_age_ms is None
    assert told.core_age_ms is None
    assert told.unseen == told.movers == 4


def test_a_new_plant_keeps_positions_and_says_so(model: ReadModel) -> None:
    fold(model, snapshot(0), moved(1, {"P000": (7, 8), "tag:T9999": (1, 1)}), PlantChanged(2, T0))
    assert model.plant_wanted
    renamed = small_plant().model_copy(update={"people": tuple(reversed(small_plant().people))})
    table = model.movers.table
    messages = model.replace_plant(renamed, T0)
    assert isinstance(messages[0], PlantMessage)
    assert isinstance(messages[1], PeopleMessage)
    assert messages[1].people.table != table
    assert [row.id for row in messages[1].people.rows] == ["P002", "P001", "P000", "V1", "tag:T9999"]
    assert [(row.id, row.x_m) for row in model.movers.rows(("person",))] == [("P000", 7)]


def test_versions_turn_with_time(model: ReadModel) -> None:
    fences = small_plant().fences
    ending = fences[2].model_copy(update={"valid_to": T0 + 10 * S})
    model.replace_plant(small_plant().model_copy(update={"fences": (*fences[:2], ending)}), T0)
    assert model.turn_versions(T0 + 9 * S) == []
    before = model.directory.records_mark
    messages = model.turn_versions(T0 + 10 * S)
    assert isinstance(messages[0], PlantMessage)
    assert messages[0].records != before
    assert set(model.directory.fences) == {"F-1"}
    assert model.turn_versions(T0 + 11 * S) == []


def test_the_snapshot_holds_everything(model: ReadModel, health: HealthModel) -> None:
    fold(
        model,
        snapshot(0),
        moved(1, {"P000": (1, 1)}),
        alarm_changed(2),
        readings(3),
        WeatherChanged(seq=4, t_ns=T0, wind_from_deg=90, wind_mps=3, temp_c=10),
        CameraChanged(seq=5, t_ns=T0, camera="CAM-1", online=True, fps=25),
        TagChanged(seq=6, t_ns=T0, tag_id="T0000", subject="P000", battery_pct=50),
        crossed(7),
    )
    told = model.snapshot(T0 + S, health)
    assert told.seq == 7
    assert told.plant.fictional
    assert told.plant.frame.origin_lon == 118.95
    assert (len(told.alarms), len(told.readings), len(told.tags), len(told.cameras), len(told.inside)) == (
        1,
        1,
        1,
        1,
        1,
    )
    assert told.weather is not None
    assert [row.glyph for row in told.people.rows] == ["circle", "circle", "diamond", "vehicle"]
    assert told.model_validate_json(told.model_dump_json()) == told


@given(st.lists(st.sampled_from(["moved", "enter", "exit", "alarm", "normal", "reading"]), max_size=40), st.data())
def test_whatever_is_lost_one_snapshot_heals_it(kinds: list[str], data: st.DataObject) -> None:
    """A model that lost any effects stands, after one snapshot of the core, where one that lost nothing stands."""
    made: dict[str, Callable[[int], Effect]] = {
        "moved": lambda seq: moved(seq, {"P000": (seq, seq)}, T0 + seq * S),
        "enter": crossed,
        "exit": lambda seq: crossed(seq, direction=Direction.EXIT),
        "alarm": lambda seq: alarm_changed(seq, alarm(f"A{seq % 3}")),
        "normal": lambda seq: alarm_changed(seq, alarm(f"A{seq % 3}", AlarmState.NORMAL)),
        "reading": lambda seq: readings(seq, float(seq), T0 + seq * S),
    }
    effects = [made[kind](seq) for seq, kind in enumerate(kinds, 1)]
    lost = data.draw(st.sets(st.integers(1, max(len(effects), 1))))
    taken = data.draw(st.integers(max((seq for seq in lost if seq <= len(effects)), default=0), len(effects)))
    arrives = data.draw(st.integers(taken, len(effects)))
    whole, lossy = ReadModel(PLANT, T0), ReadModel(PLANT, T0)
    fold(whole, snapshot(0), *effects[:taken])
    image = _image(whole)
    fold(whole, *effects[taken:])
    heard = [effect for effect in effects if effect.seq not in lost]
    fold(lossy, snapshot(0), *(effect for effect in heard if effect.seq <= arrives), image)
    fold(lossy, *(effect for effect in heard if effect.seq > arrives))
    assert not lossy.healing
    assert lossy.seq == whole.seq
    assert (lossy.alarms, lossy.inside, lossy.readings) == (whole.alarms, whole.inside, whole.readings)
    assert _places(lossy) == _places(whole)


PLANT = small_plant()


def _places(model: ReadModel) -> dict[str, tuple[float, float]]:
    return {row.id: (row.x_m, row.y_m) for row in model.movers.rows(("person",))}


def _healing(model: ReadModel) -> bool:
    return model.healing


def _image(model: ReadModel) -> WorldSnapshot:
    assert model.seq is not None
    image = snapshot(
        model.seq,
        T0 + model.seq * S,
        _places(model),
        model.open_alarms(),
        [(*key, t) for key, t in model.inside.items()],
    )
    image.readings.extend(model.readings.values())
    return image


def test_names_have_both_languages() -> None:
    assert names("x").zh != names("x").en
