"""Tank farms: bunded groups of tanks with their aisles and pumps."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi

from gis.kinds import (
    Attributes,
    Building,
    BulletTank,
    Bund,
    FixedRoofTank,
    FloatingRoofTank,
    Pump,
    Road,
    SphereTank,
    Unit,
)
from twin.demoplant.draft import Draft, Rect, line, spread
from twin.demoplant.grid import COLUMNS, block


@dataclass(frozen=True, slots=True)
class Group:
    """One bunded group: `rows` × `columns` equal tanks around a centre, site metres.

    Attributes:
        gap_m: clear distance between shells.
        margin_m: clear distance from the outer shells to the bund wall.
        depth_m: north-south extent of one tank when it is not round.
    """

    bund: str
    farm: str
    medium_zh: str
    medium_en: str
    first: int
    rows: int
    columns: int
    centre: tuple[float, float]
    tank: Attributes
    width_m: float
    gap_m: float
    margin_m: float
    bund_height_m: float = 1.4
    depth_m: float | None = None
    prefix: str = "T"
    pumps: int = 2

    @property
    def _depth(self) -> float:
        return self.depth_m if self.depth_m is not None else self.width_m

    @property
    def rect(self) -> Rect:
        """The bund wall's outline."""
        half_w = (self.columns * self.width_m + (self.columns - 1) * self.gap_m) / 2 + self.margin_m
        half_h = (self.rows * self._depth + (self.rows - 1) * self.gap_m) / 2 + self.margin_m
        x, y = self.centre
        return Rect(x - half_w, y - half_h, x + half_w, y + half_h)

    @property
    def aisle_y(self) -> float:
        """Where the walkway runs: between the rows, or inside the south wall of a single row."""
        if self.rows == 2:
            return self.centre[1]
        return self.rect.y0 + self.margin_m / 2


def _volume(diameter_m: float, height_m: float) -> float:
    return float(round(pi / 4 * diameter_m**2 * height_m, -1))


def _floating(medium: str, diameter_m: float, height_m: float, roof: str = "internal") -> FloatingRoofTank:
    return FloatingRoofTank(
        medium=medium,
        diameter_m=diameter_m,
        height_m=height_m,
        roof="external" if roof == "external" else "internal",
        ladder_deg=200.0,
        capacity_m3=_volume(diameter_m, height_m),
    )


def _fixed(
    medium: str, diameter_m: float, height_m: float, roof: str = "dome", *, insulated: bool = False
) -> FixedRoofTank:
    return FixedRoofTank(
        medium=medium,
        diameter_m=diameter_m,
        height_m=height_m,
        roof="cone" if roof == "cone" else "dome",
        ladder_deg=160.0,
        insulated=insulated,
        capacity_m3=_volume(diameter_m, height_m),
    )


def _sphere(medium: str, diameter_m: float, legs: int) -> SphereTank:
    return SphereTank(
        medium=medium,
        diameter_m=diameter_m,
        legs=legs,
        clearance_m=2.2,
        capacity_m3=float(round(pi / 6 * diameter_m**3, -1)),
    )


def _bullet(medium: str, diameter_m: float, length_m: float) -> BulletTank:
    return BulletTank(
        medium=medium,
        diameter_m=diameter_m,
        length_m=length_m,
        heading_deg=0.0,
        capacity_m3=_volume(diameter_m, length_m),
    )


