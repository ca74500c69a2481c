"""GeoParquet 1.1 (pure: bytes in memory): one row a fix, a point with height, written a row group at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from twin.exchange.runs import STATUS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twin.exchange.runs import Run
    from twin.exchange.track_writer import About, Traveller

_GEO = {
    "version": "1.1.0",
    "primary_column": "geometry",
    # Without `crs` a column is OGC:CRS84, says the specification.
    "columns": {"geometry": {"encoding": "WKB", "geometry_types": ["Point Z"]}},
}
_TEXT = pa.dictionary(pa.int32(), pa.string())
_FIELDS = [
    pa.field("subject", _TEXT, nullable=False),
    pa.field("kind", _TEXT),
    pa.field("name_zh", _TEXT),
    pa.field("name_en", _TEXT),
    pa.field("tag", _TEXT),
    pa.field("run", pa.int32()),
    pa.field("t", pa.timestamp("ms", tz="UTC")),
    pa.field("z_m", pa.float64()),
    pa.field("x_m", pa.float64()),
    pa.field("y_m", pa.float64()),
    pa.field("speed_mps", pa.float32()),
    pa.field("r95_m", pa.float32()),
    pa.field("p_still", pa.float32()),
    pa.field("status", _TEXT),
    pa.field("geometry", pa.binary()),
]


class _Sink:
    """A file that hands out what was written to it."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._length = 0
        self.closed = False

    def write(self, data: bytes) -> int:
        """Take some bytes."""
        taken = bytes(data)
        self._parts.append(taken)
        self._length += len(taken)
        return len(taken)

    def tell(self) -> int:
        """Bytes written so far."""
        return self._length

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """No more."""
        self.closed = True

    def taken(self) -> bytes:
        """What was written since the last call."""
        parts, self._parts = self._parts, []
        return b"".join(parts)


class GeoParquet:
    """One file, compressed with Zstandard."""

    media = "application/vnd.apache.parquet"
    suffix = "parquet"

    def __init__(self) -> None:
        self._sink = _Sink()
        self._writer: pq.ParquetWriter | None = None
        self._schema: pa.Schema | None = None

    def begin(self, about: About) -> bytes:
        """The file's first bytes."""
        told = {
            "plant": about.plant,
            "from": about.begin,
            "to": about.end,
            "quality": about.quality,
            "gaps": list(about.gaps),
        }
        metadata = {"geo": msgspec.json.encode(_GEO), "plant_twin": msgspec.json.encode(told)}
        self._schema = pa.schema(_FIELDS, metadata=metadata)
        self._writer = pq.ParquetWriter(self._sink, self._schema, compression="zstd")
        return self._sink.taken()

    def runs(self, runs: Sequence[Run], who: Traveller) -> bytes:
        """The fixes of some runs as one row group."""
        assert self._writer is not None
        kept = [run.part(slice(1, None)) if run.goes_on else run for run in runs]
        if not sum(map(len, kept)):
            return b""
        lonlat = np.concatenate([run.lonlat for run in kept])
        xyz = np.concatenate([run.xyz_m for run in kept])
        lengths = [len(run) for run in kept]
        rows = sum(lengths)

        def same(text: str) -> pa.Array:
            return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), pa.array([text]))

        status = np.concatenate([run.status for run in kept]).astype(np.int32)
        tags = sorted({run.tag for run in kept})
        columns = [
            same(kept[0].subject),
            same(who.kind),
            same(who.name_zh),
            same(who.name_en),
            pa.DictionaryArray.from_arrays(
                pa.array(np.repeat([tags.index(run.tag) for run in kept], lengths).astype(np.int32)), pa.array(tags)
            ),
            pa.array(np.repeat([run.number for run in kept], lengths).astype(np.int32)),
            pa.array(np.concatenate([run.t_ms for run in kept])).cast(pa.timestamp("ms", tz="UTC")),
            pa.array(xyz[:, 2]),
            pa.array(xyz[:, 0]),
            pa.array(xyz[:, 1]),
            *(
                pa.array(np.concatenate([getattr(run, name) for run in kept]).astype(np.float32))
                for name in ("speed_mps", "r95_m", "p_still")
            ),
            pa.DictionaryArray.from_arrays(pa.array(status), pa.array(STATUS)),
            pa.array(shapely.to_wkb(shapely.points(lonlat[:, 0], lonlat[:, 1], xyz[:, 2])), pa.binary()),
        ]
        self._writer.write_table(pa.Table.from_arrays(columns, schema=self._schema))
        return self._sink.taken()

    def end(self) -> bytes:
        """The file's footer."""
        assert self._writer is not None
        self._writer.close()
        return self._sink.taken()
