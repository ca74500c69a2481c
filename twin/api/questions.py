"""Places people ask about, as shapes; what the tracks answer, as records and as tables (pure)."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import shapely
from pydantic import ConfigDict, TypeAdapter, ValidationError

from gis.plant import Geometry, Names
from gis.shapes import AREA
from gis.time import format_time
from twin.api.problems import MissingError, RefusedError
from twin.api.question_schemas import (
    AreaOccupancy,
    EncounterRecord,
    PersonDwell,
    Place,
    Transition,
    VisitRecord,
    WayRecord,
)
from twin.api.records import subject_ref
from twin.questions.occupancy import curve, occupancy, transitions
from twin.questions.visits import area_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from twin.api.directory import Directory
    from twin.questions.encounters import Encounter
    from twin.questions.occupancy import Passage
    from twin.questions.visits import Area, Visit

FARTHEST_M = 20_000.0
MOST_VERTICES = 2_000
_GEOMETRY: TypeAdapter[BaseGeometry] = TypeAdapter(Geometry, config=ConfigDict(arbitrary_types_allowed=True))


@dataclass(frozen=True, eq=False)
class Placed:
    """A place somebody asks about.

    Attributes:
        key: `fence:F-01`, `zone:Z-01`, `asset:T-101`, `point` or `drawn`.
        names: what to call it.
        shape: its outline in degrees.
        area: it as something to ask about.
    """

    key: str
    names: Names
    shape: BaseGeometry
    area: Area


def placed(place: Place, directory: Directory) -> Placed:
    """A place of a request as a shape.

    Raises:
        MissingError: no such fence, zone or asset.
        RefusedError: no polygon, far away, or drawn with too many corners.
    """
    frame = directory.plant.head.frame
    if place.shape is not None:
        shape, key, names = _drawn(place.shape), "drawn", Names(zh="所画区域", en="Drawn area")
        low, high = place.z_min_m, place.z_max_m
        if shape.geom_type not in AREA:
            raise RefusedError("the shape must be a polygon", "not_a_polygon", field="shape")
        if shapely.get_num_coordinates(shape) > MOST_VERTICES:
            raise RefusedError(f"at most {MOST_VERTICES} corners", "too_many_corners", field="shape")
    elif place.fence is not None:
        fence = _known(directory.fences, place.fence, "fences")
        shape, key, names, low, high = fence.geometry, f"fence:{fence.code}", fence.names, fence.z_min_m, fence.z_max_m
    elif place.zone is not None:
        zone = _known({zone.code: zone for zone in directory.zones}, place.zone, "zones")
        shape, key, names, low, high = zone.geometry, f"zone:{zone.code}", zone.names, zone.z_min_m, zone.z_max_m
    else:
        low, high = place.z_min_m, place.z_max_m
        if place.asset is not None:
            asset = _known(directory.assets, place.asset, "assets")
            middle, key, names = frame.shape_to_site(asset.geometry), f"asset:{asset.code}", asset.names
        else:
            x, y = frame.to_site([place.lon or 0.0], [place.lat or 0.0])
            middle, key, names = shapely.Point(x[0], y[0]), "point", Names(zh="所选地点", en="Chosen point")
        shape = frame.shape_to_lonlat(middle.buffer(max(place.radius_m, 0.5)))
    if max(abs(bound) for bound in frame.shape_to_site(shape).bounds) > FARTHEST_M:
        raise RefusedError("the place is far from the plant", "far_away", field="place")
    return Placed(key, names, shape, area_of(shape, frame, low, high))


def _drawn(shape: object) -> BaseGeometry:
    try:
        return _GEOMETRY.validate_python(shape)
    except ValidationError as error:
        raise RefusedError(error.errors()[0]["msg"], "bad_shape", field="shape") from error


def _known(records: Mapping[str, Any], code: str, collection: str) -> Any:
    if code not in records:
        raise MissingError(f"no record {code!r}", "unknown_record", collection=collection, record=code)
    return records[code]


def wanted_subjects(subjects: list[str] | None, roles: list[str] | None, directory: Directory) -> list[str] | None:
    """Whom a request is about; None for everybody."""
    if roles is None:
        return subjects
    of_roles = {person.code for person in directory.plant.people if person.role in roles}
    return sorted(of_roles if subjects is None else of_roles & set(subjects))


def visit_records(visits: Iterable[Visit], directory: Directory) -> list[VisitRecord]:
    """Stays with names and degrees."""
    found = []
    for visit in visits:
        lon, lat = directory.lonlat(*visit.xy_m)
        found.append(
            VisitRecord(
                subject=subject_ref(visit.subject, directory),
                entered=format_time(visit.from_ns),
                left=format_time(visit.to_ns),
                dwell_s=round(visit.dwell_s, 3),
                began_open=visit.began_open,
                ended_open=visit.ended_open,
                probability=round(visit.surest, 4),
                lon=lon,
                lat=lat,
            )
        )
    return found


def encounter_records(found: Iterable[Encounter], directory: Directory) -> list[EncounterRecord]:
    """Encounters with names and degrees."""
    records = []
    for one in found:
        lon, lat = directory.lonlat(*one.xy_m)
        records.append(
            EncounterRecord(
                subject=subject_ref(one.subject, directory),
                began=format_time(one.from_ns),
                ended=format_time(one.to_ns),
                dwell_s=round(one.dwell_s, 3),
                began_open=one.began_open,
                ended_open=one.ended_open,
                nearest_m=round(one.nearest_m, 3),
                nearest_at=format_time(one.nearest_ns),
                sigma_m=round(one.sigma_m, 3),
                lon=lon,
                lat=lat,
            )
        )
    return records


def people_by_dwell(stays: Iterable[Visit | Encounter], directory: Directory) -> list[PersonDwell]:
    """Each subject's stays together, the longest first."""
    together: defaultdict[str, list[float]] = defaultdict(list)
    for stay in stays:
        together[stay.subject].append(stay.dwell_s)
    people = [
        PersonDwell(subject=subject_ref(subject, directory), visits=len(dwell), dwell_s=round(sum(dwell), 3))
        for subject, dwell in together.items()
    ]
    return sorted(people, key=lambda row: (-row.dwell_s, row.subject.id))