def groups() -> list[Group]:
    """Every bunded group of the plant."""
    return [
        Group("BD-01", "TF-100", "原油", "Crude", 101, 2, 2, (-480.5, 284.0), _floating("crude_oil", 60, 19.5, "external"), 60, 24, 11, 1.8),
        Group("BD-02", "TF-110", "原油", "Crude", 111, 1, 2, (-250.0, 301.0), _floating("crude_oil", 80, 21.8, "external"), 80, 32, 13, 2.0),
        Group("BD-03", "TF-200", "汽油", "Gasoline", 201, 1, 4, (-480.5, 132.0), _floating("gasoline", 32, 15.8), 32, 12.8, 7, 1.3),
        Group("BD-04", "TF-200", "汽油", "Gasoline", 205, 1, 4, (-480.5, 76.0), _floating("gasoline", 32, 15.8), 32, 12.8, 7, 1.3),
        Group("BD-05", "TF-300", "石脑油", "Naphtha", 301, 1, 4, (-480.5, 20.0), _floating("naphtha", 28, 15.0), 28, 11.2, 7, 1.3),
        Group("BD-06", "TF-400", "柴油", "Diesel", 401, 2, 4, (-250.0, 118.0), _fixed("diesel", 36, 17.0), 36, 14.4, 9, 1.3),
        Group("BD-07", "TF-420", "航煤", "Jet fuel", 421, 1, 5, (-250.0, 20.0), _floating("kerosene", 26, 14.5), 26, 10.4, 7, 1.2),
        Group("BD-08", "TF-500", "蜡油", "Wax oil", 501, 2, 3, (-65.0, 125.0), _fixed("gas_oil", 20, 16.0, "cone", insulated=True), 20, 8, 7),
        Group("BD-09", "TF-510", "渣油", "Residue", 511, 2, 3, (35.0, 125.0), _fixed("residue", 20, 16.0, "cone", insulated=True), 20, 8, 7),
        Group("BD-10", "TF-520", "中间石脑油", "Intermediate naphtha", 521, 1, 4, (-15.0, 28.0), _floating("naphtha", 30, 15.0), 30, 12, 8),
        Group("BD-11", "SF-600", "液化石油气", "LPG", 601, 2, 3, (160.0, 120.0), _sphere("lpg", 15.7, 10), 15.7, 16, 7, 0.6),
        Group("BD-12", "SF-610", "丙烯", "Propylene", 611, 2, 2, (262.0, 120.0), _sphere("propylene", 18.0, 10), 18, 18, 8, 0.6),
        Group("BD-13", "BF-630", "液化石油气", "LPG", 631, 1, 8, (207.5, 26.0), _bullet("lpg", 3.4, 22), 3.4, 5.0, 7, 0.6, depth_m=22, prefix="V"),
        Group("BD-14", "TF-700", "甲醇", "Methanol", 701, 2, 2, (382.0, 125.0), _floating("methanol", 16, 13.0), 16, 9, 6, 1.1),
        Group("BD-15", "TF-710", "苯", "Benzene", 711, 2, 2, (452.0, 125.0), _floating("benzene", 14, 12.0), 14, 9, 6, 1.1),
        Group("BD-16", "TF-720", "二甲苯", "Xylene", 721, 2, 2, (522.0, 125.0), _floating("xylene", 14, 12.0), 14, 9, 6, 1.1),
        Group("BD-17", "BF-740", "液氨", "Ammonia", 741, 1, 4, (400.0, 24.0), _bullet("ammonia", 3.2, 16), 3.2, 6.0, 6, 1.0, depth_m=16, prefix="V"),
        Group("BD-18", "TF-800", "燃料油", "Fuel oil", 801, 2, 3, (-15.0, 290.0), _fixed("fuel_oil", 30, 16.5, "cone", insulated=True), 30, 12, 9, 1.3),
        Group("BD-19", "TF-820", "污油", "Slop oil", 821, 2, 2, (162.0, 310.0), _fixed("slop_oil", 15, 12.0, "cone"), 15, 8, 6, 1.1),
    ]  # fmt: skip


_FARMS = {
    "TF-100": ("原油罐区一", "Crude tank farm 1", (0, 3)),
    "TF-110": ("原油罐区二", "Crude tank farm 2", (1, 3)),
    "TF-200": ("汽油罐区", "Gasoline tank farm", (0, 2)),
    "TF-300": ("石脑油罐区", "Naphtha tank farm", (0, 2)),
    "TF-400": ("柴油罐区", "Diesel tank farm", (1, 2)),
    "TF-420": ("航煤罐区", "Jet fuel tank farm", (1, 2)),
    "TF-500": ("蜡油罐区", "Wax oil tank farm", (2, 2)),
    "TF-510": ("渣油罐区", "Residue tank farm", (2, 2)),
    "TF-520": ("中间原料罐区", "Intermediate feed tank farm", (2, 2)),
    "SF-600": ("液化气球罐区", "LPG sphere farm", (3, 2)),
    "SF-610": ("丙烯球罐区", "Propylene sphere farm", (3, 2)),
    "BF-630": ("液化气卧罐区", "LPG bullet farm", (3, 2)),
    "TF-700": ("甲醇罐区", "Methanol tank farm", (4, 2)),
    "TF-710": ("苯罐区", "Benzene tank farm", (4, 2)),
    "TF-720": ("二甲苯罐区", "Xylene tank farm", (4, 2)),
    "BF-740": ("液氨罐区", "Ammonia farm", (4, 2)),
    "TF-800": ("燃料油罐区", "Fuel oil tank farm", (2, 3)),
    "TF-820": ("污油罐区", "Slop oil tank farm", (3, 3)),
}

