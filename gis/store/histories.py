"""Tables of what happened: tracks, readings and the journal, each partitioned by UTC day, and what is derived from it.

Partitions are made by `gis.store.partitions` through the database function `ensure_history_day`, which runs with the
owner's rights: a writer needs SELECT, INSERT and UPDATE, never the right to create tables. Nothing here refers to a
plant's records by foreign key: a history outlives the records it speaks of.
"""

from __future__ import annotations

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Double,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    Table,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import BYTEA, JSONB

from gis.store.tables import metadata

track_chunk = Table(
    "track_chunk",
    metadata,
    Column("plant", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("from_ns", BigInteger, primary_key=True),
    # A subject may carry two tags whose chunks begin at the same instant.
    Column("tag", Text, primary_key=True),
    Column("to_ns", BigInteger, nullable=False),
    Column("first_seq", BigInteger, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("fixes", Integer, nullable=False),
    # lon, lat, metres above the site plane, epoch seconds. A single fix is stored twice: a line needs two points.
    Column("path", Geometry("LINESTRINGZM", srid=4326, dimension=4, spatial_index=False), nullable=False),
    # Every fix with all its qualities: `gis.store.packing`.
    Column("channels", BYTEA, nullable=False),
    postgresql_partition_by="RANGE (from_ns)",
)
Index(
    "track_chunk_path_idx", track_chunk.c.path, postgresql_using="gist", postgresql_ops={"path": "gist_geometry_ops_nd"}
)
Index("track_chunk_time_idx", track_chunk.c.plant, track_chunk.c.from_ns)

reading = Table(
    "reading",
    metadata,
    Column("plant", Text, primary_key=True),
    Column("sensor", Text, primary_key=True),
    Column("t_ns", BigInteger, primary_key=True),
    Column("value", Double, nullable=False),
    # Index into gis.store.readings.QUALITIES.
    Column("quality", SmallInteger, nullable=False),
    postgresql_partition_by="RANGE (t_ns)",
)

journal = Table(
    "journal",
    metadata,
    Column("plant", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("t_ns", BigInteger, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    # The alarm an entry is about, if any: the whole story of one alarm is one look-up.
    Column("alarm", Text),
    Column("body", JSONB, nullable=False),
    # Its place in the plant's chain, and the hash over itself and the hash before it (gis.store.journal_chain).
    Column("link", BigInteger, nullable=False),
    Column("hash", BYTEA, nullable=False),
    postgresql_partition_by="RANGE (t_ns)",
)
Index("journal_link_idx", journal.c.plant, journal.c.link)
Index("journal_time_idx", journal.c.plant, journal.c.t_ns)
Index(
    "journal_alarm_idx", journal.c.plant, journal.c.alarm, journal.c.seq, postgresql_where=journal.c.alarm.is_not(None)
)
Index("journal_gap_idx", journal.c.plant, journal.c.t_ns, postgresql_where=journal.c.kind == "gap")

journal_head = Table(
    "journal_head",
    metadata,
    Column("plant", Text, primary_key=True),
    Column("link", BigInteger, nullable=False),
    Column("hash", BYTEA, nullable=False),
)

# What of which day lies in which archive file (gis.store.archives).
archived_day = Table(
    "archived_day",
    metadata,
    Column("plant", Text, primary_key=True),
    Column("history", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    # written: the file is there and the rows still are; archived: the rows are gone; attached: they are back.
    Column("state", Text, nullable=False),
    # Below the archive's directory.
    Column("file", Text, nullable=False),
    Column("sha256", BYTEA, nullable=False),
    Column("file_bytes", BigInteger, nullable=False),
    Column("row_count", BigInteger, nullable=False),
    # Sum of the hashes of the rows, by the database function `history_day_digest`.
    Column("digest", Numeric, nullable=False),
    # Of the journal: [first link, hash before it, last link, its hash] of each stretch of the chain. Else empty.
    Column("links", JSONB, nullable=False),
    Column("changed_ns", BigInteger, nullable=False),
)

crossing = Table(
    "crossing",
    metadata,
    Column("plant", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("t_ns", BigInteger, nullable=False),
    Column("subject", Text, nullable=False),
    Column("fence", Text, nullable=False),
    Column("fence_version", Integer, nullable=False),
    Column("direction", Text, nullable=False),
    Column("body", JSONB, nullable=False),
)
Index("crossing_time_idx", crossing.c.plant, crossing.c.t_ns, crossing.c.seq)
Index("crossing_subject_idx", crossing.c.plant, crossing.c.subject, crossing.c.t_ns)

# From an entry into a fence to the next crossing of the same subject and fence: who was inside at an instant.
stay = Table(
    "stay",
    metadata,
    Column("plant", Text, primary_key=True),
    # Of the crossing in.
    Column("seq", BigInteger, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("fence", Text, nullable=False),
    Column("from_ns", BigInteger, nullable=False),
    Column("until_ns", BigInteger),
)
Index("stay_pair_idx", stay.c.plant, stay.c.subject, stay.c.fence, stay.c.from_ns)
Index("stay_time_idx", func.int8range(stay.c.from_ns, stay.c.until_ns), postgresql_using="gist")

alarm = Table(
    "alarm",
    metadata,
    Column("plant", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    # Of the newest journal entry folded in: an older one that arrives later changes nothing.
    Column("seq", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("raised_ns", BigInteger, nullable=False),
    Column("changed_ns", BigInteger, nullable=False),
    Column("subject", Text, nullable=False),
    Column("fence", Text),
    Column("body", JSONB, nullable=False),
)
Index("alarm_raised_idx", alarm.c.plant, alarm.c.raised_ns, alarm.c.id)
Index("alarm_open_idx", alarm.c.plant, postgresql_where=alarm.c.open)
# When an alarm that is over was not over yet.
Index(
    "alarm_stood_idx",
    func.int8range(alarm.c.raised_ns, func.greatest(alarm.c.raised_ns, alarm.c.changed_ns)),
    postgresql_using="gist",
    postgresql_where=~alarm.c.open,
)

muster = Table(
    "muster",
    metadata,
    Column("plant", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    # Of the newest journal entry folded in.
    Column("seq", BigInteger, nullable=False),
    Column("started_ns", BigInteger, nullable=False),
    Column("ended_ns", BigInteger),
    Column("body", JSONB, nullable=False),
)
Index("muster_started_idx", muster.c.plant, muster.c.started_ns, muster.c.id)
