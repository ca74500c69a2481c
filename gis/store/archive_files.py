"""Archive files: the rows of one plant, history and day as Parquet, with a manifest beside it.

A row is written as it is stored, so that attaching gives the same row again; `path` is ISO WKB (LINESTRING ZM,
EPSG:4326), `body` JSON, times UTC nanoseconds. A file is written under another name, brought to the disk, read back and
compared with what was to be written; only then does it get its name, and after it the manifest. pyarrow takes memory,
so it is loaded when the first file is written or read.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import msgspec

from gis.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa

Row = tuple[Any, ...]

FORMAT = "plant-twin archive 1"
_SCHEMAS = {
    "track_chunk": [
        ("plant", "string"),
        ("subject", "string"),
        ("from_ns", "int64"),
        ("tag", "string"),
        ("to_ns", "int64"),
        ("first_seq", "int64"),
        ("last_seq", "int64"),
        ("fixes", "int32"),
        ("path", "binary"),
        ("channels", "binary"),
    ],
    "reading": [
        ("plant", "string"),
        ("sensor", "string"),
        ("t_ns", "int64"),
        ("value", "float64"),
        ("quality", "int16"),
    ],
    "journal": [
        ("plant", "string"),
        ("seq", "int64"),
        ("t_ns", "int64"),
        ("kind", "string"),
        ("subject", "string"),
        ("alarm", "string"),
        ("body", "string"),
        ("link", "int64"),
        ("hash", "binary"),
    ],
}
# Rows of one step, of a few megabytes: a chunk of twenty minutes is some 50 kB.
AT_ONCE = {"track_chunk": 200, "reading": 20_000, "journal": 2000}
COLUMNS = {history: tuple(name for name, _ in fields) for history, fields in _SCHEMAS.items()}


class ArchiveFileError(StoreError):
    """An archive file that is not there, or is not what was written."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a file holds.

    Attributes:
        plant, history, day: whose rows, of which table, of which UTC day (YYYY-MM-DD).
        file: its path below the archive's directory.
        sha256: of the file, in hexadecimal.
        file_bytes: its size.
        rows: how many.
        digest: sum of the hashes of the rows in the database, as `history_day_digest` gives it.
        links: of the journal, the stretches of the chain: first link, hash before it, last link, its hash.
        columns: their names in the file.
        format: version of this format.
    """

    plant: str
    history: str
    day: str
    file: str
    sha256: str
    file_bytes: int
    rows: int
    digest: str
    links: list[list[Any]]
    columns: tuple[str, ...]
    format: str = FORMAT


def write_file(root: Path, file: str, history: str, batches: Iterable[Sequence[Row]]) -> tuple[str, int, int]:
    """Write rows, bring them to the disk, read them back.

    Args:
        root: the archive's directory.
        file: path below it.
        history: whose columns.
        batches: rows, some thousand at a time.

    Returns:
        sha256 in hexadecimal, bytes, rows.

    Raises:
        ArchiveFileError: the disk refused, or what is read back is not what was written.
    """
    import pyarrow as pa  # noqa: PLC0415 - as said above
    from pyarrow import parquet as pq  # noqa: PLC0415 - as above

    path = root / file
    draft = path.with_name(f".{path.name}.draft")
    schema = pa.schema([pa.field(name, pa.type_for_alias(kind)) for name, kind in _SCHEMAS[history]])
    content = sha256()
    try:
        _make_folder(path.parent)
        with draft.open("wb") as sink:
            with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
                for rows in batches:
                    content.update(_canonical(rows))
                    writer.write_table(_table(rows, schema))
            sink.flush()
            os.fsync(sink.fileno())
        again, count = sha256(), 0
        for rows in _rows(draft, history):
            again.update(_canonical(rows))
            count += len(rows)
        if again.digest() != content.digest():
            raise ArchiveFileError(f"{draft} does not read back as it was written")
        size, total = draft.stat().st_size, _sha256(draft)
        draft.replace(path)
        _sync(path.parent)
    except (OSError, pa.ArrowException) as error:
        raise ArchiveFileError(f"{path} cannot be written: {error}") from error
    return total, size, count


def write_manifest(root: Path, manifest: Manifest) -> None:
    """Put the manifest beside its file.

    Raises:
        ArchiveFileError: the disk refused.
    """
    path = (root / manifest.file).with_suffix(".json")
    draft = path.with_name(f".{path.name}.draft")
    try:
        with draft.open("w", encoding="utf-8") as sink:
            json.dump(asdict(manifest), sink, ensure_ascii=False, indent=1)
            sink.flush()
            os.fsync(sink.fileno())
        draft.replace(path)
        _sync(path.parent)
    except OSError as error:
        raise ArchiveFileError(f"{path} cannot be written: {error}") from error


def read_manifests(root: Path, history: str, day: str) -> list[Manifest]:
    """The newest manifest of each plant for a day, by what lies in the directory.

    Raises:
        ArchiveFileError: one cannot be read.
    """
    newest: dict[str, Manifest] = {}
    for path in sorted(root.glob(f"*/{history}/{day.replace('-', '')}*.json"), key=lambda path: generation(path.name)):
        try:
            manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
        except (OSError, msgspec.MsgspecError) as error:
            raise ArchiveFileError(f"{path} cannot be read: {error}") from error
        if (manifest.format, manifest.history, manifest.day) != (FORMAT, history, day):
            raise ArchiveFileError(f"{path} is not a manifest of {history} of {day} in the format {FORMAT!r}")
        newest[manifest.plant] = manifest
    return [newest[plant] for plant in sorted(newest)]


def file_name(plant: str, history: str, day: str, number: int) -> str:
    """Path of a day's file below the archive's directory; a day that is written anew gets the next number.

    Raises:
        ArchiveFileError: the plant's code cannot name a directory.
    """
    if plant in {"", ".", ".."} or "/" in plant or "\0" in plant:
        raise ArchiveFileError(f"{plant!r} cannot name a directory")
    return f"{plant}/{history}/{day.replace('-', '')}{f'-{number}' if number > 1 else ''}.parquet"


def generation(file: str) -> int:
    """Number in the name of a file."""
    _, dash, number = file.rpartition("/")[2].partition(".")[0].partition("-")
    return int(number) if dash else 1


def fault_of(root: Path, file: str, checksum: str) -> str:
    """What is wrong with a file, in words; empty when nothing is."""
    try:
        return "" if _sha256(root / file) == checksum else "damaged: its checksum is another"
    except FileNotFoundError:
        return "not there"
    except OSError as error:
        return f"cannot be read: {error}"


def read_rows(root: Path, file: str, history: str) -> Iterator[list[Row]]:
    """The rows of a file, some thousand at a time, in the order of `COLUMNS`.

    Raises:
        ArchiveFileError: it cannot be read.
    """
    import pyarrow as pa  # noqa: PLC0415 - as above

    try:
        yield from _rows(root / file, history)
    except (OSError, pa.ArrowException) as error:
        raise ArchiveFileError(f"{root / file} cannot be read: {error}") from error


def clear_others(root: Path, manifest_files: Sequence[str], history: str, day: str) -> None:
    """Remove what a killed or an earlier writing of a day left behind beside the files that count."""
    number = day.replace("-", "")
    for kept in manifest_files:
        own = root / kept
        for path in [*own.parent.glob(f"{number}*"), *own.parent.glob(f".{number}*.draft")]:
            if path not in {own, own.with_suffix(".json")} and path.parent.name == history:
                path.unlink(missing_ok=True)


def _rows(path: Path, history: str) -> Iterator[list[Row]]:
    from pyarrow import parquet as pq  # noqa: PLC0415 - as above

    with pq.ParquetFile(path) as file:
        if tuple(file.schema_arrow.names) != COLUMNS[history]:
            raise ArchiveFileError(f"{path} has other columns than {history}")
        for batch in file.iter_batches(AT_ONCE[history], use_threads=False):
            yield list(zip(*(column.to_pylist() for column in batch.columns), strict=True))


def _table(rows: Sequence[Row], schema: pa.Schema) -> pa.Table:
    import pyarrow as pa  # noqa: PLC0415 - as above

    columns = zip(*rows, strict=True)
    return pa.Table.from_arrays(
        [pa.array(list(column), field.type) for column, field in zip(columns, schema, strict=True)], schema=schema
    )


def _canonical(rows: Iterable[Row]) -> bytes:
    return b"".join(map(msgspec.msgpack.encode, rows))


def _sha256(path: Path) -> str:
    total = sha256()
    with path.open("rb") as source:
        while part := source.read(1 << 20):
            total.update(part)
    return total.hexdigest()


def _make_folder(folder: Path) -> None:
    """A directory and those above it, on the disk."""
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync(folder.parent)


def _sync(folder: Path) -> None:
    """A new name is on the disk once its directory is."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
