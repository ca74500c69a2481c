"""Tables of a plant's records. Geometry is EPSG:4326; times are UTC nanoseconds (bigint), as everywhere inside.

Versioned tables keep every version; an exclusion constraint keeps versions of one code from overlapping in time.
`ordinal` is the place of a record in its file, so that an export writes what an import read.
"""

from __future__ import annotations

from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    func,
    literal_column,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, ExcludeConstraint

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)


def _text(name: str, *, null: bool = False) -> Column[str]:
    return Column(name, Text, nullable=null)


def _number(name: str, *, null: bool = False) -> Column[float]:
    return Column(name, Double, nullable=null)


def _whole(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False)


def _names() -> list[Column[str]]:
    return [_text("name_zh"), _text("name_en")]


def _geometry(kind: str = "GEOMETRY") -> Column[Any]:
    # The GiST index is declared apart so that migrations and models name it alike.
    return Column("geometry", Geometry(kind, srid=4326, spatial_index=False), nullable=False)


def _owned(name: str, *parts: Any) -> Table:
    """A table whose rows belong to one plant and are keyed by their code."""
    return Table(name, metadata, _owner(), Column("code", Text, primary_key=True), _whole("ordinal"), *parts)


def _owner() -> Column[str]:
    return Column("plant", Text, ForeignKey("plant.code", ondelete="CASCADE"), primary_key=True)


def _validity(table: str, *key: str) -> list[Any]:
    overlap = [(name, "=") for name in ("plant", *key)]
    return [
        Column("valid_from_ns", BigInteger, nullable=False),
        Column("valid_to_ns", BigInteger),
        CheckConstraint("valid_to_ns > valid_from_ns", name="validity"),
        ExcludeConstraint(
            *overlap,
            (literal_column("int8range(valid_from_ns, valid_to_ns)"), "&&"),
            name=f"{table}_versions_excl",
            using="gist",
        ),
    ]


def _versioned(name: str, *parts: Any) -> Table:
    """A table that keeps every version of its records."""
    return Table(
        name,
        metadata,
        _owner(),
        Column("code", Text, primary_key=True),
        Column("version", Integer, primary_key=True),
        _whole("ordinal"),
        *parts,
        *_validity(name, "code"),
    )


def _refers(column: str, table: str, *, later: bool = False) -> ForeignKeyConstraint:
    """A reference to another record of the same plant; `later` checks at commit."""
    return ForeignKeyConstraint(
        ["plant", column],
        [f"{table}.plant", f"{table}.code"],
        deferrable=later or None,
        initially="DEFERRED" if later else None,
    )


