"""Plant records and histories."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# A partition is made whole and then attached, so that nobody who writes or reads has to wait for it.
ENSURE_DAY = """
CREATE FUNCTION ensure_history_day(history regclass, day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    part text := history::text || '_' || to_char(day, 'YYYYMMDD');
    first_ns bigint := (day - date '1970-01-01')::bigint * 86400000000000;
BEGIN
    IF history::text NOT IN ('track_chunk', 'reading', 'journal') THEN
        RAISE EXCEPTION '% is no history', history;
    END IF;
    IF EXISTS (
        SELECT FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid WHERE inhparent = history AND relname = part
    ) THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('ensure_history_day'), hashtext(part));
    -- Asked of the catalogue with a new snapshot: to_regclass may still remember that there was no such table.
    IF EXISTS (
        SELECT FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid WHERE inhparent = history AND relname = part
    ) THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE %s INCLUDING ALL)', part, history);
    EXECUTE format('ALTER TABLE %s ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)',
                   history, part, first_ns, first_ns + 86400000000000);
END
$$
"""


def upgrade() -> None:
    """Create everything."""
    for extension in ("postgis", "btree_gist"):
        op.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    op.create_table(
        "alarm",
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("raised_ns", sa.BigInteger(), nullable=False),
        sa.Column("changed_ns", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("fence", sa.Text(), nullable=True),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("plant", "id", name="alarm_pkey"),
    )
    op.create_index("alarm_open_idx", "alarm", ["plant"], unique=False, postgresql_where=sa.text("open"))
    op.create_index("alarm_raised_idx", "alarm", ["plant", "raised_ns", "id"], unique=False)
    op.create_table(
        "crossing",
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("t_ns", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("fence", sa.Text(), nullable=False),
        sa.Column("fence_version", sa.Integer(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("plant", "seq", name="crossing_pkey"),
    )
    op.create_index("crossing_subject_idx", "crossing", ["plant", "subject", "t_ns"], unique=False)
    op.create_index("crossing_time_idx", "crossing", ["plant", "t_ns", "seq"], unique=False)
    op.create_table(
        "enterprise",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="enterprise_pkey"),
    )
    op.create_table(
        "journal",
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("t_ns", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("alarm", sa.Text(), nullable=True),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("plant", "seq", "t_ns", name="journal_pkey"),
        postgresql_partition_by="RANGE (t_ns)",
    )
    op.create_index(
        "journal_alarm_idx",
        "journal",
        ["plant", "alarm", "seq"],
        unique=False,
        postgresql_where=sa.text("alarm IS NOT NULL"),
    )
    op.create_index("journal_time_idx", "journal", ["plant", "t_ns"], unique=False)
    op.create_table(
        "reading",
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("sensor", sa.Text(), nullable=False),
        sa.Column("t_ns", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("quality", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("plant", "sensor", "t_ns", name="reading_pkey"),
        postgresql_partition_by="RANGE (t_ns)",
    )
    op.create_table(
        "region",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name="region_pkey"),
    )
    op.create_table(
        "track_chunk",
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("from_ns", sa.BigInteger(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("to_ns", sa.BigInteger(), nullable=False),
        sa.Column("first_seq", sa.BigInteger(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("path", Geometry("LINESTRINGZM", srid=4326, dimension=4, spatial_index=False), nullable=False),
        sa.Column("sigma_x", sa.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("sigma_y", sa.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("correlation", sa.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("vx_mmps", sa.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("vy_mmps", sa.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("p_still", postgresql.BYTEA(), nullable=False),
        sa.Column("status", postgresql.BYTEA(), nullable=False),
        sa.Column("reasons", sa.ARRAY(sa.Integer()), nullable=False),
        sa.PrimaryKeyConstraint("plant", "subject", "from_ns", "tag", name="track_chunk_pkey"),
        postgresql_partition_by="RANGE (from_ns)",
    )
    op.create_index(
        "track_chunk_path_idx",
        "track_chunk",
        ["path"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={"path": "gist_geometry_ops_nd"},
    )
    op.create_index("track_chunk_time_idx", "track_chunk", ["plant", "from_ns"], unique=False)
    op.create_table(
        "plant",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("enterprise", sa.Text(), nullable=False),
        sa.Column("origin_lon", sa.Double(), nullable=False),
        sa.Column("origin_lat", sa.Double(), nullable=False),
        sa.Column("origin_height_m", sa.Double(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("boundary", Geometry("GEOMETRY", srid=4326, spatial_index=False), nullable=False),
        sa.Column("home_bearing_deg", sa.Double(), nullable=False),
        sa.Column("fictional", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["enterprise"], ["enterprise.code"], name="plant_enterprise_fkey"),
        sa.PrimaryKeyConstraint("code", name="plant_pkey"),
    )
    op.create_index("plant_boundary_idx", "plant", ["boundary"], unique=False, postgresql_using="gist")
    op.create_table(
        "camera",
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("x_m", sa.Double(), nullable=False),
        sa.Column("y_m", sa.Double(), nullable=False),
        sa.Column("z_m", sa.Double(), nullable=False),
        sa.Column("heading_deg", sa.Double(), nullable=False),
        sa.Column("tilt_deg", sa.Double(), nullable=False),
        sa.Column("hfov_deg", sa.Double(), nullable=False),
        sa.Column("width_px", sa.Integer(), nullable=False),
        sa.Column("height_px", sa.Integer(), nullable=False),
        sa.Column("reach_m", sa.Double(), nullable=False),
        sa.Column("valid_from_ns", sa.BigInteger(), nullable=False),
        sa.Column("valid_to_ns", sa.BigInteger(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("plant"), "="),
            (sa.column("code"), "="),
            (sa.literal_column("int8range(valid_from_ns, valid_to_ns)"), "&&"),
            using="gist",
            name="camera_versions_excl",
        ),
        sa.CheckConstraint("valid_to_ns > valid_from_ns", name="camera_validity_check"),
        sa.ForeignKeyConstraint(["plant"], ["plant.code"], name="camera_plant_fkey", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("plant", "code", "version", name="camera_pkey"),
    )
    op.create_table(
        "engine",
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("z_offset_m", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["plant"], ["plant.code"], name="engine_plant_fkey", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("plant", "code", name="engine_pkey"),
    )
    op.create_table(
        "fence",
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("geometry", Geometry("GEOMETRY", srid=4326, spatial_index=False), nullable=False),
        sa.Column("z_min_m", sa.Double(), nullable=False),
        sa.Column("z_max_m", sa.Double(), nullable=False),
        sa.Column("colour", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("allow_roles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("allow_teams", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("allow_persons", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("allow_vehicles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("enter_probability", sa.Double(), nullable=False),
        sa.Column("exit_probability", sa.Double(), nullable=False),
        sa.Column("confirm_fixes", sa.Integer(), nullable=False),
        sa.Column("valid_from_ns", sa.BigInteger(), nullable=False),
        sa.Column("valid_to_ns", sa.BigInteger(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("plant"), "="),
            (sa.column("code"), "="),
            (sa.literal_column("int8range(valid_from_ns, valid_to_ns)"), "&&"),
            using="gist",
            name="fence_versions_excl",
        ),
        sa.CheckConstraint("valid_to_ns > valid_from_ns", name="fence_validity_check"),
        sa.ForeignKeyConstraint(["plant"], ["plant.code"], name="fence_plant_fkey", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("plant", "code", "version", name="fence_pkey"),
    )
    op.create_index("fence_geometry_idx", "fence", ["geometry"], unique=False, postgresql_using="gist")
    op.create_table(
        "level",
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("z_m", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["plant"], ["plant.code"], name="level_plant_fkey", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("plant", "code", name="level_pkey"),
    )
    op.create_table(
        "plant_region",
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["plant"], ["plant.code"], name="plant_region_plant_fkey", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["region"], ["region.code"], name="plant_region_region_fkey"),
        sa.PrimaryKeyConstraint("plant", "region", name="plant_region_pkey"),
    )
    op.create_table(
        "role",
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("glyph", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["plant"], ["plant.code"], name="role_plant_fkey", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("plant", "code", name="role_pkey"),
    )
    op.create_table(
        "shift",
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("start", sa.Text(), nullable=False),
        sa.Column("end", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["plant"], ["plant.code"], name="shift_plant_fkey", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("plant", "code", name="shift_pkey"),
    )
    op.create_table(
        "tag",
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("tag_kind", sa.Text(), nullable=False),
        sa.Column("carry_height_m", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["plant"], ["plant.code"], name="tag_plant_fkey", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("plant", "code", name="tag_pkey"),
    )
    op.create_table(
        "team",
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["plant"], ["plant.code"], name="team_plant_fkey", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("plant", "code", name="team_pkey"),
    )
    op.create_table(
        "vehicle",
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("vehicle_kind", sa.Text(), nullable=False),
        sa.Column("plate", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["plant"], ["plant.code"], name="vehicle_plant_fkey", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("plant", "code", name="vehicle_pkey"),
    )
    op.create_table(
        "zone",
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("colour", sa.Text(), nullable=False),
        sa.Column("geometry", Geometry("GEOMETRY", srid=4326, spatial_index=False), nullable=False),
        sa.Column("z_min_m", sa.Double(), nullable=False),
        sa.Column("z_max_m", sa.Double(), nullable=False),
        sa.Column("area_kind", sa.Text(), nullable=False),
        sa.Column("valid_from_ns", sa.BigInteger(), nullable=False),
        sa.Column("valid_to_ns", sa.BigInteger(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("plant"), "="),
            (sa.column("code"), "="),
            (sa.literal_column("int8range(valid_from_ns, valid_to_ns)"), "&&"),
            using="gist",
            name="zone_versions_excl",
        ),
        sa.CheckConstraint("valid_to_ns > valid_from_ns", name="zone_validity_check"),
        sa.ForeignKeyConstraint(["plant"], ["plant.code"], name="zone_plant_fkey", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("plant", "code", "version", name="zone_pkey"),
    )
    op.create_index("zone_geometry_idx", "zone", ["geometry"], unique=False, postgresql_using="gist")
    op.create_table(
        "asset",
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("geometry", Geometry("GEOMETRY", srid=4326, spatial_index=False), nullable=False),
        sa.Column("base_m", sa.Double(), nullable=False),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("attributes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["plant", "level"], ["level.plant", "level.code"], name="asset_plant_level_fkey"),
        sa.ForeignKeyConstraint(
            ["plant", "parent"],
            ["asset.plant", "asset.code"],
            name="asset_plant_parent_fkey",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["plant"], ["plant.code"], name="asset_plant_fkey", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("plant", "code", name="asset_pkey"),
    )
    op.create_index("asset_geometry_idx", "asset", ["geometry"], unique=False, postgresql_using="gist")
    op.create_index("asset_kind_idx", "asset", ["plant", "kind"], unique=False)
    op.create_table(
        "ground_control_point",
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("engine_x_m", sa.Double(), nullable=False),
        sa.Column("engine_y_m", sa.Double(), nullable=False),
        sa.Column("site_x_m", sa.Double(), nullable=False),
        sa.Column("site_y_m", sa.Double(), nullable=False),
        sa.Column("sigma_m", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["plant", "engine"],
            ["engine.plant", "engine.code"],
            name="ground_control_point_plant_engine_fkey",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["plant"], ["plant.code"], name="ground_control_point_plant_fkey", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("plant", "engine", "ordinal", name="ground_control_point_pkey"),
    )
    op.create_table(
        "person",
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("shift", sa.Text(), nullable=True),
        sa.Column("employer", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["plant", "role"], ["role.plant", "role.code"], name="person_plant_role_fkey"),
        sa.ForeignKeyConstraint(["plant", "shift"], ["shift.plant", "shift.code"], name="person_plant_shift_fkey"),
        sa.ForeignKeyConstraint(["plant", "team"], ["team.plant", "team.code"], name="person_plant_team_fkey"),
        sa.ForeignKeyConstraint(["plant"], ["plant.code"], name="person_plant_fkey", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("plant", "code", name="person_pkey"),
    )
    op.create_table(
        "sensor",
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("range_low", sa.Double(), nullable=False),
        sa.Column("range_high", sa.Double(), nullable=False),
        sa.Column("asset", sa.Text(), nullable=True),
        sa.Column("ll", sa.Double(), nullable=True),
        sa.Column("l", sa.Double(), nullable=True),
        sa.Column("h", sa.Double(), nullable=True),
        sa.Column("hh", sa.Double(), nullable=True),
        sa.Column("period_s", sa.Double(), nullable=False),
        sa.Column("valid_from_ns", sa.BigInteger(), nullable=False),
        sa.Column("valid_to_ns", sa.BigInteger(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("plant"), "="),
            (sa.column("code"), "="),
            (sa.literal_column("int8range(valid_from_ns, valid_to_ns)"), "&&"),
            using="gist",
            name="sensor_versions_excl",
        ),
        sa.CheckConstraint("valid_to_ns > valid_from_ns", name="sensor_validity_check"),
        sa.ForeignKeyConstraint(["plant", "asset"], ["asset.plant", "asset.code"], name="sensor_plant_asset_fkey"),
        sa.ForeignKeyConstraint(["plant"], ["plant.code"], name="sensor_plant_fkey", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("plant", "code", "version", name="sensor_pkey"),
    )
    op.create_table(
        "tag_assignment",
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("vehicle", sa.Text(), nullable=True),
        sa.Column("valid_from_ns", sa.BigInteger(), nullable=False),
        sa.Column("valid_to_ns", sa.BigInteger(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("plant"), "="),
            (sa.column("tag"), "="),
            (sa.literal_column("int8range(valid_from_ns, valid_to_ns)"), "&&"),
            using="gist",
            name="tag_assignment_versions_excl",
        ),
        sa.CheckConstraint("num_nonnulls(person, vehicle) = 1", name="tag_assignment_one_carrier_check"),
        sa.CheckConstraint("valid_to_ns > valid_from_ns", name="tag_assignment_validity_check"),
        sa.ForeignKeyConstraint(
            ["plant", "person"], ["person.plant", "person.code"], name="tag_assignment_plant_person_fkey"
        ),
        sa.ForeignKeyConstraint(["plant", "tag"], ["tag.plant", "tag.code"], name="tag_assignment_plant_tag_fkey"),
        sa.ForeignKeyConstraint(
            ["plant", "vehicle"], ["vehicle.plant", "vehicle.code"], name="tag_assignment_plant_vehicle_fkey"
        ),
        sa.ForeignKeyConstraint(["plant"], ["plant.code"], name="tag_assignment_plant_fkey", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("plant", "tag", "version", name="tag_assignment_pkey"),
    )
    op.execute(ENSURE_DAY)
    # A chunk is read whole or not at all: compressed within its row, it needs no second place.
    for channel in ("sigma_x", "sigma_y", "correlation", "vx_mmps", "vy_mmps", "p_still", "status", "reasons"):
        op.execute(f"ALTER TABLE track_chunk ALTER {channel} SET STORAGE MAIN")
    op.execute("REVOKE ALL ON FUNCTION ensure_history_day(regclass, date) FROM PUBLIC")


def downgrade() -> None:
    """Drop everything; the extensions stay, others may use them."""
    op.execute("DROP FUNCTION ensure_history_day")
    op.drop_table("tag_assignment")
    op.drop_table("sensor")
    op.drop_table("person")
    op.drop_table("ground_control_point")
    op.drop_index("asset_kind_idx", table_name="asset")
    op.drop_index("asset_geometry_idx", table_name="asset", postgresql_using="gist")
    op.drop_table("asset")
    op.drop_index("zone_geometry_idx", table_name="zone", postgresql_using="gist")
    op.drop_table("zone")
    op.drop_table("vehicle")
    op.drop_table("team")
    op.drop_table("tag")
    op.drop_table("shift")
    op.drop_table("role")
    op.drop_table("plant_region")
    op.drop_table("level")
    op.drop_index("fence_geometry_idx", table_name="fence", postgresql_using="gist")
    op.drop_table("fence")
    op.drop_table("engine")
    op.drop_table("camera")
    op.drop_index("plant_boundary_idx", table_name="plant", postgresql_using="gist")
    op.drop_table("plant")
    op.drop_index("track_chunk_time_idx", table_name="track_chunk")
    op.drop_index(
        "track_chunk_path_idx",
        table_name="track_chunk",
        postgresql_using="gist",
        postgresql_ops={"path": "gist_geometry_ops_nd"},
    )
    op.drop_table("track_chunk")
    op.drop_table("region")
    op.drop_table("reading")
    op.drop_index("journal_time_idx", table_name="journal")
    op.drop_index("journal_alarm_idx", table_name="journal", postgresql_where=sa.text("alarm IS NOT NULL"))
    op.drop_table("journal")
    op.drop_table("enterprise")
    op.drop_index("crossing_time_idx", table_name="crossing")
    op.drop_index("crossing_subject_idx", table_name="crossing")
    op.drop_table("crossing")
    op.drop_index("alarm_raised_idx", table_name="alarm")
    op.drop_index("alarm_open_idx", table_name="alarm", postgresql_where=sa.text("open"))
    op.drop_table("alarm")
