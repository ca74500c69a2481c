"""Four-colour zones and e-fences of the plant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from gis.plant import (
    Allow,
    Colour,
    Fence,
    FencePurpose,
    FenceRules,
    MinStaff,
    Names,
    PatrolPoint,
    PatrolRoute,
    Weekly,
    Zone,
)
from twin.demoplant.draft import VALID_FROM, Rect, lonlat
from twin.demoplant.front import DRILL_YARD, FLARE_XY
from twin.demoplant.grid import block
from twin.demoplant.tanks import groups
from twin.demoplant.units import UNITS

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from twin.demoplant.draft import Draft

_ZONES = (
    # code, zh, en, block (column, row), colour, kind of area
    ("Z-01", "厂前区", "Front area", (0, 0), "blue", "administration"),
    ("Z-02", "中控区", "Control area", (0, 1), "blue", "administration"),
    ("Z-03", "辅助生产区", "Services area", (1, 0), "blue", "utility"),
    ("Z-04", "汽车装卸区", "Truck loading area", (2, 0), "orange", "loading"),
    ("Z-05", "危化品仓储区", "Hazardous goods storage", (3, 0), "orange", "storage"),
    ("Z-06", "铁路装卸区", "Rail loading area", (4, 0), "yellow", "loading"),
    ("Z-07", "常减压装置区", "Crude distillation area", (1, 1), "orange", "process"),
    ("Z-08", "催化裂化装置区", "Catalytic cracking area", (2, 1), "red", "process"),
    ("Z-09", "加氢装置区", "Hydrogenation area", (3, 1), "red", "process"),
    ("Z-10", "公用工程区", "Utilities area", (4, 1), "blue", "utility"),
    ("Z-11", "汽油石脑油罐区", "Gasoline and naphtha farms", (0, 2), "orange", "tank_farm"),
    ("Z-12", "柴油航煤罐区", "Diesel and jet fuel farms", (1, 2), "yellow", "tank_farm"),
    ("Z-13", "中间原料罐区", "Intermediate farms", (2, 2), "yellow", "tank_farm"),
    ("Z-14", "液化烃罐区", "Liquefied gas farms", (3, 2), "red", "tank_farm"),
    ("Z-15", "化学品罐区", "Chemicals farms", (4, 2), "orange", "tank_farm"),
    ("Z-16", "原油罐区一", "Crude farm 1", (0, 3), "orange", "tank_farm"),
    ("Z-17", "原油罐区二", "Crude farm 2", (1, 3), "orange", "tank_farm"),
    ("Z-18", "燃料油罐区", "Fuel oil farm", (2, 3), "yellow", "tank_farm"),
    ("Z-19", "污油污水区", "Slop oil and waste water", (3, 3), "yellow", "utility"),
    ("Z-20", "火炬区", "Flare area", (4, 3), "yellow", "utility"),
)


def zones() -> list[Zone]:
    """Twenty zones, one per block between the roads."""
    return [
        Zone.model_validate(
            {
                "code": code, "names": Names(zh=zh, en=en), "colour": colour, "area_kind": kind, "valid_from": VALID_FROM,
                "geometry": lonlat(block(*at, clear_m=1.0).polygon()),
            }
        )
        for code, zh, en, at, colour, kind in _ZONES
    ]  # fmt: skip


_PLANT_STAFF = ("operator", "maintenance", "safety")


def _around(*bunds: str, by_m: float) -> BaseGeometry:
    rects = [group.rect.inset(-by_m).polygon() for group in groups() if group.bund in bunds]
    return shapely.box(*shapely.union_all(rects).bounds)


def _forbidden(draft: Draft) -> list[tuple[str, str, str, BaseGeometry, Colour, int, Allow]]:
    return [
        ("F-01", "液化烃球罐区", "Liquefied gas sphere farm", _around("BD-11", "BD-12", by_m=3.0), Colour.RED, 1, Allow(roles=("operator", "safety"))),
        ("F-02", "原油罐组一防火堤内", "Crude bund 1", _around("BD-01", by_m=0.0), Colour.ORANGE, 2, Allow(roles=_PLANT_STAFF)),
        ("F-03", "原油罐组二防火堤内", "Crude bund 2", _around("BD-02", by_m=0.0), Colour.ORANGE, 2, Allow(roles=_PLANT_STAFF)),
        ("F-04", "总变电所", "Main substation", draft.shapes["B-10"].buffer(2.0, join_style="mitre"), Colour.RED, 1, Allow(teams=("T-ELEC", "T-HSE"))),
        ("F-05", "装置变电所", "Units substation", draft.shapes["B-11"].buffer(2.0, join_style="mitre"), Colour.RED, 1, Allow(teams=("T-ELEC", "T-HSE"))),
        ("F-06", "液氨罐区", "Ammonia farm", _around("BD-17", by_m=3.0), Colour.RED, 1, Allow(roles=("operator", "safety"))),
        ("F-07", "苯罐区", "Benzene farm", _around("BD-15", by_m=1.0), Colour.ORANGE, 2, Allow(roles=_PLANT_STAFF)),
        ("F-08", "火炬禁入区", "Flare sterile area", shapely.Point(*FLARE_XY).buffer(45.0, quad_segs=8), Colour.RED, 1, Allow(roles=("safety",))),
        ("F-09", "污水池受限空间", "Waste water confined space", draft.shapes["B-18"].buffer(1.0, join_style="mitre"), Colour.RED, 1, Allow(persons=("P061",))),
        ("F-10", "液化气卧罐区", "LPG bullet farm", _around("BD-13", by_m=3.0), Colour.RED, 1, Allow(roles=("operator", "safety"))),
        ("F-11", "加氢反应区", "Hydrogenation reactor section", Rect(UNITS[2].along(0.13), UNITS[2].rect.y0 + 33.0, UNITS[2].along(0.62), UNITS[2].rect.y0 + 51.0).polygon(), Colour.RED, 1, Allow(roles=_PLANT_STAFF)),
    ]  # fmt: skip


def _informing(draft: Draft) -> list[tuple[str, str, str, BaseGeometry]]:
    return [
        ("G-01", "主门", "Main gate", Rect(-494.0, -400.0, -458.0, -372.0).polygon()),
        ("G-02", "物流门", "Goods gate", Rect(-28.0, -400.0, 4.0, -372.0).polygon()),
        *((f"G-0{3 + i}", unit.zh, unit.en, unit.rect.polygon()) for i, unit in enumerate(UNITS)),
        ("G-06", "中央控制室", "Central control room", draft.shapes["B-06"]),
        ("G-07", "汽车装卸区", "Truck loading area", block(2, 0).polygon()),
        ("G-08", "演练场", "Drill yard", DRILL_YARD.polygon()),
        ("G-09", "职工食堂", "Canteen", draft.shapes["B-03"]),
        ("G-10", "倒班公寓", "Shift quarters", draft.shapes["B-04"]),
        ("G-11", "培训中心", "Training centre", draft.shapes["B-05"]),
        *(
            (f"M-0{i}", f"{asset.names.zh}", f"{asset.names.en}", draft.shapes[asset.code].centroid.buffer(12.0, quad_segs=6))
            for i, asset in enumerate(draft.of_kind("muster_point")[:4], 1)
        ),
        ("V-01", "液化气槽车周边", "Around the LPG truck", shapely.Point(*block(2, 0).centre).buffer(10.0, quad_segs=6)),
    ]  # fmt: skip


_UNIT_TEAMS = ("T-CDU", "T-FCC", "T-HDT")
_EXEMPT: dict[str, object] = {"purpose": FencePurpose.EXEMPT}


def _unit_post(team: str, **more: object) -> dict[str, object]:
    """A unit is the post of its team; others need up to six minutes to walk through, and crews work there."""
    return {
        "purpose": FencePurpose.POST,
        "allow": Allow(roles=("maintenance", "safety", "contractor"), teams=(team,)),
        "rules": FenceRules.model_validate({"post_of": {"teams": [team]}, "wrong_post_s": 420, **more}),
    }


# What the fences ask beyond who may be inside; every number is the usual one unless the place needs another.
_ASKED: dict[str, dict[str, object]] = {
    "F-01": {"rules": FenceRules(max_people=6, still_s=300)},
    "F-06": {"rules": FenceRules(max_people=4, still_s=300)},
    "F-09": {"rules": FenceRules(max_people=2, overstay_s=1800)},
    "F-10": {"rules": FenceRules(max_people=6, still_s=300)},
    "G-03": _unit_post("T-CDU"),
    "G-04": _unit_post("T-FCC"),
    "G-05": _unit_post("T-HDT", escort=True, escort_m=40, escort_s=300),
    "G-06": {
        "purpose": FencePurpose.EXEMPT,
        "rules": FenceRules(
            post_of=Allow(teams=(*_UNIT_TEAMS, "T-CCR")), min_staff=(MinStaff(team="T-CCR", people=1),), absent_s=900
        ),
    },
    "G-07": {"purpose": FencePurpose.LIMITED, "rules": FenceRules(max_people=30)},
    "G-09": _EXEMPT | {"rules": FenceRules(post_of=Allow(teams=("T-CCR",)), absent_s=900)},
    "G-10": _EXEMPT,
    "G-11": _EXEMPT,
    **{f"M-0{i}": {"purpose": FencePurpose.MUSTER} for i in range(1, 5)},
    "V-01": {
        "purpose": FencePurpose.FORBIDDEN, "priority": 3, "colour": Colour.ORANGE, "confirm_s": 15.0,
        "allow": Allow(roles=("operator", "maintenance", "safety", "driver"), vehicles=tuple(f"CAR-{i}" for i in range(1, 9))),
        "rules": FenceRules(moving_with="CAR-5"),
    },
}  # fmt: skip


def patrols() -> list[PatrolRoute]:
    """A safety round of the liquefied gas farms and one of the units, every four hours."""
    routes = (
        ("R-01", "液化烃罐区巡检", "Liquefied gas round", _tank_stops()),
        ("R-02", "装置区巡检", "Unit round", [UNITS[i].rect.inset(-6.0) for i in range(3)]),
    )
    windows = tuple(Weekly(start=f"{hour:02d}:00", end=f"{(hour + 4) % 24:02d}:00") for hour in range(0, 24, 4))
    made = []
    for code, zh, en, stops in routes:
        points = []
        for number, stop in enumerate(stops, 1):
            spot = lonlat(shapely.Point((stop.x0 + stop.x1) / 2, stop.y0)).centroid
            names = Names(zh=f"{zh}{number}号点", en=f"{en} point {number}")
            points.append(
                PatrolPoint(code=f"{code}-{number}", names=names, lon=spot.x, lat=spot.y, radius_m=30, dwell_s=10)
            )
        made.append(
            PatrolRoute(
                code=code, names=Names(zh=zh, en=en), points=tuple(points), windows=windows, teams=("T-HSE", "T-FIRE")
            )
        )
    return made  # fmt: skip


def _tank_stops() -> list[Rect]:
    return [group.rect for group in groups() if group.bund in ("BD-11", "BD-13", "BD-17")]


def fences(draft: Draft) -> list[Fence]:
    """Forbidden areas with who may be there, and areas whose crossings are only noted."""
    made = [
        Fence.model_validate(
            {
                "code": code, "names": Names(zh=zh, en=en), "purpose": FencePurpose.FORBIDDEN, "geometry": lonlat(shape),
                "colour": colour, "priority": priority, "allow": allow, "valid_from": VALID_FROM, **_ASKED.get(code, {}),
            }
        )
        for code, zh, en, shape, colour, priority, allow in _forbidden(draft)
    ]  # fmt: skip
    made += [
        Fence.model_validate(
            {
                "code": code, "names": Names(zh=zh, en=en), "purpose": FencePurpose.INFORMATION, "geometry": lonlat(shape),
                "colour": Colour.BLUE, "priority": 4, "valid_from": VALID_FROM, **_ASKED.get(code, {}),
            }
        )
        for code, zh, en, shape in _informing(draft)
    ]  # fmt: skip
    return made
