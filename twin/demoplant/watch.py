"""What watches the plant: gas detectors, cameras, and the measuring points on tanks and lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gis.kinds import BulletTank, CameraPole, FixedRoofTank, FloatingRoofTank, GasDetector, SphereTank
from gis.plant import Camera, Limits, Names, Sensor
from twin.demoplant.draft import VALID_FROM
from twin.demoplant.units import UNITS

if TYPE_CHECKING:
    from twin.demoplant.draft import Draft


@dataclass(frozen=True, slots=True)
class _Gas:
    gas: str
    zh: str
    en: str
    unit: str
    high: float
    high_high: float
    top: float
    principle: str
    mount_m: float


# Alarm levels after GB/T 50493-2019: combustible 25 / 50 %LEL, toxic 100 / 200 % of the exposure limit.
_HYDROCARBON = _Gas("hydrocarbon", "可燃气体", "Combustible gas", "%LEL", 25.0, 50.0, 100.0, "catalytic", 0.5)
_LPG = _Gas("lpg", "液化气", "LPG", "%LEL", 25.0, 50.0, 100.0, "infrared", 0.4)
_METHANOL = _Gas("methanol", "甲醇", "Methanol", "%LEL", 25.0, 50.0, 100.0, "catalytic", 0.5)
_HYDROGEN = _Gas("hydrogen", "氢气", "Hydrogen", "%LEL", 25.0, 50.0, 100.0, "catalytic", 3.0)
_H2S = _Gas("hydrogen_sulfide", "硫化氢", "Hydrogen sulphide", "mg/m3", 10.0, 20.0, 100.0, "electrochemical", 0.5)
_NH3 = _Gas("ammonia", "氨", "Ammonia", "mg/m3", 20.0, 40.0, 200.0, "electrochemical", 1.8)
_BENZENE = _Gas("benzene", "苯", "Benzene", "mg/m3", 3.0, 6.0, 30.0, "photoionisation", 0.5)

_AT_BUNDS: tuple[tuple[str, _Gas, tuple[str, ...]], ...] = (
    ("BD-01", _HYDROCARBON, ("sw", "ne")), ("BD-02", _HYDROCARBON, ("sw", "ne")), ("BD-03", _HYDROCARBON, ("sw",)),
    ("BD-04", _HYDROCARBON, ("ne",)), ("BD-05", _HYDROCARBON, ("sw", "ne")), ("BD-07", _HYDROCARBON, ("sw",)),
    ("BD-10", _HYDROCARBON, ("ne",)), ("BD-11", _LPG, ("sw", "se", "ne", "nw")), ("BD-12", _LPG, ("sw", "ne")),
    ("BD-13", _LPG, ("sw", "ne")), ("BD-14", _METHANOL, ("sw",)), ("BD-15", _BENZENE, ("sw", "ne")),
    ("BD-17", _NH3, ("sw", "ne")), ("BD-19", _H2S, ("ne",)),
)  # fmt: skip
_IN_UNITS: tuple[tuple[int, _Gas, float, float], ...] = (
    (0, _HYDROCARBON, 0.36, 110.0), (0, _HYDROCARBON, 0.78, 87.0), (0, _H2S, 0.60, 60.0),
    (1, _HYDROCARBON, 0.45, 110.0), (1, _HYDROCARBON, 0.80, 110.0), (1, _H2S, 0.56, 60.0),
    (2, _HYDROGEN, 0.26, 50.0), (2, _HYDROGEN, 0.76, 34.0), (2, _H2S, 0.59, 110.0), (2, _HYDROCARBON, 0.40, 87.0),
)  # fmt: skip
_ELSEWHERE: tuple[tuple[_Gas, float, float], ...] = (
    (_HYDROCARBON, -62.0, -287.0), (_HYDROCARBON, -10.0, -287.0), (_LPG, -62.0, -245.0), (_HYDROCARBON, 420.0, -298.0),
    (_HYDROCARBON, 500.0, -298.0), (_HYDROCARBON, 150.0, -259.0),
)  # fmt: skip


def _sensor(
    code: str,
    zh: str,
    en: str,
    quantity: str,
    unit: str,
    low: float,
    high: float,
    limits: Limits,
    asset: str | None,
    period: float,
) -> Sensor:
    return Sensor.model_validate(
        {
            "code": code, "names": Names(zh=zh, en=en), "quantity": quantity, "unit": unit, "range_low": low, "range_high": high,
            "asset": asset, "limits": limits, "period_s": period, "valid_from": VALID_FROM,
        }
    )  # fmt: skip


def draw_gas_detectors(draft: Draft) -> list[Sensor]:
    """Gas detectors as assets, and the measuring point of the same code for each."""
    sites: list[tuple[_Gas, float, float, str | None]] = []
    for bund, gas, corners in _AT_BUNDS:
        west, south, east, north = draft.shapes[bund].bounds
        parent = next(a.parent for a in draft.assets if a.code == bund)
        for corner in corners:
            x = west + 3.0 if "w" in corner else east - 3.0
            y = south + 1.6 if "s" in corner else north - 3.0
            sites.append((gas, x, y, parent))
    for unit, gas, share, v in _IN_UNITS:
        sites.append((gas, UNITS[unit].along(share), UNITS[unit].rect.y0 + v, UNITS[unit].code))
    sites += [(gas, x, y, None) for gas, x, y in _ELSEWHERE]
    sensors = []
    for number, (gas, x, y, parent) in enumerate(sites, start=101):
        code = f"GD-{number}"
        zh, en = f"{gas.zh}探测器 {code}", f"{gas.en} detector {code}"
        draft.put(
            code, zh, en, (x, y), GasDetector(gas=gas.gas, principle=gas.principle, mount_m=gas.mount_m), parent=parent
        )
        toxic = gas.unit != "%LEL"
        limits = Limits(h=gas.high, hh=gas.high_high)
        sensors.append(
            _sensor(code, zh, en, "gas_tox" if toxic else "gas_lel", gas.unit, 0.0, gas.top, limits, code, 1.0)
        )
    return sensors


_HOT = {"gas_oil": 75.0, "residue": 150.0, "fuel_oil": 70.0, "crude_oil": 40.0}


def tank_sensors(draft: Draft) -> list[Sensor]:
    """Level on every storage tank; temperature where the liquid is warm or under pressure; pressure on pressure tanks."""
    sensors: list[Sensor] = []
    for asset in draft.of_kind("fixed_roof_tank", "floating_roof_tank", "sphere_tank", "bullet_tank"):
        if asset.parent is None or asset.parent.startswith(("U-", "A-")):
            continue
        tank, number, names = asset.attributes, asset.code.split("-")[1], asset.names
        match tank:
            case FixedRoofTank() | FloatingRoofTank():
                height, pressure = tank.height_m, False
            case SphereTank() | BulletTank():
                height, pressure = tank.diameter_m, True
            case _:
                continue
        low = 0.08 if pressure else 0.12
        limits = Limits(
            ll=round(low * height, 2),
            l=round((low + 0.05) * height, 2),
            h=round(0.85 * height, 2),
            hh=round(0.90 * height, 2),
        )
        sensors.append(
            _sensor(
                f"LT-{number}",
                f"{names.zh} 液位",
                f"{names.en} level",
                "level",
                "m",
                0.0,
                height,
                limits,
                asset.code,
                2.0,
            )
        )
        medium = tank.medium or ""
        if medium in {"crude_oil", "fuel_oil", "residue"} or isinstance(tank, SphereTank):
            normal = _HOT.get(medium, 25.0)
            limits = Limits(h=normal + 20.0, hh=normal + 30.0)
            sensors.append(
                _sensor(
                    f"TT-{number}",
                    f"{names.zh} 温度",
                    f"{names.en} temperature",
                    "temperature",
                    "degC",
                    -20.0,
                    200.0,
                    limits,
                    asset.code,
                    5.0,
                )
            )
        if isinstance(tank, SphereTank):
            sensors.append(
                _sensor(f"PT-{number}", f"{names.zh} 压力", f"{names.en} pressure", "pressure", "MPa", 0.0, 2.5, Limits(h=1.5, hh=1.7), asset.code, 2.0)
            )  # fmt: skip
    return sensors


def line_sensors() -> list[Sensor]:
    """Flows between units, farms and loading, and the wind mast."""
    flows = (
        ("FT-101", "原油进料流量", "Crude feed flow", 1200.0, "C-102"), ("FT-201", "催化进料流量", "Cracker feed flow", 420.0, "R-202"),
        ("FT-301", "加氢进料流量", "Hydrotreater feed flow", 360.0, "R-301"), ("FT-401", "柴油外送流量", "Diesel export flow", 500.0, "LB-02"),
        ("FT-501", "汽油装车流量", "Gasoline loading flow", 400.0, "LB-01"), ("FT-601", "液化气装车流量", "LPG loading flow", 120.0, "LB-03"),
    )  # fmt: skip
    return [
        _sensor(code, zh, en, "flow", "m3/h", 0.0, top, Limits(l=round(top * 0.1), h=round(top * 0.95)), asset, 2.0)
        for code, zh, en, top, asset in flows
    ]


def draw_cameras(draft: Draft) -> list[Camera]:
    """Twelve cameras: poles or walls as assets, calibration as records."""
    cameras = []
    for number, (zh, en, x, y, z, heading, tilt, wall) in enumerate(
        (
            ("主门", "Main gate", -474.0, -392.0, 6.0, 330.0, -18.0, False),
            ("物流门", "Goods gate", -24.0, -392.0, 6.0, 30.0, -18.0, False),
            ("汽车装车台", "Truck loading", 14.0, -286.0, 8.0, 250.0, -20.0, False),
            ("球罐区", "Sphere farm", 212.0, 82.0, 10.0, 320.0, -15.0, False),
            ("丙烯罐区", "Propylene farm", 303.0, 160.0, 10.0, 225.0, -16.0, False),
            ("常减压装置", "Crude unit", -356.0, -204.0, 10.0, 50.0, -18.0, False),
            ("催化装置", "Cracking unit", -106.0, -204.0, 10.0, 50.0, -18.0, False),
            ("加氢装置", "Hydrogenation unit", 302.0, -204.0, 10.0, 310.0, -18.0, False),
            ("原油罐区", "Crude tank farm", -388.0, 194.0, 10.0, 315.0, -12.0, False),
            ("危化品库", "Hazardous goods warehouse", 200.0, -312.0, 8.0, 0.0, -18.0, False),
            ("中控室", "Control room", -492.0, -141.0, 5.0, 180.0, -20.0, True),
            ("液氨罐区", "Ammonia farm", 372.0, 44.0, 8.0, 115.0, -18.0, False),
        ),
        start=1,
    ):  # fmt: skip
        code = f"CAM-{number:02d}"
        draft.put(code, f"{zh}摄像机", f"{en} camera", (x, y), CameraPole(mount_m=z, mount="wall" if wall else "pole"))
        cameras.append(
            Camera.model_validate(
                {
                    "code": code, "names": Names(zh=f"{zh}摄像机", en=f"{en} camera"), "x_m": x, "y_m": y, "z_m": z,
                    "heading_deg": heading, "tilt_deg": tilt, "hfov_deg": 62.0, "reach_m": 70.0, "valid_from": VALID_FROM,
                }
            )
        )  # fmt: skip
    return cameras
