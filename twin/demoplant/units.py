"""Process units: a ring lane, walkways, a rack down the middle, and equipment in rows beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gis.kinds import Building, BulletTank, Column, HeatExchanger, PipeRack, Pump, Reactor, Road, Unit
from twin.demoplant.draft import Draft, Rect, line, spread
from twin.demoplant.grid import COLUMNS, ROWS, block


@dataclass(frozen=True, slots=True)
class Tower:
    """A column: name, diameter and height in metres, and how far along the unit it stands (0 west, 1 east)."""

    zh: str
    en: str
    diameter_m: float
    height_m: float
    at: float


@dataclass(frozen=True, slots=True)
class Vessel:
    """A reactor: name, diameter and height in metres, and how far along the unit it stands."""

    zh: str
    en: str
    diameter_m: float
    height_m: float
    at: float


@dataclass(frozen=True, slots=True)
class House:
    """A furnace, compressor house or similar block in the south of the unit, along and across in metres."""

    zh: str
    en: str
    at: float
    along_m: float
    across_m: float
    height_m: float


@dataclass(frozen=True, slots=True)
class ProcessUnit:
    """One process unit of the middle row of blocks."""

    code: str
    number: int
    zh: str
    en: str
    column: int
    towers: tuple[Tower, ...]
    vessels: tuple[Vessel, ...]
    houses: tuple[House, ...]
    exchangers: int

    @property
    def rect(self) -> Rect:
        """Battery limits."""
        ground = block(self.column, 1)
        return Rect(ground.x0 + 2.0, ground.y0, ground.x1 - 2.0, -46.0)

    def along(self, share: float) -> float:
        """East coordinate at a share of the unit's length, kept off the ring lane."""
        rect = self.rect.inset(14.0)
        return rect.x0 + (rect.x1 - rect.x0) * share


UNITS = (
    ProcessUnit(
        "U-100", 100, "常减压装置", "Crude distillation unit", 1,
        (
            Tower("初馏塔", "Preflash column", 4.2, 32.0, 0.16), Tower("常压塔", "Atmospheric column", 6.4, 56.0, 0.32),
            Tower("减压塔", "Vacuum column", 9.2, 46.0, 0.56), Tower("汽提塔", "Side stripper", 2.6, 30.0, 0.42),
            Tower("稳定塔", "Stabiliser", 2.4, 36.0, 0.74), Tower("脱丁烷塔", "Debutaniser", 2.4, 36.0, 0.86),
        ),
        (Vessel("电脱盐罐", "Desalter drum", 3.8, 12.0, 0.80), Vessel("二级电脱盐罐", "Second desalter drum", 3.8, 12.0, 0.92)),
        (House("常压炉", "Atmospheric heater", 0.14, 16.0, 12.0, 24.0), House("减压炉", "Vacuum heater", 0.40, 14.0, 11.0, 22.0),
         House("空压机房", "Compressor house", 0.58, 22.0, 12.0, 9.0)),
        12,
    ),
    ProcessUnit(
        "U-200", 200, "催化裂化装置", "Fluid catalytic cracking unit", 2,
        (
            Tower("分馏塔", "Main fractionator", 5.6, 52.0, 0.34), Tower("吸收塔", "Absorber", 2.4, 36.0, 0.52),
            Tower("解吸塔", "Stripper", 2.4, 36.0, 0.62), Tower("稳定塔", "Stabiliser", 3.0, 42.0, 0.74),
            Tower("丙烯塔", "Propylene splitter", 3.6, 60.0, 0.88),
        ),
        (Vessel("再生器", "Regenerator", 9.0, 34.0, 0.14), Vessel("沉降器", "Disengager", 6.0, 42.0, 0.27),
         Vessel("三级旋风分离器", "Third-stage separator", 4.0, 18.0, 0.40)),
        (House("主风机房", "Main air blower house", 0.57, 26.0, 13.0, 11.0), House("气压机房", "Wet gas compressor house", 0.86, 20.0, 13.0, 11.0)),
        12,
    ),
    ProcessUnit(
        "U-300", 300, "加氢装置", "Hydrogenation unit", 3,
        (
            Tower("分馏塔", "Fractionator", 3.8, 45.0, 0.36), Tower("脱硫化氢塔", "H2S stripper", 2.4, 36.0, 0.52),
            Tower("胺吸收塔", "Amine absorber", 2.6, 30.0, 0.66), Tower("胺再生塔", "Amine regenerator", 2.6, 30.0, 0.80),
        ),
        (Vessel("加氢精制反应器", "Hydrotreating reactor", 4.2, 22.0, 0.20), Vessel("加氢裂化反应器", "Hydrocracking reactor", 4.4, 24.0, 0.32),
         Vessel("后精制反应器", "Post-treating reactor", 3.4, 18.0, 0.44), Vessel("高压分离器", "High-pressure separator", 3.0, 11.0, 0.56)),
        (House("反应进料加热炉", "Reactor charge heater", 0.07, 12.0, 11.0, 22.0), House("新氢压缩机房", "Make-up hydrogen compressor house", 0.80, 30.0, 14.0, 11.0)),
        12,
    ),
)  # fmt: skip


