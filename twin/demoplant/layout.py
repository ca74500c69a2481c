"""The whole demonstration plant, put together."""

from __future__ import annotations

from gis.plant import Engine, Enterprise, Level, Names, Plant, PlantHead, Region
from twin.demoplant.draft import ORIGIN_LAT, ORIGIN_LON, Draft, lonlat
from twin.demoplant.fences import fences, patrols, zones
from twin.demoplant.front import draw_front
from twin.demoplant.grid import FENCE_LINE, draw_racks, draw_roads
from twin.demoplant.people import ROLES, SHIFTS, TEAMS, people, tags, vehicles
from twin.demoplant.radio import ENGINE, draw_anchors
from twin.demoplant.tanks import draw_farms, draw_stations
from twin.demoplant.units import draw_units
from twin.demoplant.watch import draw_cameras, draw_gas_detectors, line_sensors, tank_sensors

CODE = "HUANGHE-1"


def demonstration_plant() -> Plant:
    """The plant of `data/demo-plant/`; the same value every time."""
    draft = Draft()
    draw_roads(draft)
    draw_racks(draft)
    draw_units(draft)
    draw_farms(draft)
    draw_stations(draft)
    draw_front(draft)
    gas_sensors = draw_gas_detectors(draft)
    cameras = draw_cameras(draft)
    draw_anchors(draft)
    crew, fleet = people(), vehicles()
    carried, assignments = tags(crew, fleet)
    return Plant(
        head=PlantHead(
            code=CODE,
            names=Names(zh="黄河口示范石化（虚构）", en="Yellow River Mouth Demonstration Petrochemical (fictional)"),
            enterprise="HUANGHE",
            origin_lon=ORIGIN_LON,
            origin_lat=ORIGIN_LAT,
            origin_height_m=4.0,
            boundary=lonlat(FENCE_LINE.polygon()),
            fictional=True,
        ),
        regions=(
            Region(code="CN-37", names=Names(zh="山东省", en="Shandong")),
            Region(code="CN-3705", names=Names(zh="东营市", en="Dongying"), parent="CN-37"),
        ),
        enterprise=Enterprise(
            code="HUANGHE",
            names=Names(
                zh="黄河口示范石化有限公司（虚构）", en="Yellow River Mouth Demonstration Petrochemical Ltd (fictional)"
            ),
            region="CN-3705",
        ),
        levels=(
            Level(code="L0", names=Names(zh="地面", en="Ground"), z_m=0.0),
            Level(code="L1", names=Names(zh="一层平台", en="First platform"), z_m=6.0),
            Level(code="L2", names=Names(zh="二层平台", en="Second platform"), z_m=12.0),
        ),
        engines=(Engine(code=ENGINE, names=Names(zh="超宽带定位引擎", en="Ultra-wideband engine")),),
        assets=tuple(draft.assets),
        zones=tuple(zones()),
        fences=tuple(fences(draft)),
        patrols=tuple(patrols()),
        roles=ROLES,
        teams=TEAMS,
        shifts=SHIFTS,
        people=tuple(crew),
        vehicles=tuple(fleet),
        tags=tuple(carried),
        assignments=tuple(assignments),
        sensors=tuple(gas_sensors + tank_sensors(draft) + line_sensors()),
        cameras=tuple(cameras),
    )
