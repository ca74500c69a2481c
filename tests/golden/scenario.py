"""A scripted quarter of an hour in a small plant: every kind of event, in an order that a recording could have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from gis.fix import FixBatch, FixStatus, Reason
from gis.plant import (
    Allow,
    Enterprise,
    Fence,
    FencePurpose,
    Names,
    Person,
    Plant,
    PlantHead,
    Role,
    Tag,
    TagAssignment,
    Team,
    Vehicle,
)
from gis.time import parse_time
from twin.events import (
    AlarmAcknowledged,
    CameraReported,
    FixesMeasured,
    PlantReplaced,
    Reading,
    ReadingsTaken,
    TagReported,
    Ticked,
    WeatherObserved,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twin.events import Event

T0_NS = int(parse_time("2026-06-01T08:00:00Z"))
LONG_AGO_NS = int(parse_time("2026-01-01T00:00:00Z"))
LON, LAT = 118.95, 37.95
PLANT_CODE = "GOLDEN"


def named(text: str) -> Names:
    return Names(zh=text, en=text)


def rectangle(west_m: float, south_m: float, east_m: float, north_m: float) -> shapely.Polygon:
    """A rectangle given in site metres, in lon/lat."""
    return head().frame.shape_to_lonlat(shapely.box(west_m, south_m, east_m, north_m))  # type: ignore[return-value] # stays a polygon


def head() -> PlantHead:
    return PlantHead(
        code=PLANT_CODE,
        names=named("Golden"),
        enterprise="E",
        origin_lon=LON,
        origin_lat=LAT,
        boundary=shapely.box(LON - 0.01, LAT - 0.01, LON + 0.01, LAT + 0.01),
        fictional=True,
    )


def fence(
    code: str,
    shape: shapely.Polygon,
    *,
    purpose: FencePurpose = FencePurpose.FORBIDDEN,
    allow: Allow | None = None,
    version: int = 1,
    valid_from: int = LONG_AGO_NS,
    valid_to: int | None = None,
    z_max_m: float = 200.0,
    confirm_fixes: int = 2,
) -> Fence:
    return Fence(
        code=code,
        names=named(code),
        purpose=purpose,
        geometry=shape,
        allow=allow or Allow(),
        version=version,
        valid_from=valid_from,
        valid_to=valid_to,
        z_max_m=z_max_m,
        confirm_fixes=confirm_fixes,
    )


def plant(fences: Sequence[Fence] | None = None, **changes: object) -> Plant:
    """Four people (one with two tags, one an operator who may enter), a vehicle, a spare tag."""
    people = [("ANNA", "operator"), ("BOB", "contractor"), ("CHEN", "contractor"), ("DING", "inspector")]
    carried = [("T1", "ANNA"), ("T2", "BOB"), ("T3", "CHEN"), ("T4", "DING"), ("T5", "DING")]
    if fences is None:
        fences = [
            fence("TANKS", rectangle(100, 0, 160, 60), allow=Allow(roles=("operator",), vehicles=("TRUCK",))),
            fence("STRIP", rectangle(40, -50, 42, 50)),
            fence("YARD", rectangle(-20, -20, 20, 20), purpose=FencePurpose.INFORMATION),
            fence("DECK", rectangle(100, 80, 120, 100), z_max_m=3.0),
        ]
    record = Plant(
        head=head(),
        enterprise=Enterprise(code="E", names=named("E"), region="R"),
        fences=tuple(fences),
        roles=tuple(Role(code=role, names=named(role)) for role in ("operator", "contractor", "inspector")),
        teams=(Team(code="MAINT", names=named("Maintenance")),),
        people=tuple(Person(code=code, names=named(code), role=role) for code, role in people),
        vehicles=(Vehicle(code="TRUCK", names=named("TRUCK"), vehicle_kind="tanker"),),
        tags=tuple(Tag(code=code) for code in ("T1", "T2", "T3", "T4", "T5", "T6", "V1")),
        assignments=(
            *(TagAssignment(tag=tag, person=who, valid_from=LONG_AGO_NS) for tag, who in carried),
            TagAssignment(tag="V1", vehicle="TRUCK", valid_from=LONG_AGO_NS),
        ),
    )
    return record.model_copy(update=changes)


def fixes(
    rows: Sequence[tuple[str, float, float, float]], *, sd_m: float = 0.3, z_m: float = 1.2, **changes: object
) -> FixesMeasured:
    """Fixes of (tag, seconds since the start, east, north), in order of time."""
    rows = sorted(rows, key=lambda row: row[1])
    n = len(rows)
    t_ns = np.array([T0_NS + round(row[1] * 1e9) for row in rows], np.int64)
    values: dict[str, object] = {
        "plant": PLANT_CODE,
        "engine": "UWB-1",
        "tag": [row[0] for row in rows],
        "t_ns": t_ns,
        "xyz_m": np.array([[row[2], row[3], z_m] for row in rows]).reshape(n, 3),
        "cov_m2": np.tile([sd_m**2, 0.0, sd_m**2], (n, 1)),
        "velocity_mps": np.zeros((n, 2)),
        "sigma_z_m": np.full(n, 0.5),
        "p_still": np.full(n, 0.5),
        "status": np.full(n, FixStatus.FIX, np.uint8),
        "reasons": np.full(n, Reason.NONE, np.uint32),
        "anchors_used": np.full(n, 5, np.uint8),
    }
    batch = FixBatch(**{**values, **changes})  # type: ignore[arg-type] # a table of columns
    return FixesMeasured(t_ns=int(t_ns.max(initial=T0_NS)), fixes=batch)


def walk(
    tag: str, start_s: float, points: Sequence[tuple[float, float]], *, step_s: float = 1.0
) -> list[tuple[str, float, float, float]]:
    """One fix per point and `step_s`."""
    return [(tag, start_s + i * step_s, x, y) for i, (x, y) in enumerate(points)]


def straight(a: tuple[float, float], b: tuple[float, float], n: int) -> list[tuple[float, float]]:
    """n points from a to b, both included."""
    return [(float(x), float(y)) for x, y in np.linspace(a, b, n)]


def events() -> list[Event]:
    """The scenario."""
    rng = np.random.default_rng(20260601)
    rows: list[tuple[str, float, float, float]] = []
    rows += walk("T1", 0.0, straight((80, 30), (130, 30), 40) + straight((130, 30), (80, 30), 40))
    rows += walk(
        "T2",
        0.1,
        straight((80, 20), (125, 20), 40) + straight((125, 20), (125, 20), 60) + straight((125, 20), (80, 20), 40),
    )
    rows += walk("T3", 0.2, [(30, 0)] * 10 + [(60, 0)] + [(60, 0)] * 50 + straight((60, 0), (0, 0), 60))
    rows += walk("T4", 0.3, straight((0, 30), (0, 0), 30) + [(0, 0)] * 100)
    rows += walk("T5", 0.6, straight((0.2, 30), (0.2, 0), 30) + [(0.2, 0)] * 60)
    rows += walk("V1", 0.4, straight((25, 10), (150, 10), 12) + straight((150, 10), (25, 10), 12))
    rows += walk("T6", 20.0, straight((110, 70), (110, 90), 20) + [(110, 90)] * 20)
    noise = rng.normal(0.0, 0.15, (len(rows), 2))
    rows = [(tag, t, x + float(dx), y + float(dy)) for (tag, t, x, y), (dx, dy) in zip(rows, noise, strict=True)]
    rows.sort(key=lambda row: row[1])
    script: list[tuple[float, Event]] = []
    for begin in np.arange(0.0, max(row[1] for row in rows) + 1.0, 0.5):
        part = [row for row in rows if begin <= row[1] < begin + 0.5]
        if part:
            script.append((begin + 0.5, fixes(part)))
    script += [(float(t), Ticked(t_ns=T0_NS + t * 10**9)) for t in range(1, 200)]
    script.append((50.2, fixes([("T2", 44.0, 118.0, 20.0)])))
    script.append((50.3, fixes([("GHOST", 50.3, 5.0, 5.0), ("GHOST", 51.3, 5.0, 5.0), ("GHOST", 52.3, 5.0, 5.0)])))
    at = T0_NS + 30 * 10**9
    script.append((30.1, ReadingsTaken(at, [Reading("LT-101", at, 7.25), Reading("GT-1", at, 3.0, "bad")])))
    script.append((30.2, WeatherObserved(at, 300.0, 4.2, 18.0, 55.0)))
    script.append((30.3, TagReported(at, "T2", battery_pct=18.0)))
    script.append((30.4, TagReported(at + 10**9, "T2", sos=True)))
    script.append((30.5, CameraReported(at, "CAM-1", online=True, fps=25.0)))
    intrusion = f"INTRUSION:TANKS:BOB:{T0_NS + 100_000_000 + 19 * 10**9}"
    script.append((60.1, AlarmAcknowledged(T0_NS + 60 * 10**9, intrusion, "operator-1", "seen")))
    smaller = [
        fence("TANKS", rectangle(100, 0, 160, 60), allow=Allow(roles=("operator",), vehicles=("TRUCK",)), version=2),
        fence("YARD", rectangle(-20, -20, 20, 20), purpose=FencePurpose.FORBIDDEN, version=2),
        fence("DECK", rectangle(100, 80, 120, 100), z_max_m=3.0),
    ]
    changed = plant(smaller).model_dump_json().encode()
    script.append((90.05, PlantReplaced(T0_NS + 90 * 10**9, changed)))
    script.sort(key=lambda item: item[0])
    return [event for _, event in script]
