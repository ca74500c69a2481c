"""A small plant and small effects, for the API's tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from shapely.geometry import Point, Polygon

from gis.frames import SiteFrame
from gis.kinds import AnchorPoint, CameraPole, FixedRoofTank, GasDetector
from gis.plant import (
    Allow,
    Asset,
    Camera,
    Colour,
    Enterprise,
    Fence,
    FencePurpose,
    Level,
    Limits,
    Names,
    Person,
    Plant,
    PlantHead,
    Region,
    Role,
    Sensor,
    Tag,
    TagAssignment,
    Team,
    Vehicle,
    Zone,
)
from gis.time import UtcNs, parse_time
from twin.effects import (
    Alarm,
    AlarmChanged,
    AlarmState,
    Crossed,
    Direction,
    EvidenceFix,
    PositionsMoved,
    ReadingsChanged,
    WorldSnapshot,
)
from twin.events import Reading

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

T0 = parse_time("2026-11-23T00:00:00Z")
S = 1_000_000_000
BEGUN = parse_time("2026-01-01T00:00:00Z")
FRAME = SiteFrame(118.95, 37.95)
CODE = "TEST-1"


def names(text: str) -> Names:
    return Names(zh=f"甲{text}", en=text)


def box(x0: float, y0: float, x1: float, y1: float) -> BaseGeometry:
    return FRAME.shape_to_lonlat(Polygon([(x0, y0), (x1, y0), (x1, y1), (x0, y1)]))


def point(x: float, y: float) -> BaseGeometry:
    return FRAME.shape_to_lonlat(Point(x, y))


def small_plant(code: str = CODE, people: int = 3) -> Plant:
    tanks = [
        Asset(
            code=f"T-{i:03d}",
            names=names(f"Tank {i}"),
            geometry=point(40.0 * i, 100.0),
            attributes=FixedRoofTank(diameter_m=20, height_m=12),
        )
        for i in range(25)
    ]
    return Plant(
        head=PlantHead(
            code=code,
            names=names("Test plant"),
            enterprise="ENT",
            origin_lon=118.95,
            origin_lat=37.95,
            boundary=box(-500, -400, 1200, 400),
            fictional=True,
        ),
        regions=(Region(code="CN", names=names("Region")),),
        enterprise=Enterprise(code="ENT", names=names("Enterprise"), region="CN"),
        levels=(Level(code="L0", names=names("Ground"), z_m=0), Level(code="L1", names=names("Platform"), z_m=6)),
        assets=(
            *tanks,
            Asset(code="A-1", names=names("Anchor"), geometry=point(0, 0), attributes=AnchorPoint(engine="UWB")),
            Asset(code="GD-1", names=names("Detector"), geometry=point(5, 5), attributes=GasDetector(gas="methane")),
            Asset(code="CAM-1", names=names("Camera"), geometry=point(50, 0), attributes=CameraPole()),
        ),
        zones=(
            Zone(code="Z-RED", names=names("Red"), colour=Colour.RED, geometry=box(0, 0, 100, 100), valid_from=BEGUN),
            Zone(
                code="Z-BLUE",
                names=names("Blue"),
                colour=Colour.BLUE,
                geometry=box(-500, -400, 1200, 400),
                valid_from=BEGUN,
            ),
        ),
        fences=(
            Fence(
                code="F-1",
                names=names("Old fence"),
                purpose=FencePurpose.FORBIDDEN,
                geometry=box(0, 0, 50, 50),
                version=1,
                valid_from=BEGUN,
                valid_to=T0 - 3600 * S,
            ),
            Fence(
                code="F-1",
                names=names("Fence"),
                purpose=FencePurpose.FORBIDDEN,
                geometry=box(0, 0, 60, 60),
                version=2,
                valid_from=T0 - 3600 * S,
                allow=Allow(roles=("operator",)),
            ),
            Fence(
                code="F-2",
                names=names("Gate"),
                purpose=FencePurpose.INFORMATION,
                geometry=box(200, 0, 220, 20),
                valid_from=BEGUN,
            ),
        ),
        roles=(
            Role(code="operator", names=names("Operator"), glyph="circle"),
            Role(code="visitor", names=names("Visitor"), glyph="diamond"),
        ),
        teams=(Team(code="TEAM", names=names("Team")),),
        people=tuple(
            Person(
                code=f"P{i:03d}",
                names=names(f"Person {i}"),
                role="visitor" if i % 3 == 2 else "operator",
                team="TEAM" if i == 0 else None,
            )
            for i in range(people)
        ),
        vehicles=(Vehicle(code="V1", names=names("Truck"), vehicle_kind="truck"),),
        tags=(*(Tag(code=f"T{i:04d}") for i in range(people)), Tag(code="TV1", tag_kind="vehicle"), Tag(code="T9999")),
        assignments=(
            *(TagAssignment(tag=f"T{i:04d}", person=f"P{i:03d}", valid_from=BEGUN) for i in range(people)),
            TagAssignment(tag="TV1", vehicle="V1", valid_from=BEGUN),
        ),
        sensors=(
            Sensor(
                code="LT-1",
                names=names("Level"),
                quantity="level",
                unit="m",
                range_low=0,
                range_high=12,
                asset="T-001",
                limits=Limits(ll=1, l=2, h=10, hh=11),
                valid_from=BEGUN,
            ),
            Sensor(
                code="GD-1",
                names=names("Gas"),
                quantity="gas_lel",
                unit="%LEL",
                range_low=0,
                range_high=100,
                asset="GD-1",
                limits=Limits(h=25, hh=50),
                valid_from=BEGUN,
            ),
        ),
        cameras=(
            Camera(
                code="CAM-1",
                names=names("Camera"),
                x_m=50,
                y_m=0,
                z_m=8,
                heading_deg=90,
                tilt_deg=-20,
                hfov_deg=60,
                valid_from=BEGUN,
            ),
        ),
    )


def moved(
    seq: int,
    places: dict[str, tuple[float, float]],
    t_ns: int = T0,
    *,
    late: bool = False,
    z_m: float = 0.0,
    status: int = 0,
    sigma_m: float = 0.1,
) -> PositionsMoved:
    n = len(places)
    return PositionsMoved(
        seq=seq,
        t_ns=t_ns,
        subject=list(places),
        tag_id=[
            f"T{subject[1:].zfill(4)}" if subject[0] == "P" else subject.removeprefix("tag:") for subject in places
        ],
        fix_t_ns=np.full(n, t_ns, np.int64),
        xyz_m=np.array([(x, y, z_m) for x, y in places.values()], float).reshape(n, 3),
        cov_m2=np.tile([sigma_m**2, 0.0, sigma_m**2], (n, 1)),
        velocity_mps=np.zeros((n, 2)),
        p_still=np.zeros(n),
        status=np.full(n, status, np.uint8),
        reasons=np.zeros(n, np.uint32),
        late=late,
    )


def alarm(
    name: str = "INTRUSION:F-1:P002:1",
    state: AlarmState = AlarmState.UNACKNOWLEDGED,
    *,
    raised_ns: int = T0,
    changed_ns: int = T0,
) -> Alarm:
    return Alarm(
        id=name,
        kind="INTRUSION",
        priority=2,
        state=state,
        raised_ns=raised_ns,
        changed_ns=changed_ns,
        subject="P002",
        fence="F-1",
        fence_version=2,
        rule_version=1,
        x_m=10.0,
        y_m=20.0,
        z_m=0.0,
        evidence=[EvidenceFix(raised_ns, 10.0, 20.0, 0.0, (0.01, 0.0, 0.01), 0.97)],
    )


def alarm_changed(seq: int, given: Alarm | None = None, cause: str = "raised") -> AlarmChanged:
    given = given or alarm()
    return AlarmChanged(seq=seq, t_ns=given.changed_ns, alarm=given, cause=cause)


def crossed(seq: int, subject: str = "P002", direction: Direction = Direction.ENTER, t_ns: int = T0) -> Crossed:
    return Crossed(
        seq=seq,
        t_ns=t_ns,
        subject=subject,
        fence="F-1",
        fence_version=2,
        direction=direction,
        probability=0.9,
        x_m=1.0,
        y_m=2.0,
        z_m=0.0,
    )


def readings(
    seq: int, value: float = 5.0, t_ns: int = T0, sensor: str = "LT-1", quality: str = "good"
) -> ReadingsChanged:
    return ReadingsChanged(seq=seq, t_ns=t_ns, readings=[Reading(sensor, t_ns, value, quality)])


def snapshot(
    seq: int,
    t_ns: int = T0,
    places: dict[str, tuple[float, float]] | None = None,
    alarms: list[Alarm] | None = None,
    inside: list[tuple[str, str, int]] | None = None,
) -> WorldSnapshot:
    return WorldSnapshot(
        seq=seq,
        t_ns=t_ns,
        positions=moved(seq, places or {}, t_ns),
        inside=inside or [],
        alarms=alarms or [],
        readings=[],
        weather=None,
        tags=[],
        cameras=[],
    )


class SetClock:
    """A clock that stands until it is set."""

    def __init__(self, now_ns: int = T0) -> None:
        self.t_ns: int = now_ns

    def now_ns(self) -> UtcNs:
        return UtcNs(self.t_ns)

    async def sleep(self, seconds: float) -> None:
        self.t_ns += round(seconds * 1e9)
