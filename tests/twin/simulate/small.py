"""A small plant for the simulator's tests: a street, a walkway, a tank, a column, a control room, four anchors."""

from __future__ import annotations

from typing import Any

import shapely

from gis.frames import SiteFrame
from gis.plant import Plant

FRAME = SiteFrame(118.95, 37.95)
START_NS = 1_790_000_000_000_000_000
SINCE = "2026-01-01T00:00:00Z"


def _there(shape: shapely.geometry.base.BaseGeometry) -> shapely.geometry.base.BaseGeometry:
    return FRAME.shape_to_lonlat(shape)


def _names(text: str) -> dict[str, str]:
    return {"zh": f"{text}号", "en": text}


def _asset(code: str, shape: shapely.geometry.base.BaseGeometry, **attributes: Any) -> dict[str, Any]:
    return {"code": code, "names": _names(code), "geometry": _there(shape), "attributes": attributes}


def small_plant(people: int = 6, *, ways: bool = True, anchors: bool = True) -> Plant:
    """The plant; without ways or anchors when asked, for tests of what is missing."""
    box, line, point = shapely.box, shapely.LineString, shapely.Point
    assets = [
        _asset("T-1", point(50, 30), kind="fixed_roof_tank", diameter_m=20, height_m=12, medium="diesel"),
        _asset("C-1", point(20, 12), kind="column", diameter_m=3, height_m=30),
        _asset("B-1", box(70, -30, 90, -10), kind="building", height_m=5, use="control_room"),
        _asset("GD-1", point(40, 8), kind="gas_detector", gas="hydrocarbon"),
    ]
    if ways:
        assets += [
            _asset("RD-1", line([(0, 0), (100, 0)]), kind="road", width_m=6),
            _asset("WK-1", line([(50, 0), (50, 15)]), kind="road", width_m=2, surface="walkway"),
        ]
    if anchors:
        assets += [
            _asset(f"A-{i}", point(x, y), kind="anchor", engine="E", antenna_m=6.0, bias_m=0.05)
            for i, (x, y) in enumerate([(0, -20), (100, -20), (0, 50), (100, 50)])
        ]
    roles = ["operator", "contractor", "visitor"]
    return Plant.model_validate(
        {
            "head": {
                "code": "SMALL", "names": _names("Small"), "enterprise": "E", "origin_lon": 118.95, "origin_lat": 37.95,
                "boundary": _there(box(-50, -50, 150, 100)),
            },
            "enterprise": {"code": "E", "names": _names("E"), "region": "R"},
            "regions": [{"code": "R", "names": _names("R")}],
            "engines": [{"code": "E", "names": _names("E")}],
            "assets": assets,
            "fences": [
                {
                    "code": "F-1", "names": _names("F-1"), "purpose": "forbidden", "valid_from": SINCE,
                    "geometry": _there(box(38, 10, 62, 42)), "allow": {"roles": ["operator"]},
                }
            ],
            "roles": [{"code": role, "names": _names(role)} for role in roles],
            "people": [
                {"code": f"P{i}", "names": _names(f"P{i}"), "role": roles[i % 3]} for i in range(people)
            ],
            "vehicles": [{"code": "CAR", "names": _names("CAR"), "vehicle_kind": "patrol"}],
            "tags": [{"code": f"T{i}"} for i in range(people)] + [{"code": "TCAR", "carry_height_m": 2.0}],
            "assignments": [
                *({"tag": f"T{i}", "person": f"P{i}", "valid_from": SINCE} for i in range(people)),
                {"tag": "TCAR", "vehicle": "CAR", "valid_from": SINCE},
            ],
            "sensors": [
                {"code": "LT-1", "names": _names("LT-1"), "quantity": "level", "unit": "m", "range_low": 0,
                 "range_high": 12, "asset": "T-1", "limits": {"ll": 1, "l": 2, "h": 10, "hh": 11}, "valid_from": SINCE},
                {"code": "GD-1", "names": _names("GD-1"), "quantity": "gas_lel", "unit": "%LEL", "range_low": 0,
                 "range_high": 100, "asset": "GD-1", "limits": {"h": 25, "hh": 50}, "valid_from": SINCE},
            ],
            "cameras": [
                {"code": "CAM-1", "names": _names("CAM-1"), "x_m": 0, "y_m": 0, "z_m": 6, "heading_deg": 90,
                 "tilt_deg": -20, "hfov_deg": 60, "valid_from": SINCE}
            ],
        }
    )  # fmt: skip
