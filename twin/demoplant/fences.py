"""Four-colour zones and e-fences of the plant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from gis.plant import Allow, Colour, Fence, FencePurpose, Names, Zone
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
    ]


def fences(draft: Draft) -> list[Fence]:
    """Forbidden areas with who may be there, and areas whose crossings are only noted."""
    made = [
        Fence.model_validate(
            {
                "code": code, "names": Names(zh=zh, en=en), "purpose": FencePurpose.FORBIDDEN, "geometry": lonlat(shape),
                "colour": colour, "priority": priority, "allow": allow, "valid_from": VALID_FROM,
            }
        )
        for code, zh, en, shape, colour, priority, allow in _forbidden(draft)
    ]  # fmt: skip
    made += [
        Fence.model_validate(
            {
                "code": code, "names": Names(zh=zh, en=en), "purpose": FencePurpose.INFORMATION, "geometry": lonlat(shape),
                "colour": Colour.BLUE, "priority": 4, "valid_from": VALID_FROM,
            }
        )
        for code, zh, en, shape in _informing(draft)
    ]  # fmt: skip
    return made