def draw_units(draft: Draft) -> None:
    """All three process units."""
    for unit in UNITS:
        draft.put(unit.code, unit.zh, unit.en, unit.rect, Unit(unit_kind="process"))
        _draw_ways(draft, unit)
        _draw_equipment(draft, unit)


def _draw_ways(draft: Draft, unit: ProcessUnit) -> None:
    rect, n = unit.rect, unit.number
    ring = rect.inset(4.0)
    lane = Road(width_m=5.0, surface="fire_lane")
    walkway = Road(width_m=2.0, surface="walkway")
    draft.put(f"FL-{n}", f"{unit.zh}消防道", f"{unit.en} fire lane", ring.loop(), lane, parent=unit.code)
    middle = rect.centre[0]
    stubs = [
        ((middle, ROWS[1]), (middle, ring.y0)),
        ((middle, ring.y1), (middle, ROWS[2])),
        ((COLUMNS[unit.column], rect.centre[1]), (ring.x0, rect.centre[1])),
        ((ring.x1, rect.centre[1]), (COLUMNS[unit.column + 1], rect.centre[1])),
    ]
    for index, stub in enumerate(stubs, start=1):
        draft.put(
            f"FL-{n}-{index}",
            f"{unit.zh}消防道口 {index}",
            f"{unit.en} lane entry {index}",
            line(*stub),
            lane,
            parent=unit.code,
        )
    for index, v in enumerate((56.0, 80.0, 104.0, 126.0), start=1):
        y = rect.y0 + v
        draft.put(
            f"WK-{n}-{index}", f"{unit.zh}通道 {index}", f"{unit.en} walkway {index}", line((ring.x0, y), (ring.x1, y)), walkway,
            parent=unit.code,
        )  # fmt: skip
    for index, share in enumerate((0.0, 0.47, 0.68, 1.0), start=5):
        x = unit.along(share)
        draft.put(
            f"WK-{n}-{index}", f"{unit.zh}通道 {index}", f"{unit.en} walkway {index}", line((x, ring.y0), (x, ring.y1)), walkway,
            parent=unit.code,
        )  # fmt: skip


