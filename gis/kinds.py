"""The kinds of assets and the attributes each kind has. Sizes in metres, angles in degrees clockwise from north."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Size = Annotated[float, Field(gt=0, le=2000)]
Words = Annotated[str, Field(min_length=1, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""Text on one line: it passes through files, tables and screens unchanged."""


class _Kind(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class _Vessel(_Kind):
    """What tanks and process vessels share."""

    medium: Words | None = None
    """Substance code, e.g. `gasoline`, `lpg`, `methanol`."""
    capacity_m3: float | None = Field(default=None, gt=0)
    insulated: bool = False


class FixedRoofTank(_Vessel):
    """Vertical tank with a cone or dome roof."""

    kind: Literal["fixed_roof_tank"] = "fixed_roof_tank"
    diameter_m: Size
    height_m: Size
    roof: Literal["cone", "dome"] = "cone"
    ladder_deg: float = Field(default=0.0, ge=0, lt=360)


class FloatingRoofTank(_Vessel):
    """Vertical tank whose roof floats on the liquid."""

    kind: Literal["floating_roof_tank"] = "floating_roof_tank"
    diameter_m: Size
    height_m: Size
    roof: Literal["external", "internal"] = "external"
    ladder_deg: float = Field(default=0.0, ge=0, lt=360)


class SphereTank(_Vessel):
    """Spherical pressure tank on legs."""

    kind: Literal["sphere_tank"] = "sphere_tank"
    diameter_m: Size
    legs: int = Field(default=8, ge=3, le=24)
    clearance_m: float = Field(default=2.0, ge=0, le=20)
    """Free height under the sphere."""


class BulletTank(_Vessel):
    """Horizontal pressure tank on saddles."""

    kind: Literal["bullet_tank"] = "bullet_tank"
    diameter_m: Size
    length_m: Size
    heading_deg: float = Field(default=0.0, ge=0, lt=360)
    clearance_m: float = Field(default=1.2, ge=0, le=20)


class Column(_Vessel):
    """Tall process column with platforms."""

    kind: Literal["column"] = "column"
    diameter_m: Size
    height_m: Size
    platforms: int = Field(default=4, ge=0, le=30)


class Reactor(_Vessel):
    """Vertical reactor on a skirt or frame."""

    kind: Literal["reactor"] = "reactor"
    diameter_m: Size
    height_m: Size
    clearance_m: float = Field(default=4.0, ge=0, le=40)


class HeatExchanger(_Kind):
    """Shell-and-tube exchanger on saddles."""

    kind: Literal["heat_exchanger"] = "heat_exchanger"
    diameter_m: Size
    length_m: Size
    heading_deg: float = Field(default=0.0, ge=0, lt=360)
    clearance_m: float = Field(default=1.0, ge=0, le=40)


class Pump(_Kind):
    """Pump with motor on a plinth."""

    kind: Literal["pump"] = "pump"
    length_m: Size = 2.4
    width_m: Size = 1.0
    heading_deg: float = Field(default=0.0, ge=0, lt=360)


class PipeRack(_Kind):
    """Pipe bridge along a line."""

    kind: Literal["pipe_rack"] = "pipe_rack"
    width_m: Size = 6.0
    height_m: Size = 8.0
    tiers: int = Field(default=2, ge=1, le=5)
    span_m: Size = 8.0


class Building(_Kind):
    """Building over its footprint polygon."""

    kind: Literal["building"] = "building"
    height_m: Size
    storeys: int = Field(default=1, ge=1, le=60)
    use: Literal[
        "control_room",
        "office",
        "substation",
        "canteen",
        "laboratory",
        "fire_station",
        "gatehouse",
        "workshop",
        "fired_heater",
        "cooling_tower",
        "other",
    ] = "other"


class Warehouse(_Kind):
    """Warehouse over its footprint polygon."""

    kind: Literal["warehouse"] = "warehouse"
    height_m: Size
    storage_class: Words | None = None


class LoadingBay(_Kind):
    """Canopy with loading arms over its footprint polygon."""

    kind: Literal["loading_bay"] = "loading_bay"
    height_m: Size = 7.0
    lanes: int = Field(default=2, ge=1, le=12)


class Flare(_Kind):
    """Flare stack."""

    kind: Literal["flare"] = "flare"
    height_m: Size
    diameter_m: Size = 1.2


class Bund(_Kind):
    """Wall around tanks, along the polygon's rings."""

    kind: Literal["bund"] = "bund"
    height_m: Size = 1.2
    thickness_m: Size = 0.4


class Road(_Kind):
    """Road or walkway along a line."""

    kind: Literal["road"] = "road"
    width_m: Size
    surface: Literal["road", "walkway", "fire_lane"] = "road"


class Unit(_Kind):
    """A process unit or tank farm area that groups other assets."""

    kind: Literal["unit"] = "unit"
    unit_kind: Literal["process", "tank_farm", "loading", "storage", "utility", "administration"] = "process"


class GasDetector(_Kind):
    """Fixed gas detector."""

    kind: Literal["gas_detector"] = "gas_detector"
    gas: Words
    principle: Words = "catalytic"
    mount_m: float = Field(default=0.5, ge=0, le=60)


class AnchorPoint(_Kind):
    """UWB anchor: where its antenna is."""

    kind: Literal["anchor"] = "anchor"
    engine: str
    antenna_m: float = Field(default=6.0, ge=-5, le=120)
    """Antenna height above the asset's foot."""
    bias_m: float = Field(default=0.0, ge=-2, le=5)
    sigma_m: float = Field(default=0.1, gt=0, le=5)


class CameraPole(_Kind):
    """Camera with its pole or bracket; calibration is a record of its own."""

    kind: Literal["camera"] = "camera"
    mount_m: float = Field(default=8.0, ge=0, le=120)
    mount: Literal["pole", "wall"] = "pole"


class MusterPoint(_Kind):
    """Where people gather in an evacuation."""

    kind: Literal["muster_point"] = "muster_point"
    capacity: int = Field(default=100, ge=1)
    radius_m: Size = 10.0


Attributes = Annotated[
    FixedRoofTank
    | FloatingRoofTank
    | SphereTank
    | BulletTank
    | Column
    | Reactor
    | HeatExchanger
    | Pump
    | PipeRack
    | Building
    | Warehouse
    | LoadingBay
    | Flare
    | Bund
    | Road
    | Unit
    | GasDetector
    | AnchorPoint
    | CameraPole
    | MusterPoint,
    Field(discriminator="kind"),
]

TANKS = ("fixed_roof_tank", "floating_roof_tank", "sphere_tank", "bullet_tank")
