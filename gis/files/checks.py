"""Records against one another and against the ground: what no single record can know (pure)."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gis import plant as model
from gis.errors import FrameError
from gis.files.faults import PlantFault
from gis.files.layout import HEAD_FILE
from gis.helmert import LEAST_POINTS, fit_helmert
from gis.shapes import AREA, GEOMETRY_OF_KIND, reach_m

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from shapely.geometry.base import BaseGeometry

    from gis.frames import SiteFrame
    from gis.plant import PlantHead, Record

REACH_LIMIT_M = 20_000.0
"""Everything of a plant lies within this distance of its origin; beyond it a coordinate is a mistake."""


class Found(Protocol):
    """A record and where it was found."""

    @property
    def record(self) -> Any:
        """The record."""

    @property
    def file(self) -> str:
        """File name."""

    @property
    def place(self) -> str:
        """Line, feature or list entry."""


def check_plant(
    head: PlantHead | None,
    records: Mapping[str, Sequence[Found]],
    unread: Mapping[str, AbstractSet[str] | None] | None = None,
) -> list[PlantFault]:
    """Every fault between records.

    Args:
        head: the plant's head, None where it could not be read (then nothing is measured from the origin).
        records: what was found, by field of `gis.plant.Plant`.
        unread: codes of records that are there but could not be read, None where not even those are known; references
            to them are no fault.
    """
    faults = [
        *_codes(records),
        *_versions(records),
        *_references(records, unread or {}),
        *_parents(records),
        *_geometry(records),
    ]
    if head is not None:
        faults += [*_head(head), *_distances(head.frame, records)]
    return faults


def _fault(found: Found, field: str, fault: str, /, **params: object) -> PlantFault:
    return PlantFault(found.file, found.place, field, fault, params)


def _key(record: Record) -> str:
    return str(getattr(record, "code", None) or getattr(record, "tag", ""))


def _codes(records: Mapping[str, Sequence[Found]]) -> Iterator[PlantFault]:
    """A code stands once in its file; a versioned one once per version."""
    for found in records.values():
        seen: dict[tuple[str, int | None], str] = {}
        for one in found:
            version = getattr(one.record, "version", None)
            key = (_key(one.record), version)
            if key not in seen:
                seen[key] = one.place
            elif version is None:
                yield _fault(one, "code", "duplicate_code", code=key[0], first=seen[key])
            else:
                yield _fault(one, "version", "duplicate_version", code=key[0], version=version, first=seen[key])
    # People and vehicles are both subjects of tracks and alarms: one code must mean one of them.
    people = {one.record.code: one.place for one in records.get("people", ())}
    for one in records.get("vehicles", ()):
        if one.record.code in people:
            first = f"people.csv, {people[one.record.code]}"
            yield _fault(one, "code", "duplicate_code", code=one.record.code, first=first)


def _versions(records: Mapping[str, Sequence[Found]]) -> Iterator[PlantFault]:
    """Versions of one record follow one another: none begins before the one before it ended."""
    for found in records.values():
        histories: dict[str, list[Found]] = defaultdict(list)
        for one in found:
            if isinstance(one.record, model.Versioned):
                histories[_key(one.record)].append(one)
        for code, history in histories.items():
            history.sort(key=lambda one: one.record.valid_from)
            newest = history[0]
            for later in history[1:]:
                end = newest.record.valid_to
                if (end is None or later.record.valid_from < end) and later.record.version != newest.record.version:
                    params = {"code": code, "version": later.record.version, "other": newest.record.version}
                    yield _fault(later, "valid_from", "overlapping_versions", **params)
                if end is not None and (later.record.valid_to is None or later.record.valid_to > end):
                    newest = later


# (records, field) → (records referred to, their name in a sentence)
_REFERENCES: dict[tuple[str, str], tuple[str, str]] = {
    ("regions", "parent"): ("regions", "region"),
    ("assets", "level"): ("levels", "level"),
    ("assets", "parent"): ("assets", "asset"),
    ("assets", "attributes.engine"): ("engines", "engine"),
    ("people", "role"): ("roles", "role"),
    ("people", "team"): ("teams", "team"),
    ("people", "shift"): ("shifts", "shift"),
    ("assignments", "tag"): ("tags", "tag"),
    ("assignments", "person"): ("people", "person"),
    ("assignments", "vehicle"): ("vehicles", "vehicle"),
    ("sensors", "asset"): ("assets", "asset"),
    ("fences", "allow.roles"): ("roles", "role"),
    ("fences", "allow.teams"): ("teams", "team"),
    ("fences", "allow.persons"): ("people", "person"),
    ("fences", "allow.vehicles"): ("vehicles", "vehicle"),
    ("fences", "level"): ("levels", "level"),
    ("fences", "rules.post_of.roles"): ("roles", "role"),
    ("fences", "rules.post_of.teams"): ("teams", "team"),
    ("fences", "rules.post_of.persons"): ("people", "person"),
    ("fences", "rules.post_of.vehicles"): ("vehicles", "vehicle"),
    ("fences", "rules.min_staff.role"): ("roles", "role"),
    ("fences", "rules.min_staff.team"): ("teams", "team"),
    ("fences", "rules.moving_with"): ("vehicles", "vehicle"),
    ("patrols", "persons"): ("people", "person"),
    ("patrols", "teams"): ("teams", "team"),
}


def _references(
    records: Mapping[str, Sequence[Found]], unread: Mapping[str, AbstractSet[str] | None]
) -> Iterator[PlantFault]:
    codes = {name: {_key(one.record) for one in found} | (unread.get(name) or set()) for name, found in records.items()}
    for (name, field), (target, what) in _REFERENCES.items():
        if unread.get(target, ()) is None:
            continue
        for one in records.get(name, ()):
            for code in _referred(one.record, field):
                if code not in codes.get(target, ()):
                    yield _fault(one, field, "unknown_reference", what=what, code=code)
    if unread.get("assets", ()) is None:
        return
    cameras = {one.record.code for one in records.get("assets", ()) if one.record.kind == "camera"}
    cameras |= unread.get("assets") or set()
    for one in records.get("cameras", ()):
        if one.record.code not in cameras:
            yield _fault(one, "code", "camera_without_asset", code=one.record.code)


def _referred(record: Record, field: str) -> Sequence[str]:
    values: list[object] = [record]
    for part in field.split("."):
        found = [getattr(value, part, None) for value in values]
        values = [one for value in found for one in (value if isinstance(value, tuple) else (value,))]
    return [value for value in values if isinstance(value, str)]


def _parents(records: Mapping[str, Sequence[Found]]) -> Iterator[PlantFault]:
    """Nothing belongs to itself, however many steps away."""
    for name in ("assets", "regions"):
        parents = {one.record.code: one.record.parent for one in records.get(name, ())}
        for one in records.get(name, ()):
            above, steps = one.record.parent, 0
            while above is not None and above != one.record.code and steps <= len(parents):
                above, steps = parents.get(above), steps + 1
            if above == one.record.code:
                yield _fault(one, "parent", "circular_parent", code=one.record.code)


def _geometry(records: Mapping[str, Sequence[Found]]) -> Iterator[PlantFault]:
    for name in ("assets", "zones", "fences"):
        for one in records.get(name, ()):
            wanted = GEOMETRY_OF_KIND[one.record.kind] if name == "assets" else AREA
            yield from _shape(one.record.geometry, wanted, one.file, one.place, "geometry")
            if name != "assets" and one.record.z_min_m >= one.record.z_max_m:
                yield _fault(one, "z_min_m", "heights_reversed", low=one.record.z_min_m, high=one.record.z_max_m)


def _shape(shape: BaseGeometry, wanted: tuple[str, ...], file: str, place: str, field: str) -> Iterator[PlantFault]:
    if shape.geom_type not in wanted:
        params = {"expected": " or ".join(wanted), "got": shape.geom_type}
        yield PlantFault(file, place, field, "geometry_kind", params)
    if shape.has_z:
        yield PlantFault(file, place, field, "geometry_height")


def _head(head: PlantHead) -> Iterator[PlantFault]:
    yield from _shape(head.boundary, AREA, HEAD_FILE, "", "boundary")
    yield from _near(reach_m(head.boundary, head.frame), HEAD_FILE, "", "boundary")
    try:
        ZoneInfo(head.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield PlantFault(HEAD_FILE, "", "timezone", "unknown_timezone", {"got": repr(head.timezone)})


def _distances(frame: SiteFrame, records: Mapping[str, Sequence[Found]]) -> Iterator[PlantFault]:
    for name in ("assets", "zones", "fences"):
        for one in records.get(name, ()):
            yield from _near(reach_m(one.record.geometry, frame), one.file, one.place, "geometry")
    for one in records.get("cameras", ()):
        yield from _near(math.hypot(one.record.x_m, one.record.y_m), one.file, one.place, "x_m")
    for one in records.get("engines", ()):
        points = one.record.control_points
        for number, point in enumerate(points):
            distance = math.hypot(point.site_x_m, point.site_y_m)
            yield from _near(distance, one.file, one.place, f"control_points.{number}")
        if 0 < len(points) < LEAST_POINTS:
            params = {"count": len(points), "least": LEAST_POINTS}
            yield _fault(one, "control_points", "too_few_control_points", **params)
            continue
        try:
            fit_helmert(points)
        except FrameError as error:
            yield _fault(one, "control_points", "bad_frame", why=str(error))


def _near(distance_m: float, file: str, place: str, field: str) -> Iterator[PlantFault]:
    if not distance_m <= REACH_LIMIT_M:
        params = {"distance_km": f"{distance_m / 1000:.1f}", "limit_km": f"{REACH_LIMIT_M / 1000:.0f}"}
        yield PlantFault(file, place, field, "too_far", params)
