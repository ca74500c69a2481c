"""A plant's records in the database: saved whole, read whole or as they stood at an instant.

A save makes the database hold exactly what the plant's files say, in the caller's transaction. Files carry every
version of what is versioned, so nothing of the past is lost by it; histories (tracks, readings, journal) stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import ValidationError
from sqlalchemy import delete, func, or_, select, text
from sqlalchemy.dialects.postgresql import insert

from gis import plant as model
from gis.errors import StoreError, StoreUnavailableError, UnknownPlantError
from gis.store import tables
from gis.store.rows import from_rows, numbered, to_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Table

    from gis.plant import Plant, PlantHead, Record

CHANNEL = "plant_changed"
"""LISTEN on this to hear the code of every plant whose records changed."""

_ATTEMPTS = 8


class PlantStamp(NamedTuple):
    """A plant's revision, and when it was made: a plant removed and made again counts from one again."""

    revision: int
    changed_at: datetime


# In the order in which rows may refer to one another.
_TABLES: dict[str, tuple[Table, type[Record]]] = {
    "levels": (tables.level, model.Level),
    "engines": (tables.engine, model.Engine),
    "assets": (tables.asset, model.Asset),
    "zones": (tables.zone, model.Zone),
    "fences": (tables.fence, model.Fence),
    "patrols": (tables.patrol, model.PatrolRoute),
    "roles": (tables.role, model.Role),
    "teams": (tables.team, model.Team),
    "shifts": (tables.shift, model.Shift),
    "people": (tables.person, model.Person),
    "vehicles": (tables.vehicle, model.Vehicle),
    "tags": (tables.tag, model.Tag),
    "assignments": (tables.tag_assignment, model.TagAssignment),
    "sensors": (tables.sensor, model.Sensor),
    "cameras": (tables.camera, model.Camera),
}


def save_plant(conn: Connection, plant: Plant) -> None:
    """Make the database hold exactly this plant, and announce it on `plant_changed` at commit.

    Regions and the enterprise are shared between plants: the newest save wins.

    Raises:
        sqlalchemy.exc.IntegrityError: records contradict each other (`gis.files.checks` tells beforehand).
    """
    code = plant.head.code
    _upsert(conn, tables.region, [to_row(record) for record in plant.regions])
    _upsert(conn, tables.enterprise, [to_row(plant.enterprise)])
    _save_head(conn, plant.head)
    for table in (tables.plant_region, *(table for table, _ in reversed(_TABLES.values()))):
        conn.execute(delete(table).where(table.c.plant == code))
    links = [{"region": record.code, "ordinal": place} for place, record in enumerate(plant.regions)]
    _insert(conn, code, tables.plant_region, links)
    for name, (table, _) in _TABLES.items():
        _insert(conn, code, table, numbered(getattr(plant, name)))
    _insert(conn, code, tables.ground_control_point, _control_points(plant.engines))
    announce(conn, code)


def add_records(conn: Connection, code: str, **records: Iterable[Record]) -> None:
    """Add records to a plant that exists, after those it has, and announce it.

    Args:
        conn: in a transaction.
        code: plant code.
        **records: by field of `gis.plant.Plant`, e.g. `engines=…, assets=…, people=…, tags=…, assignments=…`.

    Raises:
        UnknownPlantError: no such plant.
        StoreError: no such kind of record.
        sqlalchemy.exc.IntegrityError: a code is taken, or a record refers to one that is not there.
    """
    if unknown := set(records) - set(_TABLES):
        raise StoreError(f"no such records: {', '.join(sorted(unknown))}")
    _revise(conn, code)
    for name, (table, _) in _TABLES.items():
        added = list(records.get(name, ()))
        if not added:
            continue
        last = conn.scalar(select(func.max(table.c.ordinal)).where(table.c.plant == code))
        _insert(conn, code, table, numbered(added, 0 if last is None else last + 1))
        if name == "engines":
            _insert(
                conn,
                code,
                tables.ground_control_point,
                _control_points(record for record in added if isinstance(record, model.Engine)),
            )
    announce(conn, code)


def load_plant(conn: Connection, code: str, at_ns: int | None = None) -> Plant:
    """A whole plant: with every version, or with only what was valid at an instant (UTC ns).

    It is read again when somebody saved it meanwhile, so it is never half old and half new.

    Raises:
        UnknownPlantError: no such plant.
        StoreUnavailableError: it changed during every attempt.
        StoreError: the database holds what is no plant of this version.
    """
    for _ in range(_ATTEMPTS):
        before = plant_stamp(conn, code)
        try:
            loaded = _load(conn, code, at_ns)
        except (ValidationError, UnknownPlantError) as error:
            if plant_stamp(conn, code) != before:
                continue
            if isinstance(error, UnknownPlantError):
                raise
            raise StoreError(f"plant {code} in the database is unreadable: {error}") from error
        if plant_stamp(conn, code) == before:
            return loaded
    raise StoreUnavailableError(f"plant {code} changes faster than it can be read")


