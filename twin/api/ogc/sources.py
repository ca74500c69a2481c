"""The collections: which features each has, with which properties, and what reading it needs (pure).

Properties are flat, so that every map program shows them as columns and every one of them can be filtered by.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import shapely

from gis.time import format_time, parse_time
from twin.api import records
from twin.api.ogc.features import Column, Item
from twin.api.permissions import Permission

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gis.plant import Record, Versioned
    from twin.api.directory import Directory
    from twin.api.readmodel import ReadModel
    from twin.effects import Alarm

PEOPLE, VEHICLES = ("person", "tag"), ("vehicle",)
Value = str | float | int | bool | None


@dataclass(frozen=True)
class Source:
    """One collection.

    Attributes:
        name: as in the address.
        title: in Chinese and English.
        description: what its features are and what `datetime` means.
        permission: what reading it needs.
        columns: its properties.
        items: its features of one plant, all versions of what is versioned; None for those that are asked of the store.
        lasting: the features change only with the plant's records.
        timed: its features have a time; without `datetime` those of now are given when `versioned`.
        versioned: the records have versions; ids name the version when a time was asked for.
    """

    name: str
    title: str
    description: str
    permission: Permission
    columns: tuple[Column, ...]
    items: Callable[[ReadModel], list[Item]] | None
    lasting: bool = False
    timed: bool = False
    versioned: bool = False

    @property
    def names(self) -> frozenset[str]:
        """Names of the properties."""
        return frozenset(column.name for column in self.columns)


def _text(*names: tuple[str, str]) -> tuple[Column, ...]:
    return tuple(Column(name, "string", title) for name, title in names)


def _numbers(*names: tuple[str, str]) -> tuple[Column, ...]:
    return tuple(Column(name, "number", title) for name, title in names)


_RECORD = _text(("plant", "Plant code"), ("code", "Code"), ("name_zh", "Name, Chinese"), ("name_en", "Name, English"))
_VERSION = (
    Column("version", "integer", "Version"),
    Column("valid_from", "date-time", "Valid from"),
    Column("valid_to", "date-time", "Valid until; null: still"),
)
_MOVER = (
    *_text(("plant", "Plant code"), ("code", "Person, vehicle or tag:CODE"), ("name_zh", "Name, Chinese")),
    *_text(
        ("name_en", "Name, English"), ("role", "Role"), ("tag", "Tag"), ("level", "Level"), ("status", "Fix status")
    ),
    Column("t", "date-time", "Time of measurement"),
    *_numbers(
        ("x_m", "East of the site origin, m"),
        ("y_m", "North of the site origin, m"),
        ("z_m", "Above the site plane, m"),
        ("r95_m", "Radius that holds them with 95 %, m"),
        ("p_still", "Probability of standing still"),
    ),
    *_text(("zones", "Risk zones around, comma-separated")),
)


def _named(plant: str, record: Any) -> dict[str, Value]:
    return {"plant": plant, "code": record.code, "name_zh": record.names.zh, "name_en": record.names.en}


def _validity(record: Versioned) -> dict[str, Value]:
    return {
        "version": record.version,
        "valid_from": format_time(record.valid_from),
        "valid_to": _time(record.valid_to),
    }


def _time(t_ns: int | None) -> str | None:
    return None if t_ns is None else format_time(t_ns)


def _plain(record: Record, *fields: str) -> dict[str, Value]:
    """Fields as plain values; enumerations as their text."""
    return {field: _value(getattr(record, field)) for field in fields}


def _value(value: Any) -> Value:
    return value if value is None or isinstance(value, bool | int | float) else str(value)


def _listed(values: Iterable[str]) -> str:
    return ",".join(values)


def _version_of(plant: str, record: Any, shape: Any, properties: dict[str, Value]) -> Item:
    return Item(
        f"{plant}.{record.code}@{record.version}",
        shape,
        {**_named(plant, record), **properties, **_validity(record)},
        record.valid_from,
        record.valid_to,
    )


def _plants(model: ReadModel) -> list[Item]:
    head = model.plant.head
    names = _plain(head, "code", "enterprise", "timezone", "fictional")
    named = {"name_zh": head.names.zh, "name_en": head.names.en}
    return [Item(head.code, head.boundary, {"plant": head.code, **names, **named})]


def _assets(model: ReadModel) -> list[Item]:
    code = model.plant.head.code
    return [
        Item(
            f"{code}.{asset.code}",
            asset.geometry,
            {
                **_named(code, asset),
                **_plain(asset, "kind", "parent", "level", "base_m"),
                **{
                    field: _value(getattr(asset.attributes, field, None))
                    for field in ("medium", "diameter_m", "height_m", "capacity_m3")
                },
            },
        )
        for asset in model.plant.assets
    ]


def _zones(model: ReadModel) -> list[Item]:
    code = model.plant.head.code
    fields = ("colour", "area_kind", "z_min_m", "z_max_m")
    return [_version_of(code, zone, zone.geometry, _plain(zone, *fields)) for zone in model.plant.zones]


def _fences(model: ReadModel) -> list[Item]:
    code = model.plant.head.code
    fields = ("purpose", "colour", "priority", "z_min_m", "z_max_m", "enter_probability", "exit_probability")
    return [
        _version_of(
            code,
            fence,
            fence.geometry,
            {
                **_plain(fence, *fields),
                "allow_roles": _listed(fence.allow.roles),
                "allow_teams": _listed(fence.allow.teams),
                "allow_persons": _listed(fence.allow.persons),
                "allow_vehicles": _listed(fence.allow.vehicles),
            },
        )
        for fence in model.plant.fences
    ]


def _sensors(model: ReadModel) -> list[Item]:
    code, directory, made = model.plant.head.code, model.directory, []
    for sensor in model.plant.sensors:
        reading = model.readings.get(sensor.code) if directory.sensors.get(sensor.code) is sensor else None
        now = records.reading_now(reading, directory) if reading is not None else None
        asset = directory.assets.get(sensor.asset) if sensor.asset is not None else None
        properties: dict[str, Value] = {
            **_plain(sensor, "quantity", "unit", "asset", "range_low", "range_high"),
            **{f"limit_{name}": getattr(sensor.limits, name) for name in ("ll", "l", "h", "hh")},
            "value": now.value if now is not None else None,
            "value_time": now.t if now is not None else None,
            "quality": now.quality if now is not None else None,
            "limit_state": now.limit if now is not None else None,
        }
        shape = asset.geometry.representative_point() if asset is not None else None
        made.append(_version_of(code, sensor, shape, properties))
    return made


def _cameras(model: ReadModel) -> list[Item]:
    code, directory, made = model.plant.head.code, model.directory, []
    fields = ("z_m", "heading_deg", "tilt_deg", "hfov_deg", "reach_m")
    for camera in model.plant.cameras:
        known = model.cameras.get(camera.code) if directory.cameras.get(camera.code) is camera else None
        properties: dict[str, Value] = {
            **_plain(camera, *fields),
            "online": known.online if known is not None else None,
            "seen": format_time(known.t_ns) if known is not None else None,
        }
        made.append(_version_of(code, camera, shapely.Point(directory.lonlat(camera.x_m, camera.y_m)), properties))
    return made


def _movers(kinds: tuple[str, ...]) -> Callable[[ReadModel], list[Item]]:
    def items(model: ReadModel) -> list[Item]:
        plant, made = model.plant.head.code, []
        for row in model.movers.rows(kinds):
            t_ns = int(parse_time(row.t))
            properties: dict[str, Value] = {
                "plant": plant,
                "code": row.id,
                "name_zh": row.name.zh,
                "name_en": row.name.en,
                "zones": _listed(row.zones),
                **{
                    field: getattr(row, field)
                    for field in ("role", "tag", "level", "status", "t", "x_m", "y_m", "z_m", "r95_m", "p_still")
                },
            }
            made.append(Item(f"{plant}.{row.id}", shapely.Point(row.lon, row.lat, row.z_m), properties, t_ns, t_ns + 1))
        return made

    return items


def alarm_item(alarm: Alarm, directory: Directory) -> Item:
    """An alarm where it happened, from when it was raised until what it warns of was over."""
    plant = directory.plant.head.code
    subject = directory.names_of(alarm.subject) if alarm.subject else None
    place = records.place_ref(alarm.fence, alarm.fence_version, directory)
    over = alarm.state.value == "normal"
    returned_ns = alarm.returned_ns if alarm.returned_ns is not None else (alarm.changed_ns if over else None)
    properties: dict[str, Value] = {
        "plant": plant,
        "code": alarm.id,
        "kind": alarm.kind,
        "priority": alarm.priority,
        "state": alarm.state.value,
        "open": not over,
        "subject": alarm.subject or None,
        "subject_name_zh": subject.zh if subject is not None else None,
        "subject_name_en": subject.en if subject is not None else None,
        "fence": alarm.fence,
        "fence_name_zh": place.names.zh if place is not None else None,
        "fence_name_en": place.names.en if place is not None else None,
        "raised": format_time(alarm.raised_ns),
        "changed": format_time(alarm.changed_ns),
        "returned": _time(alarm.returned_ns),
        "acknowledged": _time(alarm.acknowledged_ns),
        "acknowledged_by": alarm.acknowledged_by,
        "z_m": alarm.z_m,
    }
    shape = shapely.Point(*directory.lonlat(alarm.x_m, alarm.y_m), alarm.z_m)
    end_ns = None if returned_ns is None else max(returned_ns, alarm.raised_ns) + 1
    return Item(f"{plant}.{alarm.id}", shape, properties, alarm.raised_ns, end_ns)


_HEIGHT = "The third coordinate is metres above the site plane."
SOURCES: dict[str, Source] = {
    source.name: source
    for source in (
        Source(
            "plants",
            "厂区 Plants",
            "Boundaries of the plants.",
            Permission.PLANT_VIEW,
            (
                *_RECORD,
                *_text(("enterprise", "Enterprise"), ("timezone", "Time zone")),
                Column("fictional", "boolean", "Invented"),
            ),
            _plants,
            lasting=True,
        ),
        Source(
            "assets",
            "设备设施 Assets",
            "Equipment, buildings, roads.",
            Permission.PLANT_VIEW,
            (
                *_RECORD,
                *_text(("kind", "Kind"), ("parent", "Unit or tank farm"), ("level", "Level"), ("medium", "Substance")),
                *_numbers(
                    ("base_m", "Foot above the site plane, m"),
                    ("diameter_m", "Diameter, m"),
                    ("height_m", "Height, m"),
                    ("capacity_m3", "Capacity, m³"),
                ),
            ),
            _assets,
            lasting=True,
        ),
        Source(
            "zones",
            "风险分区 Risk zones",
            "Risk zones of the four-colour map; `datetime` selects the versions valid then.",
            Permission.PLANT_VIEW,
            (
                *_RECORD,
                *_text(("colour", "Colour"), ("area_kind", "Kind of area")),
                *_numbers(("z_min_m", "Bottom, m"), ("z_max_m", "Top, m")),
                *_VERSION,
            ),
            _zones,
            lasting=True,
            timed=True,
            versioned=True,
        ),
        Source(
            "fences",
            "电子围栏 Fences",
            "Electronic fences; `datetime` selects the versions valid then.",
            Permission.PLANT_VIEW,
            (
                *_RECORD,
                *_text(("purpose", "Purpose"), ("colour", "Colour")),
                Column("priority", "integer", "Priority, 1 most urgent"),
                *_numbers(
                    ("z_min_m", "Bottom, m"),
                    ("z_max_m", "Top, m"),
                    ("enter_probability", "Probability that counts as inside"),
                    ("exit_probability", "Probability that counts as outside"),
                ),
                *_text(
                    ("allow_roles", "Roles allowed, comma-separated"),
                    ("allow_teams", "Teams allowed, comma-separated"),
                    ("allow_persons", "People allowed, comma-separated"),
                    ("allow_vehicles", "Vehicles allowed, comma-separated"),
                ),
                *_VERSION,
            ),
            _fences,
            lasting=True,
            timed=True,
            versioned=True,
        ),
        Source(
            "sensors",
            "测点 Sensors",
            "Measuring points where their asset stands, with their newest values; `datetime` selects the versions "
            "valid then, whose values are null unless they hold now.",
            Permission.PLANT_VIEW,
            (
                *_RECORD,
                *_text(("quantity", "Quantity"), ("unit", "Unit"), ("asset", "Asset")),
                *_numbers(
                    ("range_low", "Range, low"),
                    ("range_high", "Range, high"),
                    ("limit_ll", "Limit LL"),
                    ("limit_l", "Limit L"),
                    ("limit_h", "Limit H"),
                    ("limit_hh", "Limit HH"),
                    ("value", "Newest value"),
                ),
                Column("value_time", "date-time", "Time of the newest value"),
                *_text(("quality", "Quality of the newest value"), ("limit_state", "Limit it stands beyond")),
                *_VERSION,
            ),
            _sensors,
            timed=True,
            versioned=True,
        ),
        Source(
            "cameras",
            "摄像机 Cameras",
            "Cameras with view and running state; `datetime` selects the versions valid then.",
            Permission.PLANT_VIEW,
            (
                *_RECORD,
                *_numbers(
                    ("z_m", "Above the site plane, m"),
                    ("heading_deg", "Heading clockwise from north, °"),
                    ("tilt_deg", "Tilt, below the horizon negative, °"),
                    ("hfov_deg", "Horizontal field of view, °"),
                    ("reach_m", "Reach, m"),
                ),
                Column("online", "boolean", "Running"),
                Column("seen", "date-time", "Time of its last word"),
                *_VERSION,
            ),
            _cameras,
            timed=True,
            versioned=True,
        ),
        Source(
            "people",
            "人员实时位置 People now",
            f"Newest positions of people and of tags nobody carries; `datetime` is the time of measurement. {_HEIGHT}",
            Permission.PEOPLE_VIEW,
            _MOVER,
            _movers(PEOPLE),
            timed=True,
        ),
        Source(
            "vehicles",
            "车辆实时位置 Vehicles now",
            f"Newest positions of vehicles; `datetime` is the time of measurement. {_HEIGHT}",
            Permission.PEOPLE_VIEW,
            _MOVER,
            _movers(VEHICLES),
            timed=True,
        ),
        Source(
            "alarms",
            "报警 Alarms",
            "Alarms where they happened. `datetime` selects those that stood then; without it, those of the last "
            f"30 days and all that are still open. {_HEIGHT}",
            Permission.ALARM_VIEW,
            (
                *_text(("plant", "Plant code"), ("code", "Alarm"), ("kind", "Kind")),
                Column("priority", "integer", "Priority, 1 most urgent"),
                *_text(("state", "State")),
                Column("open", "boolean", "Not yet normal"),
                *_text(
                    ("subject", "Person, vehicle or tag"),
                    ("subject_name_zh", "Its name, Chinese"),
                    ("subject_name_en", "Its name, English"),
                    ("fence", "Fence"),
                    ("fence_name_zh", "Its name, Chinese"),
                    ("fence_name_en", "Its name, English"),
                ),
                Column("raised", "date-time", "Raised"),
                Column("changed", "date-time", "Last changed"),
                Column("returned", "date-time", "Over since"),
                Column("acknowledged", "date-time", "Acknowledged"),
                *_text(("acknowledged_by", "By whom")),
                *_numbers(("z_m", "Above the site plane, m")),
            ),
            None,
            timed=True,
        ),
    )
}