def way_records(ways: Iterable[Passage], directory: Directory) -> list[WayRecord]:
    """Ways with names."""
    return [
        WayRecord(
            subject=subject_ref(way.subject, directory),
            left=format_time(way.left_ns),
            entered=format_time(way.entered_ns),
            duration_s=round(way.duration_s, 3),
        )
        for way in ways
    ]


def occupancy_records(
    by_place: Sequence[tuple[Placed, Sequence[Visit]]], from_ns: int, to_ns: int, steps: int
) -> tuple[list[AreaOccupancy], list[Transition]]:
    """How full each place was, and where people went next."""
    areas = []
    for place, visits in by_place:
        row = occupancy(visits)
        areas.append(
            AreaOccupancy(
                key=place.key,
                names=place.names,
                people=row.people,
                visits=row.visits,
                dwell_s=round(row.dwell_s, 3),
                mean_s=round(row.mean_s, 3),
                longest_s=round(row.longest_s, 3),
                most=row.most,
                most_at=format_time(row.most_ns) if row.most else None,
                open_visits=row.open_visits,
                curve=curve(visits, from_ns, to_ns, steps),
            )
        )
    found = transitions({place.key: visits for place, visits in by_place})
    moves = [
        Transition(from_key=a, to_key=b, times=times, mean_s=round(mean_s, 3))
        for (a, b), (times, mean_s) in found.items()
    ]
    return areas, moves


class _Lines(list[str]):
    """What a CSV writer writes to."""

    write = list.append


def table(rows: Sequence[dict[str, Any]], names: Mapping[str, str]) -> str:
    """Records as CSV: the columns named, in their order; nothing a table program takes for a formula."""
    lines = _Lines()
    writer = csv.writer(lines)
    writer.writerow(names.values())
    for row in rows:
        writer.writerow([_cell(row.get(key)) for key in names])
    return "\ufeff" + "".join(lines)


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "@", "\t", "-") and not _is_number(text) else text


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit()