_KIND_ZH = {"sphere_tank": ("球罐", "sphere"), "bullet_tank": ("卧罐", "bullet")}


def farm_rect(farm: str) -> Rect:
    """The ground of a farm: its bunds with a strip of 5 m around."""
    rects = [group.rect for group in groups() if group.farm == farm]
    return Rect(
        min(r.x0 for r in rects), min(r.y0 for r in rects), max(r.x1 for r in rects), max(r.y1 for r in rects)
    ).inset(-5.0)


def farm_block(farm: str) -> Rect:
    """The block between the roads in which a farm stands."""
    return block(*_FARMS[farm][2])


def draw_farms(draft: Draft) -> None:
    """Farms, bunds, tanks, aisles, pumps."""
    for farm, (zh, en, _) in _FARMS.items():
        draft.put(farm, zh, en, farm_rect(farm), Unit(unit_kind="tank_farm"))
    for group in groups():
        _draw_group(draft, group)
    _draw_aisles(draft)


def _draw_group(draft: Draft, group: Group) -> None:
    rect = group.rect
    zh_kind, en_kind = _KIND_ZH.get(group.tank.kind, ("罐", "tank"))
    draft.put(
        group.bund,
        f"{group.medium_zh}罐组防火堤 {group.bund}",
        f"{group.medium_en} bund {group.bund}",
        rect,
        Bund(height_m=group.bund_height_m),
        parent=group.farm,
    )
    depth = group.depth_m if group.depth_m is not None else group.width_m
    number = group.first
    for row in range(group.rows):
        y = rect.y1 - group.margin_m - depth / 2 - row * (depth + group.gap_m)
        for column in range(group.columns):
            x = rect.x0 + group.margin_m + group.width_m / 2 + column * (group.width_m + group.gap_m)
            code = f"{group.prefix}-{number}"
            draft.put(
                code, f"{group.medium_zh}{zh_kind} {code}", f"{group.medium_en} {en_kind} {code}", (x, y), group.tank,
                parent=group.farm,
            )  # fmt: skip
            number += 1
    for index, x in enumerate(spread(rect.x0 + 14, rect.x0 + 14 + 4.5 * (group.pumps - 1), group.pumps)):
        code = f"P-{1000 + group.first}{'AB'[index]}"
        draft.put(
            code,
            f"{group.medium_zh}泵 {code}",
            f"{group.medium_en} pump {code}",
            (x, rect.y0 - 3.0),
            Pump(),
            parent=group.farm,
        )


def _draw_aisles(draft: Draft) -> None:
    """Walkways from road to road through the groups; those at one height share one."""
    walkway = Road(width_m=1.6, surface="walkway")
    seen: set[tuple[int, float]] = set()
    for group in groups():
        column = _FARMS[group.farm][2][0]
        key = (column, round(group.aisle_y, 2))
        if key in seen:
            continue
        seen.add(key)
        number = len(seen)
        draft.put(
            f"WK-T{number:02d}",
            f"罐区通道 {number}",
            f"Tank farm walkway {number}",
            line((COLUMNS[column], group.aisle_y), (COLUMNS[column + 1], group.aisle_y)),
            walkway,
        )


def draw_stations(draft: Draft) -> None:
    """Foam stations and field cabinets beside the farms."""
    for code, zh, en, rect in (
        ("B-31", "泡沫站一", "Foam station 1", Rect(-330.0, 204.0, -306.0, 218.0)),
        ("B-32", "原油泵房", "Crude pump house", Rect(-280.0, 204.0, -230.0, 218.0)),
        ("B-33", "罐区机柜间", "Tank farm marshalling room", Rect(-190.0, 204.0, -164.0, 218.0)),
        ("B-34", "泡沫站二", "Foam station 2", Rect(470.0, 20.0, 494.0, 34.0)),
        ("B-35", "化学品泵房", "Chemicals pump house", Rect(515.0, 18.0, 555.0, 34.0)),
    ):
        draft.put(code, zh, en, rect, Building(height_m=5.0))