def list_plants(conn: Connection) -> list[PlantHead]:
    """The heads of all plants, by code."""
    rows = conn.execute(select(tables.plant).order_by(tables.plant.c.code)).mappings().all()
    return from_rows(model.PlantHead, rows)  # type: ignore[arg-type]  # RowMapping is a Mapping


def plant_exists(conn: Connection, code: str) -> bool:
    """Whether the database holds a plant of that code."""
    return conn.scalar(select(tables.plant.c.code).where(tables.plant.c.code == code)) is not None


def delete_plant(conn: Connection, code: str) -> None:
    """Remove a plant's records; its histories stay.

    Raises:
        UnknownPlantError: no such plant.
    """
    if conn.execute(delete(tables.plant).where(tables.plant.c.code == code)).rowcount == 0:
        raise UnknownPlantError(f"no plant {code!r}")
    announce(conn, code)


def announce(conn: Connection, code: str) -> None:
    """Tell every listener of `plant_changed`, at commit, that this plant's records changed."""
    conn.execute(text("SELECT pg_notify(:channel, :code)"), {"channel": CHANNEL, "code": code})


def plant_stamp(conn: Connection, code: str) -> PlantStamp | None:
    """What changes with every change of a plant's records; None when there is no such plant."""
    head = tables.plant.c
    row = conn.execute(select(head.revision, head.changed_at).where(head.code == code)).one_or_none()
    return None if row is None else PlantStamp(*row)


def _load(conn: Connection, code: str, at_ns: int | None) -> Plant:
    heads = conn.execute(select(tables.plant).where(tables.plant.c.code == code)).mappings().all()
    if not heads:
        raise UnknownPlantError(f"no plant {code!r}")
    head = from_rows(model.PlantHead, heads)[0]  # type: ignore[arg-type]
    companies = conn.execute(select(tables.enterprise).where(tables.enterprise.c.code == head.enterprise))
    regions = conn.execute(
        select(tables.region)
        .join(tables.plant_region, tables.plant_region.c.region == tables.region.c.code)
        .where(tables.plant_region.c.plant == code)
        .order_by(tables.plant_region.c.ordinal)
    )
    records = {name: _read(conn, code, table, kind, at_ns) for name, (table, kind) in _TABLES.items()}
    return model.Plant(
        head=head,
        enterprise=from_rows(model.Enterprise, companies.mappings().all())[0],  # type: ignore[arg-type]
        regions=tuple(from_rows(model.Region, regions.mappings().all())),  # type: ignore[arg-type]
        **records,
    )


def _read(conn: Connection, code: str, table: Table, kind: type[Record], at_ns: int | None) -> tuple[Record, ...]:
    query = select(table).where(table.c.plant == code).order_by(table.c.ordinal)
    if at_ns is not None and "valid_from_ns" in table.c:
        query = query.where(
            table.c.valid_from_ns <= at_ns, or_(table.c.valid_to_ns.is_(None), table.c.valid_to_ns > at_ns)
        )
    rows: list[Any] = list(conn.execute(query).mappings().all())
    if table is tables.engine:
        points = _points_by_engine(conn, code)
        rows = [dict(row) | {"control_points": points.get(row["code"], [])} for row in rows]
    return tuple(from_rows(kind, rows))


def _points_by_engine(conn: Connection, code: str) -> dict[str, list[dict[str, float]]]:
    table = tables.ground_control_point
    points: dict[str, list[dict[str, float]]] = {}
    for row in conn.execute(select(table).where(table.c.plant == code).order_by(table.c.ordinal)).mappings():
        point = {field: row[field] for field in model.GroundControlPoint.model_fields}
        points.setdefault(row["engine"], []).append(point)
    return points


def _control_points(engines: Iterable[model.Engine]) -> list[dict[str, Any]]:
    return [
        to_row(point) | {"engine": engine.code, "ordinal": place}
        for engine in engines
        for place, point in enumerate(engine.control_points)
    ]


def _save_head(conn: Connection, head: PlantHead) -> None:
    row = to_row(head)
    statement = insert(tables.plant).values(row)
    changed = {column: statement.excluded[column] for column in row if column != "code"}
    conn.execute(
        statement.on_conflict_do_update(
            index_elements=["code"],
            set_=changed | {"revision": tables.plant.c.revision + 1, "changed_at": func.now()},
        )
    )


def _revise(conn: Connection, code: str) -> None:
    table = tables.plant
    revised = table.update().where(table.c.code == code).values(revision=table.c.revision + 1, changed_at=func.now())
    if conn.execute(revised).rowcount == 0:
        raise UnknownPlantError(f"no plant {code!r}")


def _upsert(conn: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    # In one order always: two imports at once must not lock each other's rows crosswise.
    for row in sorted(rows, key=lambda row: str(row["code"])):
        statement = insert(table).values(row)
        conn.execute(statement.on_conflict_do_update(index_elements=["code"], set_=row))


def _insert(conn: Connection, code: str, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        conn.execute(table.insert(), [row | {"plant": code} for row in rows])
