"""Packed tracks: all channels of a chunk in one column; what is stored is packed anew and kept."""

from __future__ import annotations

from typing import Any

import numpy as np
import sqlalchemy as sa
from alembic import op

from gis.frames import SiteFrame
from gis.store.arrays import array_bytes
from gis.store.packing import SETTLED_LEVEL, Unpacked, packed
from gis.store.paths import TrackChunk, encode_paths

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

CHANNELS = ("sigma_x", "sigma_y", "correlation", "vx_mmps", "vy_mmps")
ROWS = 2000
HEAD_BYTES = 13


def upgrade() -> None:
    """Add the new columns, fill them, drop the old ones."""
    op.add_column("track_chunk", sa.Column("fixes", sa.Integer()))
    op.add_column("track_chunk", sa.Column("channels", sa.LargeBinary()))
    _drop_path_index()
    # Packed already; and out of the row, so that a search through rows does not wade through paths.
    op.execute("ALTER TABLE track_chunk ALTER channels SET STORAGE EXTERNAL")
    op.execute("ALTER TABLE track_chunk ALTER path SET STORAGE EXTENDED")
    for part, rows in _rows("path::bytea AS path, p_still, status, reasons, " + ", ".join(CHANNELS)):
        for plant in {row.plant for row in rows}:
            some = [row for row in rows if row.plant == plant]
            frame = _frame(plant, some[0].path)
            chunks = [_old_chunk(row, frame) for row in some]
            values = [
                (len(chunk), channels, path, row.plant, row.subject, row.from_ns, row.tag)
                for row, chunk, channels, path in zip(
                    some, chunks, packed(chunks, frame, SETTLED_LEVEL), encode_paths(chunks, frame), strict=True
                )
            ]
            op.get_bind().exec_driver_sql(
                f'UPDATE "{part}" SET fixes = %s, channels = %s, path = %b::bytea::geometry'  # noqa: S608 - a partition's name
                " WHERE plant = %s AND subject = %s AND from_ns = %s AND tag = %s",
                values,
            )
    for column in (*CHANNELS, "p_still", "status", "reasons"):
        op.drop_column("track_chunk", column)
    op.alter_column("track_chunk", "fixes", nullable=False)
    op.alter_column("track_chunk", "channels", nullable=False)
    _create_path_index()


def downgrade() -> None:
    """The old columns again, filled from the new one."""
    _drop_path_index()
    for column in CHANNELS:
        op.add_column("track_chunk", sa.Column(column, sa.ARRAY(sa.SmallInteger())))
    for column in ("p_still", "status"):
        op.add_column("track_chunk", sa.Column(column, sa.LargeBinary()))
    op.add_column("track_chunk", sa.Column("reasons", sa.ARRAY(sa.Integer())))
    for part, rows in _rows("path::bytea AS path, channels"):
        for row in rows:
            fixes = Unpacked([row.channels], _frame(row.plant, row.path))
            sigma = np.sqrt(fixes.cov_m2[:, [0, 2]])
            codes = np.clip(np.round(1000.0 * np.log(sigma / 1e-3)), -32767, 32767)
            rho = np.round(np.clip(fixes.cov_m2[:, 1] / (sigma[:, 0] * sigma[:, 1]), -1, 1) * 32767)
            speed = np.clip(np.round(fixes.velocity_mps * 1000), -32767, 32767)
            arrays = [
                array_bytes(a.astype(np.int16)) for a in (codes[:, 0], codes[:, 1], rho, speed[:, 0], speed[:, 1])
            ]
            op.get_bind().exec_driver_sql(
                f'UPDATE "{part}" SET sigma_x = %s, sigma_y = %s, correlation = %s, vx_mmps = %s, vy_mmps = %s,'  # noqa: S608 - as above
                " p_still = %s, status = %s, reasons = %s"
                " WHERE plant = %s AND subject = %s AND from_ns = %s AND tag = %s",
                (
                    *(np.frombuffer(a[20:], np.dtype([("n", ">i4"), ("v", ">i2")]))["v"].tolist() for a in arrays),
                    np.round(fixes.p_still * 255).astype(np.uint8).tobytes(),
                    fixes.status.tobytes(),
                    fixes.reasons.view(np.int32).tolist(),
                    *(row.plant, row.subject, row.from_ns, row.tag),
                ),
            )
    for column in (*CHANNELS, "p_still", "status", "reasons"):
        op.alter_column("track_chunk", column, nullable=False)
        op.execute(f"ALTER TABLE track_chunk ALTER {column} SET STORAGE MAIN")
    op.execute("ALTER TABLE track_chunk ALTER path SET STORAGE MAIN")
    op.drop_column("track_chunk", "channels")
    op.drop_column("track_chunk", "fixes")
    _create_path_index()


