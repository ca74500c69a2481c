"""Tracks as files of others: MF-JSON, GeoJSON, CSV and GeoParquet, piece by piece (pure: runs in, bytes out).

Every format writes runs, so no line is drawn over a gap; what the twin knows it lost is named in `gaps` of the JSON
formats and in the metadata of GeoParquet.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from twin.exchange.runs import STATUS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from twin.exchange.runs import Run
    from twin.exchange.track_writer import About, TrackWriter, Traveller

CRS84_URN = "urn:ogc:def:crs:OGC:1.3:CRS84"
FORMATS = ("mf-json", "geojson", "csv", "geoparquet")
COLUMNS = (
    "subject", "kind", "name_zh", "name_en", "tag", "run", "t", "lon", "lat", "z_m", "x_m", "y_m", "speed_mps", "r95_m",
    "p_still", "status",
)  # fmt: skip


def writer(name: str) -> TrackWriter:
    """The writer of one of `FORMATS`."""
    if name == "geoparquet":
        # 150 MB of libraries that nobody pays for who writes none.
        from twin.exchange.geoparquet import GeoParquet  # noqa: PLC0415

        return GeoParquet()
    kinds: dict[str, type[TrackWriter]] = {"mf-json": MfJson, "geojson": GeoJson, "csv": Csv}
    return kinds[name]()


def iso_texts(t_ms: NDArray[np.int64], zone: str = "Z") -> list[str]:
    """Instants as ISO 8601 with milliseconds."""
    texts: list[str] = np.datetime_as_string(t_ms.astype("datetime64[ms]"), unit="ms").tolist()
    return [text + zone for text in texts]


def moving_point(run: Run) -> dict[str, Any]:
    """A run as MF-JSON (OGC 19-045r3, Trajectory).

    Times end in +00:00 and not in Z: MEOS, which most readers of MF-JSON are built on, reads no Z.
    """
    return {
        "type": "MovingPoint",
        "datetimes": iso_texts(run.t_ms, "+00:00"),
        "coordinates": np.column_stack([run.lonlat, run.xyz_m[:, 2]]).tolist(),
        "interpolation": "Linear" if len(run) > 1 else "Discrete",
    }


def temporal_properties(run: Run) -> dict[str, Any]:
    """What else is known of each fix, as an MF-JSON group of temporal properties."""
    return {
        "datetimes": iso_texts(run.t_ms, "+00:00"),
        "r95_m": {"type": "Measure", "form": "MTR", "values": finite(run.r95_m), "interpolation": "Linear"},
        "p_still": {"type": "Measure", "values": finite(run.p_still), "interpolation": "Linear"},
        "status": {"type": "Text", "values": [STATUS[code] for code in run.status], "interpolation": "Step"},
    }


def finite(values: NDArray[np.float64]) -> list[float | None]:
    """Numbers to the millimetre or thousandth; null for what is none."""
    return [value if np.isfinite(value) else None for value in values.round(3).tolist()]


class _Json:
    """What the two JSON formats share: a feature collection, one feature a run."""

    media = "application/geo+json"
    suffix = "geojson"

    def __init__(self) -> None:
        self._first = True

    def begin(self, about: About) -> bytes:
        """The beginning of the file."""
        head = {
            "type": "FeatureCollection",
            **self._frame(),
            "plant": about.plant,
            "from": about.begin,
            "to": about.end,
            "quality": about.quality,
            "gaps": list(about.gaps),
        }
        return msgspec.json.encode(head)[:-1] + b',"features":['

    def runs(self, runs: Sequence[Run], who: Traveller) -> bytes:
        """Some runs of one subject."""
        parts = []
        for run in runs:
            parts.append(b"\n" if self._first else b",\n")
            self._first = False
            parts.append(msgspec.json.encode(self._feature(run, who)))
        return b"".join(parts)

    def end(self) -> bytes:
        """The end of the file."""
        return b"\n]}\n"

    def _frame(self) -> dict[str, Any]:
        return {}

    def _feature(self, run: Run, who: Traveller) -> dict[str, Any]:
        raise NotImplementedError

    @staticmethod
    def _properties(run: Run, who: Traveller) -> dict[str, Any]:
        return {
            "subject": run.subject,
            "kind": who.kind,
            "name_zh": who.name_zh,
            "name_en": who.name_en,
            "tag": run.tag,
            "run": run.number,
            "goes_on": run.goes_on,
        }


class MfJson(_Json):
    """OGC Moving Features JSON, one feature a run."""

    suffix = "mf.json"

    def _frame(self) -> dict[str, Any]:
        return {
            "crs": {"type": "Name", "properties": {"name": CRS84_URN}},
            "trs": {"type": "Name", "properties": {"name": "urn:ogc:data:time:iso8601"}},
        }

    def _feature(self, run: Run, who: Traveller) -> dict[str, Any]:
        return {
            "type": "Feature",
            "id": f"{run.subject}/{run.id}",
            "temporalGeometry": moving_point(run),
            "temporalProperties": [temporal_properties(run)],
            "properties": self._properties(run, who),
        }


class GeoJson(_Json):
    """GeoJSON, one line a run, times and certainty as lists beside it."""

    def _feature(self, run: Run, who: Traveller) -> dict[str, Any]:
        places = np.column_stack([run.lonlat, run.xyz_m[:, 2]]).tolist()
        single = len(places) == 1
        times = iso_texts(run.t_ms)
        return {
            "type": "Feature",
            "id": f"{run.subject}/{run.id}",
            "geometry": {"type": "Point" if single else "LineString", "coordinates": places[0] if single else places},
            "properties": {
                **self._properties(run, who),
                "from": times[0],
                "to": times[-1],
                "times": times,
                "r95_m": finite(run.r95_m),
                "p_still": finite(run.p_still),
                "status": [STATUS[code] for code in run.status],
            },
        }


class _Lines:
    """Takes the text of the csv module."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def write(self, text: str) -> int:
        """One line."""
        self.texts.append(text)
        return len(text)


class Csv:
    """Comma-separated values, one row a fix; UTF-8 with a mark, so that spreadsheets read Chinese."""

    media = "text/csv; charset=utf-8"
    suffix = "csv"

    def begin(self, about: About) -> bytes:
        """The column names."""
        del about
        return ("\ufeff" + ",".join(COLUMNS) + "\r\n").encode()

    def runs(self, runs: Sequence[Run], who: Traveller) -> bytes:
        """The fixes of some runs."""
        lines = _Lines()
        rows = csv.writer(lines)
        for run in runs:
            kept = run.part(slice(1, None)) if run.goes_on else run
            head = (run.subject, who.kind, who.name_zh, who.name_en, run.tag, run.number)
            columns = (
                iso_texts(kept.t_ms),
                *kept.lonlat.T.tolist(),
                kept.xyz_m[:, 2].tolist(),
                *kept.xyz_m[:, :2].T.tolist(),
                finite(kept.speed_mps),
                finite(kept.r95_m),
                finite(kept.p_still),
                [STATUS[code] for code in kept.status],
            )
            rows.writerows((*head, *row) for row in zip(*columns, strict=True))
        return "".join(lines.texts).encode()

    def end(self) -> bytes:
        """Nothing more."""
        return b""
