"""Faults of an outline are found with their places, and only where there are some."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from tests.twin.api.small import BEGUN, FRAME, small_plant
from twin.fencing.check import check_fence
from twin.fencing.faults import FenceFault
from twin.fencing.outline import crossings, geometry_of, outline_faults, read_parts

PLANT = small_plant()


def lonlat(points: list[tuple[float, float]]) -> list[list[float]]:
    lon, lat = FRAME.to_lonlat([x for x, _ in points], [y for _, y in points])
    ring = [[float(a), float(b)] for a, b in zip(lon, lat, strict=True)]
    return [*ring, ring[0]]


def polygon(*rings: list[tuple[float, float]]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [lonlat(ring) for ring in rings]}


def judged(geometry: dict[str, Any]) -> list[FenceFault]:
    parts = read_parts(geometry)
    return [parts] if isinstance(parts, FenceFault) else outline_faults(parts, FRAME)


def place_of(fault: FenceFault) -> tuple[float, float]:
    assert fault.lon is not None
    assert fault.lat is not None
    x, y = FRAME.to_site([fault.lon], [fault.lat])
    return float(x[0]), float(y[0])


SQUARE = [(0.0, 0.0), (20.0, 0.0), (20.0, 20.0), (0.0, 20.0)]


def test_a_sound_outline_has_no_fault() -> None:
    assert judged(polygon(SQUARE, [(5, 5), (5, 9), (9, 9), (9, 5)])) == []


def test_a_bow_tie_is_marked_where_it_crosses() -> None:
    (fault,) = judged(polygon([(0, 0), (20, 20), (20, 0), (0, 20)]))
    assert fault.code == "self_intersection"
    assert place_of(fault) == pytest.approx((10, 10), abs=0.01)


def test_both_crossings_of_a_line_are_marked() -> None:
    faults = judged(polygon([(0, 0), (40, 0), (40, 20), (30, 20), (30, -10), (10, -10), (10, 20), (0, 20)]))
    assert sorted(place_of(fault)[0] for fault in faults) == pytest.approx([10, 30], abs=0.01)


@pytest.mark.parametrize(
    ("geometry", "code", "where"),
    [
        (polygon(SQUARE, [(25, 25), (30, 25), (30, 30)]), "hole_outside", (25, 25)),
        (polygon(SQUARE, [(2, 2), (12, 2), (12, 12), (2, 12)], [(4, 4), (6, 4), (6, 6)]), "holes_overlap", (4, 4)),
        (polygon([(0, 0), (10, 0)]), "too_few_points", (0, 0)),
        (polygon([(0, 0), (10, 0), (10, 0.001), (10, 10)]), "duplicate_points", (10, 0)),
        (polygon([(0, 0), (30_000, 0), (30_000, 10)]), "fence_far_away", (30_000, 0)),
        (polygon([(0, 0), (0.5, 0), (0.5, 0.5), (0, 0.5)]), "too_small", (0, 0)),
        (polygon([(0, 0), (20, 0), (20, 10), (20, 3), (20, 20), (0, 20)]), "self_intersection", None),
    ],
)
def test_what_is_wrong_is_named_and_placed(
    geometry: dict[str, Any], code: str, where: tuple[float, float] | None
) -> None:
    fault = judged(geometry)[0]
    assert fault.code == code
    if where is not None:
        assert place_of(fault) == pytest.approx(where, abs=0.5 if where[0] > 1000 else 0.02)


@pytest.mark.parametrize(
    ("geometry", "code"),
    [
        (None, "empty"),
        ({"type": "Polygon", "coordinates": []}, "empty"),
        ({"type": "MultiPolygon", "coordinates": [[]]}, "empty"),
        ({"type": "Point", "coordinates": [1, 2]}, "fence_not_polygon"),
        ({"type": "Polygon", "coordinates": [[["a", "b"]]]}, "bad_coordinates"),
        ({"type": "Polygon", "coordinates": [[[118, float("nan")]]]}, "bad_coordinates"),
        (
            {"type": "Polygon", "coordinates": [[[500000, 4200000], [500010, 4200000], [500010, 4200010]]]},
            "not_degrees",
        ),
        ({"type": "Polygon", "coordinates": [[[118.95 + i * 1e-6, 37.95] for i in range(2001)]]}, "too_many_points"),
    ],
)
def test_what_cannot_be_read_is_a_fault_too(geometry: dict[str, Any] | None, code: str) -> None:
    found = read_parts(geometry)
    faults = [found] if isinstance(found, FenceFault) else outline_faults(found, FRAME)
    assert faults[0].code == code


def test_overlapping_parts_are_marked_inside_both() -> None:
    other = [(10.0, 10.0), (30.0, 10.0), (30.0, 30.0), (10.0, 30.0)]
    # Only parts that do not cross at all can overlap without a crossing: one inside the other.
    inner = [(2.0, 2.0), (6.0, 2.0), (6.0, 6.0)]
    crossing = {"type": "MultiPolygon", "coordinates": [polygon(SQUARE)["coordinates"], polygon(other)["coordinates"]]}
    assert {fault.code for fault in judged(crossing)} == {"self_intersection"}
    nested = {"type": "MultiPolygon", "coordinates": [polygon(SQUARE)["coordinates"], polygon(inner)["coordinates"]]}
    (fault,) = judged(nested)
    assert fault.code == "parts_overlap"
    assert shapely.contains_xy(shapely.Polygon(inner), *place_of(fault))


# Nothing on a site is drawn finer than a millimetre.
metres = st.integers(-200_000, 200_000).map(lambda millimetres: millimetres / 1000)
points = st.tuples(metres, metres)


@given(st.lists(points, min_size=3, max_size=12))
def test_no_fault_means_valid_and_a_crossing_means_invalid(corners: list[tuple[float, float]]) -> None:
    ring = np.array(corners)
    shape = shapely.Polygon(ring)
    faults = judged(polygon([(float(x), float(y)) for x, y in corners]))
    if not faults:
        assert shape.is_valid
    # A place that is reported lies on the outline: the eye is led to something.
    for x, y in crossings([ring]):
        assert shape.exterior.distance(shapely.Point(x, y)) < 0.02


@given(st.integers(3, 40), st.floats(1, 300), st.floats(0, 6.28))
def test_a_star_shaped_outline_has_no_fault(count: int, radius_m: float, turn: float) -> None:
    angles = [turn + 2 * math.pi * i / count for i in range(count)]
    reach = [radius_m * (1 if i % 2 else 0.7) for i in range(count)]
    ring = [(r * math.cos(a) + 1, r * math.sin(a)) for r, a in zip(reach, angles, strict=True)]
    assert [fault.code for fault in judged(polygon(ring))] in ([], ["too_small"])


def test_reading_and_writing_a_geometry_keeps_it() -> None:
    given_ = polygon(SQUARE, [(5, 5), (5, 9), (9, 9)])
    parts = read_parts(given_)
    assert not isinstance(parts, FenceFault)
    assert shapely.geometry.shape(geometry_of(parts)).equals(shapely.geometry.shape(given_))


def fence(**changes: Any) -> dict[str, Any]:
    body = {"names": {"zh": "甲", "en": "A"}, "purpose": "forbidden", "geometry": polygon(SQUARE)}
    return body | changes


def codes(body: dict[str, Any], sigma_m: float = 0.3) -> list[tuple[str, str]]:
    found, faults = check_fence(PLANT, "F-9", body, BEGUN, sigma_m)
    assert (found is None) == any(not fault.warning for fault in faults)
    return [(fault.code, fault.field) for fault in faults]


def test_a_good_fence_becomes_a_record() -> None:
    found, faults = check_fence(PLANT, "F-9", fence(), BEGUN, 0.3)
    assert faults == ()
    assert found is not None
    assert (found.code, found.valid_from) == ("F-9", BEGUN)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"z_min_m": 10, "z_max_m": 5}, ("fence_heights", "z_min_m")),
        ({"z_max_m": 5000}, ("too_high", "z_max_m")),
        ({"allow": {"roles": ["pilot"]}}, ("unknown_role", "allow.roles")),
        ({"allow": {"persons": ["P999"]}}, ("unknown_person", "allow.persons")),
        ({"rules": {"post_of": {"teams": ["none"]}}}, ("unknown_team", "rules.post_of.teams")),
        ({"rules": {"moving_with": "V-99"}}, ("unknown_vehicle", "rules.moving_with")),
        ({"rules": {"min_staff": [{"role": "pilot", "people": 1}]}}, ("unknown_role", "rules.min_staff.0.role")),
        ({"level": "L9"}, ("unknown_level", "level")),
        ({"priority": 7}, ("less_than_equal", "priority")),
        ({"surprise": 1}, ("extra_forbidden", "surprise")),
        ({"names": {"zh": "", "en": "A"}}, ("string_too_short", "names.zh")),
    ],
)
def test_a_wrong_field_is_named(changes: dict[str, Any], fault: tuple[str, str]) -> None:
    assert codes(fence(**changes)) == [fault]


def test_a_bad_outline_does_not_hide_a_bad_field() -> None:
    bow = polygon([(0, 0), (20, 20), (20, 0), (0, 20)])
    assert {code for code, _ in codes(fence(geometry=bow, z_min_m=9, z_max_m=1))} == {
        "self_intersection",
        "fence_heights",
    }


def test_a_fence_too_narrow_for_the_positioning_is_warned_of_at_its_widest_place() -> None:
    strip = fence(geometry=polygon([(0, 0), (30, 0), (30, 1.5), (0, 1.5)]))
    assert codes(strip, sigma_m=0.3) == []
    assert codes(strip, sigma_m=1.0) == [("too_narrow", "geometry")]
    found, (fault,) = check_fence(PLANT, "F-9", strip, BEGUN, 1.0)
    assert found is not None
    assert fault.params["wide_m"] == pytest.approx(1.5, abs=0.05)
    assert fault.params["needed_m"] == pytest.approx(2.6)


def test_a_purpose_without_its_limit_is_warned_of() -> None:
    assert codes(fence(purpose="limited")) == [("no_limit", "rules.max_people")]
    assert codes(fence(purpose="limited", rules={"max_people": 5})) == []
    assert codes(fence(purpose="timed")) == [("no_overstay", "rules.overstay_s")]
    assert codes(fence(purpose="post")) == [("no_post", "rules.post_of")]