def _drop_path_index() -> None:
    """The index must not see `SET STORAGE`: PostgreSQL hands the storage of the path on to the index's boxes.

    These would then be packed with short heads, which PostGIS 3.3 does not expect: it reads past them and falls.
    """
    op.drop_index("track_chunk_path_idx", "track_chunk")


def _create_path_index() -> None:
    op.create_index(
        "track_chunk_path_idx",
        "track_chunk",
        ["path"],
        postgresql_using="gist",
        postgresql_ops={"path": "gist_geometry_ops_nd"},
    )


def _rows(columns: str) -> Any:
    """(partition, some of its rows), all of them in the end."""
    connection = op.get_bind()
    parts = connection.execute(
        sa.text("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'track_chunk'::regclass ORDER BY 1")
    ).scalars()
    for part in parts.all():
        after = ("", "", -(2**63), "")
        query = sa.text(
            f"SELECT plant, subject, from_ns, to_ns, tag, first_seq, last_seq, {columns} FROM {part}"  # noqa: S608 - as above
            " WHERE (plant, subject, from_ns, tag) > (:plant, :subject, :from_ns, :tag)"
            f" ORDER BY plant, subject, from_ns, tag LIMIT {ROWS}"
        )
        while rows := connection.execute(
            query, dict(zip(("plant", "subject", "from_ns", "tag"), after, strict=True))
        ).all():
            yield part, rows
            after = (rows[-1].plant, rows[-1].subject, rows[-1].from_ns, rows[-1].tag)


def _frame(plant: str, path: bytes) -> SiteFrame:
    """The plant's site frame; where its records are gone, one about the path."""
    origin = (
        op.get_bind()
        .execute(sa.text("SELECT origin_lon, origin_lat FROM plant WHERE code = :plant"), {"plant": plant})
        .first()
    )
    if origin is not None:
        return SiteFrame(origin.origin_lon, origin.origin_lat)
    lon, lat = np.frombuffer(path, "<f8", offset=HEAD_BYTES, count=2).tolist()
    return SiteFrame(round(lon, 2), round(lat, 2))


def _old_chunk(row: Any, frame: SiteFrame) -> TrackChunk:
    """A row as the first migration's layout held it."""
    n = len(row.status)
    points = np.frombuffer(row.path, "<f8", offset=HEAD_BYTES, count=4 * n).reshape(n, 4)
    t_ns = np.round(points[:, 3] * 1000.0).astype(np.int64) * 1_000_000
    t_ns[0], t_ns[-1] = row.from_ns, row.to_ns
    sigma = [1e-3 * np.exp(np.array(code, float) / 1000.0) for code in (row.sigma_x, row.sigma_y)]
    rho = np.array(row.correlation, float) / 32767
    return TrackChunk(
        subject=row.subject,
        tag_id=row.tag,
        t_ns=t_ns,
        xyz_m=np.column_stack([*frame.to_site(points[:, 0], points[:, 1]), points[:, 2]]),
        cov_m2=np.column_stack([sigma[0] ** 2, rho * sigma[0] * sigma[1], sigma[1] ** 2]),
        velocity_mps=np.column_stack([row.vx_mmps, row.vy_mmps]) / 1000.0,
        p_still=np.frombuffer(row.p_still, np.uint8) / 255.0,
        status=np.frombuffer(row.status, np.uint8),
        reasons=np.array(row.reasons, np.int32).view(np.uint32),
        first_seq=row.first_seq,
        last_seq=row.last_seq,
    )
