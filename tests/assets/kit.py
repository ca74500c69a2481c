"""Assets of every kind, and a small plant that has one of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely
from hypothesis import strategies as st

from gis import kinds
from gis.plant import Asset, Camera, Enterprise, Names, Plant, PlantHead, Zone

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

LON, LAT = 118.95, 37.95
NAMES = Names(zh="甲", en="A")
HEAD = PlantHead(
    code="P-1",
    names=NAMES,
    enterprise="E-1",
    origin_lon=LON,
    origin_lat=LAT,
    boundary=shapely.Point(LON, LAT).buffer(0.004),
)


def size(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False).map(lambda value: round(value, 3))


_TANK = {"diameter_m": size(3, 90), "height_m": size(4, 24), "insulated": st.booleans()}
ORDINARY: dict[str, st.SearchStrategy[kinds.Attributes]] = {
    "fixed_roof_tank": st.builds(kinds.FixedRoofTank, roof=st.sampled_from(["cone", "dome"]), **_TANK),
    "floating_roof_tank": st.builds(kinds.FloatingRoofTank, roof=st.sampled_from(["external", "internal"]), **_TANK),
    "sphere_tank": st.builds(
        kinds.SphereTank, diameter_m=size(4, 28), legs=st.integers(3, 16), clearance_m=size(0.5, 6)
    ),
    "bullet_tank": st.builds(kinds.BulletTank, diameter_m=size(1, 5), length_m=size(6, 40), clearance_m=size(0.3, 4)),
    "column": st.builds(kinds.Column, diameter_m=size(0.6, 10), height_m=size(8, 90), platforms=st.integers(0, 12)),
    "reactor": st.builds(kinds.Reactor, diameter_m=size(1, 10), height_m=size(8, 40), clearance_m=size(0, 10)),
    "heat_exchanger": st.builds(kinds.HeatExchanger, diameter_m=size(0.3, 3), length_m=size(2, 12)),
    "pump": st.builds(kinds.Pump, length_m=size(1, 6), width_m=size(0.4, 3)),
    "flare": st.builds(kinds.Flare, height_m=size(20, 180), diameter_m=size(0.4, 3)),
    "gas_detector": st.builds(kinds.GasDetector, gas=st.just("lel"), mount_m=size(0, 12)),
    "anchor": st.builds(kinds.AnchorPoint, engine=st.just("E"), antenna_m=size(1, 40)),
    "camera": st.builds(kinds.CameraPole, mount_m=size(1, 40), mount=st.sampled_from(["pole", "wall"])),
    "muster_point": st.builds(kinds.MusterPoint, radius_m=size(2, 30)),
    "pipe_rack": st.builds(
        kinds.PipeRack, width_m=size(2, 14), height_m=size(4, 16), tiers=st.integers(1, 5), span_m=size(4, 12)
    ),
    "building": st.builds(
        kinds.Building,
        height_m=size(3, 30),
        storeys=st.integers(1, 6),
        use=st.sampled_from(
            [
                "control_room",
                "office",
                "substation",
                "gatehouse",
                "workshop",
                "fire_station",
                "fired_heater",
                "cooling_tower",
                "other",
            ]
        ),
    ),
    "warehouse": st.builds(kinds.Warehouse, height_m=size(4, 20)),
    "loading_bay": st.builds(kinds.LoadingBay, height_m=size(5, 12), lanes=st.integers(1, 8)),
    "bund": st.builds(kinds.Bund, height_m=size(0.3, 3), thickness_m=size(0.2, 1)),
    "unit": st.builds(kinds.Unit, unit_kind=st.sampled_from(["process", "tank_farm", "loading", "administration"])),
    "road": st.builds(kinds.Road, width_m=size(1, 16), surface=st.sampled_from(["road", "walkway", "fire_lane"])),
}
LINES = {"pipe_rack", "road"}


def one_of_each() -> list[kinds.Attributes]:
    return [
        kinds.FixedRoofTank(diameter_m=20, height_m=14),
        kinds.FloatingRoofTank(diameter_m=40, height_m=18),
        kinds.SphereTank(diameter_m=15),
        kinds.BulletTank(diameter_m=3.4, length_m=18, heading_deg=90),
        kinds.Column(diameter_m=3, height_m=40),
        kinds.Reactor(diameter_m=4, height_m=20),
        kinds.HeatExchanger(diameter_m=1.2, length_m=6),
        kinds.Pump(),
        kinds.PipeRack(),
        kinds.Building(height_m=12, storeys=3),
        kinds.Warehouse(height_m=9),
        kinds.LoadingBay(),
        kinds.Flare(height_m=60),
        kinds.Bund(),
        kinds.Road(width_m=8),
        kinds.Unit(),
        kinds.GasDetector(gas="lel"),
        kinds.AnchorPoint(engine="E"),
        kinds.CameraPole(),
        kinds.MusterPoint(),
    ]


def place(kind: str, x: float, y: float) -> BaseGeometry:
    """A geometry the kind may have, lon/lat, around a place in site metres."""
    if kind in LINES:
        shape: BaseGeometry = shapely.LineString([(x - 20, y), (x + 20, y)])
    elif kind in {"building", "warehouse", "loading_bay", "bund", "unit"}:
        shape = shapely.box(x - 15, y - 8, x + 15, y + 8)
    else:
        shape = shapely.Point(x, y)
    return HEAD.frame.shape_to_lonlat(shape)


def asset(code: str, attributes: kinds.Attributes, x: float, y: float, **more: Any) -> Asset:
    return Asset(code=code, names=NAMES, geometry=place(attributes.kind, x, y), attributes=attributes, **more)


def small_plant(copies: int = 1, *, extra: tuple[Asset, ...] = (), **more: Any) -> Plant:
    """Every kind `copies` times on a grid, a camera record for the camera, a zone under it all."""
    assets = [
        asset(
            f"{attributes.kind}.{copy}", attributes, 60.0 * (number % 5) - 120, 60.0 * (number // 5) - 90 + 300.0 * copy
        )
        for copy in range(copies)
        for number, attributes in enumerate(one_of_each())
    ]
    seen = Camera(
        code="camera.0",
        names=NAMES,
        x_m=0,
        y_m=0,
        z_m=8,
        heading_deg=77,
        tilt_deg=-10,
        hfov_deg=60,
        valid_from="2026-01-01T00:00:00Z",
    )
    zone = Zone(
        code="Z-1",
        names=NAMES,
        colour="red",
        geometry=HEAD.frame.shape_to_lonlat(shapely.box(-160, -130, 160, 130)),
        valid_from="2026-01-01T00:00:00Z",
    )
    enterprise = Enterprise(code="E-1", names=NAMES, region="R-1")
    return Plant(
        head=HEAD,
        enterprise=enterprise,
        assets=(*assets, *extra),
        cameras=(seen,),
        zones=(zone,),
        **more,
    )
