"""Plant records and effects as wire records (pure): names resolved, site metres and degrees side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely

from gis.plant import Names
from gis.time import format_time
from twin.api.live_schemas import (
    CameraNow,
    CrossingRecord,
    PlaceRef,
    ReadingNow,
    SubjectRef,
    TagNow,
    WeatherNow,
)
from twin.api.schemas import (
    AssetRecord,
    CameraRecord,
    CodeNames,
    FenceRecord,
    LevelRecord,
    PersonRecord,
    PlantHeadRecord,
    PlantRecord,
    RoleRecord,
    SensorRecord,
    ShiftRecord,
    SiteFrameRecord,
    VehicleRecord,
    ZoneRecord,
)

if TYPE_CHECKING:
    from gis.plant import Asset, Camera, Fence, Limits, Person, Plant, Sensor, Vehicle, Zone
    from twin.api.directory import Directory
    from twin.api.wire import LimitState
    from twin.effects import CameraChanged, Crossed, TagChanged, WeatherChanged
    from twin.events import Reading


def geometry(shape: shapely.geometry.base.BaseGeometry) -> dict[str, Any]:
    """A shape as a GeoJSON geometry."""
    mapped: dict[str, Any] = shapely.geometry.mapping(shape)
    return mapped


def plant_head(plant: Plant) -> PlantHeadRecord:
    """What identifies a plant."""
    return PlantHeadRecord(**_head(plant))


def plant_record(directory: Directory) -> PlantRecord:
    """A plant with its small tables."""
    plant = directory.plant
    return PlantRecord(
        **_head(plant),
        boundary=geometry(plant.head.boundary),
        enterprise_names=plant.enterprise.names,
        region=plant.enterprise.region,
        levels=levels(plant),
        roles=roles(plant),
        teams=[CodeNames(code=team.code, names=team.names) for team in plant.teams],
        shifts=[
            ShiftRecord(code=shift.code, names=shift.names, start=shift.start, end=shift.end) for shift in plant.shifts
        ],
        engines=[CodeNames(code=engine.code, names=engine.names) for engine in plant.engines],
        patrols=list(plant.patrols),
        counts={
            "assets": len(plant.assets),
            "zones": len(directory.zones),
            "fences": len(directory.fences),
            "sensors": len(directory.sensors),
            "cameras": len(directory.cameras),
            "people": len(plant.people),
            "vehicles": len(plant.vehicles),
            "tags": len(plant.tags),
        },
        records=directory.records_mark,
    )


def _head(plant: Plant) -> dict[str, Any]:
    head = plant.head
    return {
        "code": head.code,
        "names": head.names,
        "enterprise": head.enterprise,
        "fictional": head.fictional,
        "timezone": head.timezone,
        "frame": SiteFrameRecord(
            origin_lon=head.origin_lon, origin_lat=head.origin_lat, origin_height_m=head.origin_height_m
        ),
        "bounds": head.boundary.bounds,
        "home_bearing_deg": head.home_bearing_deg,
    }


def roles(plant: Plant) -> list[RoleRecord]:
    """The roles people have, with their glyphs."""
    return [RoleRecord(code=role.code, names=role.names, glyph=role.glyph, kind=role.kind) for role in plant.roles]


def levels(plant: Plant) -> list[LevelRecord]:
    """The walking levels."""
    return [LevelRecord(code=level.code, names=level.names, z_m=level.z_m) for level in plant.levels]


def asset_record(asset: Asset, directory: Directory) -> AssetRecord:
    """An asset, with a point on it in site metres."""
    spot = asset.geometry.representative_point()
    x, y = directory.plant.head.frame.to_site([spot.x], [spot.y])
    return AssetRecord(
        code=asset.code,
        kind=asset.kind,
        names=asset.names,
        geometry=geometry(asset.geometry),
        x_m=round(float(x[0]), 3),
        y_m=round(float(y[0]), 3),
        base_m=asset.base_m,
        level=asset.level,
        parent=asset.parent,
        model=asset.model,
        attributes=asset.attributes,
    )


def zone_record(zone: Zone) -> ZoneRecord:
    """A risk zone."""
    return ZoneRecord.model_validate({**dict(zone), "geometry": geometry(zone.geometry)})


def fence_record(fence: Fence) -> FenceRecord:
    """A fence."""
    return FenceRecord.model_validate({**dict(fence), "geometry": geometry(fence.geometry)})


def sensor_record(sensor: Sensor, directory: Directory, now: ReadingNow | None) -> SensorRecord:
    """A sensor at its asset, with its newest value."""
    asset = directory.assets.get(sensor.asset) if sensor.asset is not None else None
    spot = asset.geometry.representative_point() if asset is not None else None
    lon, lat = (spot.x, spot.y) if spot is not None else (None, None)
    return SensorRecord.model_validate({**dict(sensor), "lon": lon, "lat": lat, "now": now})


def camera_record(camera: Camera, directory: Directory, now: CameraNow | None) -> CameraRecord:
    """A camera's place, view and running state."""
    lon, lat = directory.lonlat(camera.x_m, camera.y_m)
    return CameraRecord.model_validate({**dict(camera), "lon": lon, "lat": lat, "now": now})


