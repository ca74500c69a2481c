"""The collections of a plant's records: what each holds, how it is filtered, and as what it goes out (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import shapely

from twin.api import records, schemas
from twin.api.directory import valid
from twin.api.permissions import Permission
from twin.api.selection import matches_text, within
from twin.api.wire import Feature, Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from gis.plant import Record
    from twin.api.readmodel import ReadModel
    from twin.api.selection import Box


@dataclass(frozen=True)
class Collection:
    """One kind of records.

    Attributes:
        name: as in the address.
        title: what it is, in English.
        record: wire type of one.
        page: wire type of a page.
        permission: what reading it needs.
        take: the plant's records of this kind that hold at an instant.
        write: one of them as its wire record.
        shape: its geometry in degrees, if it has one.
        filters: query parameters that must equal a property of the wire record.
    """

    name: str
    title: str
    record: type[Wire]
    page: type[Wire]
    permission: Permission
    take: Callable[[ReadModel, int], Sequence[Any]]
    write: Callable[[Any, ReadModel], Any]
    shape: Callable[[Any, ReadModel], BaseGeometry | None]
    filters: tuple[str, ...] = ()

    def select(
        self, model: ReadModel, now_ns: int, box: Box | None, words: str | None, wanted: Mapping[str, Sequence[str]]
    ) -> list[Any]:
        """The plant's records that match all filters."""
        found = [item for item in self.take(model, now_ns) if self._wanted(item, words, wanted)]
        return within(found, [self.shape(item, model) for item in found] if box is not None else [], box)

    def _wanted(self, item: Record, words: str | None, wanted: Mapping[str, Sequence[str]]) -> bool:
        for name, values in wanted.items():
            value = getattr(item, name)
            if values and str(value) not in values:
                return False
        if words is None:
            return True
        names = getattr(item, "names", None)
        return matches_text(words, item.code, *((names.zh, names.en) if names is not None else ()))  # type: ignore[attr-defined]  # every record of a collection has a code

    def feature(self, item: Any, model: ReadModel, plant: str | None = None) -> Feature:
        """One record as a GeoJSON feature; with `plant`, its id and properties name the plant too."""
        shape = self.shape(item, model)
        properties = self.write(item, model).model_dump(mode="json", exclude={"geometry"})
        if plant is not None:
            properties = {"plant": plant, **properties}
        return Feature(
            id=item.code if plant is None else f"{plant}.{item.code}",
            geometry=records.geometry(shape) if shape is not None else None,
            properties=properties,
        )


def _asset_spot(code: str | None, model: ReadModel) -> BaseGeometry | None:
    asset = model.directory.assets.get(code) if code is not None else None
    return asset.geometry.representative_point() if asset is not None else None


def _write_sensor(sensor: Any, model: ReadModel) -> schemas.SensorRecord:
    reading = model.readings.get(sensor.code)
    now = records.reading_now(reading, model.directory) if reading is not None else None
    return records.sensor_record(sensor, model.directory, now)


def _write_camera(camera: Any, model: ReadModel) -> schemas.CameraRecord:
    known = model.cameras.get(camera.code)
    return records.camera_record(camera, model.directory, records.camera_now(known) if known is not None else None)


COLLECTIONS: dict[str, Collection] = {
    collection.name: collection
    for collection in (
        Collection(
            "assets",
            "Equipment, buildings, roads",
            schemas.AssetRecord,
            schemas.AssetPage,
            Permission.PLANT_VIEW,
            lambda model, _now: model.plant.assets,
            lambda asset, model: records.asset_record(asset, model.directory),
            lambda asset, _model: asset.geometry,
            ("kind", "parent", "level"),
        ),
        Collection(
            "zones",
            "Risk zones of the four-colour map",
            schemas.ZoneRecord,
            schemas.ZonePage,
            Permission.PLANT_VIEW,
            lambda model, now: valid(model.plant.zones, now),
            lambda zone, _model: records.zone_record(zone),
            lambda zone, _model: zone.geometry,
            ("colour", "area_kind"),
        ),
        Collection(
            "fences",
            "Electronic fences",
            schemas.FenceRecord,
            schemas.FencePage,
            Permission.PLANT_VIEW,
            lambda model, now: valid(model.plant.fences, now),
            lambda fence, _model: records.fence_record(fence),
            lambda fence, _model: fence.geometry,
            ("purpose", "colour"),
        ),
        Collection(
            "sensors",
            "Measuring points with their newest values",
            schemas.SensorRecord,
            schemas.SensorPage,
            Permission.PLANT_VIEW,
            lambda model, now: valid(model.plant.sensors, now),
            _write_sensor,
            lambda sensor, model: _asset_spot(sensor.asset, model),
            ("quantity", "asset"),
        ),
        Collection(
            "cameras",
            "Cameras with place, view and running state",
            schemas.CameraRecord,
            schemas.CameraPage,
            Permission.PLANT_VIEW,
            lambda model, now: valid(model.plant.cameras, now),
            _write_camera,
            lambda camera, model: shapely.Point(model.directory.lonlat(camera.x_m, camera.y_m)),
        ),
        Collection(
            "roster",
            "People of the plant, seen or not",
            schemas.PersonRecord,
            schemas.RosterPage,
            Permission.PEOPLE_VIEW,
            lambda model, _now: model.plant.people,
            lambda person, model: records.person_record(person, model.directory),
            lambda _person, _model: None,
            ("role", "team", "shift"),
        ),
        Collection(
            "fleet",
            "Vehicles of the plant, seen or not",
            schemas.VehicleRecord,
            schemas.VehiclePage,
            Permission.PEOPLE_VIEW,
            lambda model, _now: model.plant.vehicles,
            lambda vehicle, model: records.vehicle_record(vehicle, model.directory),
            lambda _vehicle, _model: None,
            ("vehicle_kind",),
        ),
    )
}