region = Table("region", metadata, Column("code", Text, primary_key=True), *_names(), Column("parent", Text))
enterprise = Table("enterprise", metadata, Column("code", Text, primary_key=True), *_names(), _text("region"))
plant = Table(
    "plant",
    metadata,
    Column("code", Text, primary_key=True),
    *_names(),
    Column("enterprise", Text, ForeignKey("enterprise.code"), nullable=False),
    _number("origin_lon"),
    _number("origin_lat"),
    _number("origin_height_m"),
    _text("timezone"),
    Column("boundary", Geometry("GEOMETRY", srid=4326, spatial_index=False), nullable=False),
    _number("home_bearing_deg"),
    Column("fictional", Boolean, nullable=False),
    Column("revision", BigInteger, nullable=False, server_default="1"),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
Index("plant_boundary_idx", plant.c.boundary, postgresql_using="gist")
plant_region = Table(
    "plant_region",
    metadata,
    _owner(),
    Column("region", Text, ForeignKey("region.code"), primary_key=True),
    _whole("ordinal"),
)

level = _owned("level", *_names(), _number("z_m"))
engine = _owned("engine", *_names(), _number("z_offset_m"))
ground_control_point = Table(
    "ground_control_point",
    metadata,
    _owner(),
    Column("engine", Text, primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    _number("engine_x_m"),
    _number("engine_y_m"),
    _number("site_x_m"),
    _number("site_y_m"),
    _number("sigma_m"),
    ForeignKeyConstraint(["plant", "engine"], ["engine.plant", "engine.code"], ondelete="CASCADE"),
)
asset = _owned(
    "asset",
    *_names(),
    _text("kind"),
    _geometry(),
    _number("base_m"),
    _text("level", null=True),
    _text("parent", null=True),
    _text("model", null=True),
    Column("attributes", JSONB, nullable=False),
    _refers("level", "level"),
    _refers("parent", "asset", later=True),
)
Index("asset_geometry_idx", asset.c.geometry, postgresql_using="gist")
Index("asset_kind_idx", asset.c.plant, asset.c.kind)

zone = _versioned(
    "zone", *_names(), _text("colour"), _geometry(), _number("z_min_m"), _number("z_max_m"), _text("area_kind")
)
Index("zone_geometry_idx", zone.c.geometry, postgresql_using="gist")
fence = _versioned(
    "fence",
    *_names(),
    _text("purpose"),
    _geometry(),
    _number("z_min_m"),
    _number("z_max_m"),
    _text("colour"),
    _whole("priority"),
    *(Column(f"allow_{who}", ARRAY(Text), nullable=False) for who in ("roles", "teams", "persons", "vehicles")),
    _number("enter_probability"),
    _number("exit_probability"),
    _whole("confirm_fixes"),
    _number("confirm_s", null=True),
    _text("level", null=True),
    Column("schedule", JSONB, nullable=False),
    Column("rules", JSONB, nullable=False),
    Column("drawn", JSONB(none_as_null=True)),
    _text("author"),
    _text("reason"),
)
Index("fence_geometry_idx", fence.c.geometry, postgresql_using="gist")
fence_retirement = Table(
    "fence_retirement",
    metadata,
    _owner(),
    Column("code", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("t_ns", BigInteger, nullable=False),
    _text("author"),
    _text("reason"),
)
fence_draft = Table(
    "fence_draft",
    metadata,
    _owner(),
    *(Column(part, Text, primary_key=True) for part in ("code", "author", "desk")),
    Column("base_version", Integer),
    Column("body", JSONB, nullable=False),
    Column("changed_ns", BigInteger, nullable=False),
)

patrol = _owned(
    "patrol",
    *_names(),
    Column("points", JSONB, nullable=False),
    Column("windows", JSONB, nullable=False),
    _number("grace_s"),
    Column("ordered", Boolean, nullable=False),
    Column("persons", ARRAY(Text), nullable=False),
    Column("teams", ARRAY(Text), nullable=False),
)

role = _owned("role", *_names(), _text("glyph"), _text("kind"))
team = _owned("team", *_names())
shift = _owned("shift", *_names(), _text("start"), _text("end"))
person = _owned(
    "person",
    *_names(),
    _text("role"),
    _text("team", null=True),
    _text("shift", null=True),
    _text("employer", null=True),
    _refers("role", "role"),
    _refers("team", "team"),
    _refers("shift", "shift"),
)
vehicle = _owned("vehicle", *_names(), _text("vehicle_kind"), _text("plate", null=True))
tag = _owned("tag", _text("tag_kind"), _number("carry_height_m"))
tag_assignment = Table(
    "tag_assignment",
    metadata,
    _owner(),
    Column("tag", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    _whole("ordinal"),
    _text("person", null=True),
    _text("vehicle", null=True),
    CheckConstraint("num_nonnulls(person, vehicle) = 1", name="one_carrier"),
    *_validity("tag_assignment", "tag"),
    _refers("tag", "tag"),
    _refers("person", "person"),
    _refers("vehicle", "vehicle"),
)
sensor = _versioned(
    "sensor",
    *_names(),
    _text("quantity"),
    _text("unit"),
    _number("range_low"),
    _number("range_high"),
    _text("asset", null=True),
    *(_number(limit, null=True) for limit in ("ll", "l", "h", "hh")),
    _number("period_s"),
    _refers("asset", "asset"),
)
camera = _versioned(
    "camera",
    *_names(),
    *(_number(name) for name in ("x_m", "y_m", "z_m", "heading_deg", "tilt_deg", "hfov_deg")),
    _whole("width_px"),
    _whole("height_px"),
    _number("reach_m"),
)

# Every hazardous establishment of a region, whether a plant of ours or not: points for a map of the region.
establishment = Table(
    "establishment",
    metadata,
    Column("code", Text, primary_key=True),
    *_names(),
    _text("region"),
    _text("colour"),
    _geometry("POINT"),
    # Place on the square of web maps, 0 to 1 from the west and from the north: a grid at any zoom is a multiplication.
    _number("u"),
    _number("v"),
)
Index("establishment_geometry_idx", establishment.c.geometry, postgresql_using="gist")