def person_record(person: Person, directory: Directory) -> PersonRecord:
    """A person of the roster."""
    return PersonRecord.model_validate({**dict(person), "tags": directory.tags_of.get(person.code, [])})


def vehicle_record(vehicle: Vehicle, directory: Directory) -> VehicleRecord:
    """A vehicle of the roster."""
    return VehicleRecord.model_validate({**dict(vehicle), "tags": directory.tags_of.get(vehicle.code, [])})


def subject_ref(subject: str, directory: Directory) -> SubjectRef:
    """Who or what a message is about."""
    return SubjectRef(
        id=subject,
        kind=directory.kind_of(subject),
        names=directory.names_of(subject),
        role=directory.role_of(subject),
    )


def place_ref(fence: str | None, version: int | None, directory: Directory) -> PlaceRef | None:
    """The fence a message is about, in the version that held."""
    if fence is None:
        return None
    known = directory.fence_versions.get((fence, version or 0)) or directory.fences.get(fence)
    names = known.names if known is not None else Names(zh=fence, en=fence)
    return PlaceRef(code=fence, names=names, version=version or 0)


def crossing_record(crossed: Crossed) -> CrossingRecord:
    """A crossing."""
    return CrossingRecord(
        seq=crossed.seq,
        t=format_time(crossed.t_ns),
        subject=crossed.subject,
        fence=crossed.fence,
        fence_version=crossed.fence_version,
        direction=crossed.direction.value,
        probability=crossed.probability,
        x_m=crossed.x_m,
        y_m=crossed.y_m,
        z_m=crossed.z_m,
        dwell_s=crossed.dwell_s,
        after=None if crossed.after_ns is None else format_time(crossed.after_ns),
        first_seen=crossed.first_seen,
    )


def reading_now(reading: Reading, directory: Directory) -> ReadingNow:
    """A sensor value and the limit it stands beyond."""
    sensor = directory.sensors.get(reading.sensor)
    return ReadingNow(
        sensor=reading.sensor,
        t=format_time(reading.t_ns),
        value=reading.value,
        quality=reading.quality,
        limit=limit_state(reading.value, reading.quality, sensor.limits if sensor is not None else None),
    )


def limit_state(value: float, quality: str, limits: Limits | None) -> LimitState:
    """The most severe limit a value has reached; a value that cannot be trusted has no limit state."""
    if quality != "good" or limits is None:
        return "unknown"
    if limits.hh is not None and value >= limits.hh:
        return "hh"
    if limits.ll is not None and value <= limits.ll:
        return "ll"
    if limits.h is not None and value >= limits.h:
        return "h"
    return "l" if limits.l is not None and value <= limits.l else "normal"


def weather_now(weather: WeatherChanged) -> WeatherNow:
    """The weather."""
    return WeatherNow(
        t=format_time(weather.t_ns),
        wind_from_deg=weather.wind_from_deg,
        wind_mps=weather.wind_mps,
        temp_c=weather.temp_c,
        humidity_pct=weather.humidity_pct,
        cloud_oktas=weather.cloud_oktas,
    )


def tag_now(tag: TagChanged) -> TagNow:
    """What a tag last reported."""
    return TagNow(
        tag=tag.tag_id,
        subject=tag.subject,
        t=format_time(tag.t_ns),
        battery_pct=tag.battery_pct,
        sos=tag.sos,
        moving=tag.moving,
    )


def camera_now(camera: CameraChanged) -> CameraNow:
    """A camera's running state."""
    return CameraNow(camera=camera.camera, t=format_time(camera.t_ns), online=camera.online, fps=camera.fps)