def _draw_equipment(draft: Draft, unit: ProcessUnit) -> None:
    rect, n, parent = unit.rect, unit.number, unit.code
    y0 = rect.y0
    rack_y = y0 + 80.0
    draft.put(
        f"PR-{n}", f"{unit.zh}管廊", f"{unit.en} pipe rack", line((unit.along(0.0) - 6, rack_y), (unit.along(1.0) + 6, rack_y)),
        PipeRack(width_m=10.0, height_m=11.0, tiers=3, span_m=8.0), parent=parent,
    )  # fmt: skip
    riser_x = unit.along(0.94)
    draft.put(
        f"PR-{n + 1}", f"{unit.zh}连接管廊", f"{unit.en} tie-in rack", line((riser_x, rack_y + 5), (riser_x, -34.0)),
        PipeRack(width_m=6.0, height_m=9.0, tiers=2, span_m=8.0), parent=parent,
    )  # fmt: skip
    for index, tower in enumerate(unit.towers, start=1):
        code = f"C-{n + index}"
        attributes = Column(
            diameter_m=tower.diameter_m,
            height_m=tower.height_m,
            platforms=max(3, round(tower.height_m / 7)),
            insulated=True,
        )
        y = y0 + 115.0
        draft.put(
            code, f"{tower.zh} {code}", f"{tower.en} {code}", (unit.along(tower.at), y), attributes, parent=parent
        )
    for index, vessel in enumerate(unit.vessels, start=1):
        code = f"R-{n + index}"
        attributes_r = Reactor(diameter_m=vessel.diameter_m, height_m=vessel.height_m, clearance_m=4.0, insulated=True)
        draft.put(
            code,
            f"{vessel.zh} {code}",
            f"{vessel.en} {code}",
            (unit.along(vessel.at), y0 + 42.0),
            attributes_r,
            parent=parent,
        )
    for index, house in enumerate(unit.houses, start=1):
        code, x = f"F-{n + index}", unit.along(house.at)
        foot = Rect(x - house.along_m / 2, y0 + 14.0, x + house.along_m / 2, y0 + 14.0 + house.across_m)
        use: Literal["fired_heater", "other"] = "fired_heater" if house.en.endswith("heater") else "other"
        attributes_b = Building(height_m=house.height_m, use=use)
        draft.put(code, f"{house.zh} {code}", f"{house.en} {code}", foot, attributes_b, parent=parent)
    _draw_rows(draft, unit)


def _clear_of_walkways(unit: ProcessUnit, x: float, clear_m: float = 2.6) -> bool:
    return all(abs(x - unit.along(share)) >= clear_m for share in (0.0, 0.47, 0.68, 1.0))


def _draw_rows(draft: Draft, unit: ProcessUnit) -> None:
    """Exchangers either side of the rack, pumps beneath it, reflux drums in the north."""
    y0, n, parent = unit.rect.y0, unit.number, unit.code
    slots = [x for x in spread(unit.along(0.03), unit.along(0.97), 26) if _clear_of_walkways(unit, x)]
    shell = HeatExchanger(diameter_m=1.3, length_m=7.0, heading_deg=0.0)
    for index in range(unit.exchangers):
        x = slots[index * (len(slots) - 1) // (unit.exchangers - 1)]
        code = f"E-{n + index + 1}"
        y = y0 + (66.5 if index % 2 else 93.5)
        draft.put(code, f"换热器 {code}", f"Heat exchanger {code}", (x, y), shell, parent=parent)
    pump_slots = slots[1::3]
    for index, x in enumerate(pump_slots):
        for suffix, v in (("A", 76.6), ("B", 83.4)):
            code = f"P-{n + index + 1}{suffix}"
            if code in draft.shapes:
                code = f"P-{n + index + 1}{suffix}1"
            draft.put(code, f"工艺泵 {code}", f"Process pump {code}", (x, y0 + v), Pump(), parent=parent)
    drum = BulletTank(diameter_m=2.4, length_m=8.0, heading_deg=90.0, medium="naphtha", capacity_m3=36.0)
    for index, share in enumerate((0.18, 0.40, 0.80), start=1):
        code = f"V-{n + index}"
        draft.put(code, f"回流罐 {code}", f"Reflux drum {code}", (unit.along(share), y0 + 137.0), drum, parent=parent)
    knock_out = Reactor(diameter_m=2.2, height_m=6.0, clearance_m=2.5)
    for index, share in enumerate((0.32, 0.76), start=1):
        code = f"D-{n + index}"
        draft.put(
            code, f"分液罐 {code}", f"Knock-out drum {code}", (unit.along(share), y0 + 150.0), knock_out, parent=parent
        )
