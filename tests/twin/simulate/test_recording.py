from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.helmert import engine_frame
from gis.kinds import AnchorPoint
from gis.plant import Plant
from tests.twin.simulate.small import FRAME, START_NS, small_plant
from twin.simulate.errors import SimulationError
from twin.simulate.recording import (
    EPOCH_WINDOW_S,
    Placement,
    RecordingRecords,
    epochs,
    message,
    missing_records,
    names_of,
    topic,
)

ANCHORS = {str(i): np.array(place) for i, place in enumerate([(-3.0, 3.0, 1.6), (3.0, 3.0, 1.7), (3.0, -3.0, 1.5)])}
NAMES = names_of("walk_1")


def _with(plant: Plant, records: RecordingRecords) -> Plant:
    return plant.model_copy(
        update={
            "engines": plant.engines + records.engines,
            "assets": plant.assets + records.assets,
            "people": plant.people + records.people,
            "tags": plant.tags + records.tags,
            "assignments": plant.assignments + records.assignments,
        }
    )


def test_codes_come_from_the_name_and_fit() -> None:
    assert names_of("starloc loop/2d").engine == "REC-starloc-loop-2d"
    assert len(names_of("x" * 200).anchor("12")) <= 64
    with pytest.raises(SimulationError):
        names_of("///")


def test_a_new_anchor_epoch_begins_when_an_anchor_repeats_or_time_passes() -> None:
    t = np.array([5.0, 5.001, 5.002, 5.003, 5.1, 5.1, 5.1 + 2 * EPOCH_WINDOW_S])
    found = epochs(t, ["1"] * 7, ["a", "b", "a", "b", "a", "b", "c"], np.arange(7.0))
    assert [(round(e.t_s, 3), e.anchors, e.d_m) for e in found] == [
        (0.0, ("a", "b"), (0.0, 1.0)),
        (0.002, ("a", "b"), (2.0, 3.0)),
        (0.1, ("a", "b"), (4.0, 5.0)),
        (0.13, ("c",), (6.0,)),
    ]


rows = st.lists(
    st.tuples(st.floats(0, 3), st.sampled_from("12"), st.sampled_from("abcd"), st.floats(0.1, 50)), max_size=60
)


@given(rows)
def test_no_range_is_lost_and_no_epoch_is_wide(found: list[tuple[float, str, str, float]]) -> None:
    t, tag, anchor, d = (list(column) for column in zip(*found, strict=True)) if found else ([], [], [], [])
    made = epochs(np.array(t, float), tag, anchor, np.array(d, float))
    assert sorted((e.tag, a, m) for e in made for a, m in zip(e.anchors, e.d_m, strict=True)) == sorted(
        zip(tag, anchor, d, strict=True)
    )
    assert [e.t_s for e in made] == sorted(e.t_s for e in made)
    for epoch in made:
        assert len(set(epoch.anchors)) == len(epoch.anchors)


@given(st.floats(-400, 400), st.floats(-300, 300), st.floats(-180, 180))
def test_the_engine_frame_is_where_it_was_placed(x: float, y: float, turn: float) -> None:
    placement = Placement(x, y, turn)
    records = missing_records(small_plant(), NAMES, ANCHORS, {"1": 1.3}, placement)
    frame = engine_frame(records.engines[0])
    spot = np.array([[1.0, -2.0]])
    assert np.allclose(frame.to_site(spot), placement.to_site(spot), atol=2e-3)
    for asset, place in zip(records.assets, ANCHORS.values(), strict=True):
        shape = FRAME.shape_to_site(asset.geometry)
        assert np.allclose((shape.centroid.x, shape.centroid.y), placement.to_site(place[None, :2])[0], atol=2e-3)
        assert isinstance(asset.attributes, AnchorPoint)
        assert asset.attributes.antenna_m == place[2]


def test_turning_is_counter_clockwise() -> None:
    assert np.allclose(Placement(10.0, 20.0, 90.0).to_site(np.array([[1.0, 0.0]])), [[10.0, 21.0]])


def test_a_plant_that_knows_the_recording_lacks_nothing() -> None:
    plant = small_plant()
    records = missing_records(plant, NAMES, ANCHORS, {"1": 1.3, "2": 7.0}, Placement(0, 0))
    assert records
    assert [t.carry_height_m for t in records.tags] == [1.3, 5.0]
    grown = Plant.model_validate(dict(_with(plant, records)))
    assert not missing_records(grown, NAMES, ANCHORS, {"1": 1.3, "2": 7.0}, Placement(0, 0))
    later = missing_records(grown, NAMES, ANCHORS, {"1": 1.3, "2": 7.0, "3": 1.0}, Placement(0, 0))
    assert [t.code for t in later.tags] == ["REC-walk_1-T3"]
    assert later.engines == ()


def test_without_anchors_there_is_nothing_to_follow() -> None:
    with pytest.raises(SimulationError, match="no anchors"):
        missing_records(small_plant(), NAMES, {}, {"1": 1.0}, Placement(0, 0))


def test_a_message_is_what_the_interface_says() -> None:
    epoch = epochs(np.array([0.0, 0.001]), ["1", "1"], ["0", "2"], np.array([3.25, 4.5]))[0]
    assert topic("P", NAMES) == "twin/v1/P/uwb/REC-walk_1/ranges"
    assert json.loads(message(NAMES, epoch, START_NS + 1_500_000, 7)) == {
        "tag": "REC-walk_1-T1",
        "t": START_NS / 1e6 + 1.5,
        "seq": 7,
        "ranges": [{"anchor": "REC-walk_1-A0", "d": 3.25}, {"anchor": "REC-walk_1-A2", "d": 4.5}],
    }
