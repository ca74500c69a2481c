"""Recorded ranges, anchors, true paths and biases as files. Every fault names file, line and column."""

from __future__ import annotations

import csv
import math
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from locator.calibration import Calibration
from locator.errors import CalibrationError, RecordingError
from locator.offline import RangeTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from locator.offline import Fixes

RANGES = ("t_s", "tag", "anchor", "range_m")
ANCHORS = ("anchor", "x_m", "y_m", "z_m")
TRUTH = ("t_s", "tag", "x_m", "y_m", "z_m")
FIXES = (
    "t_s",
    "tag",
    "x_m",
    "y_m",
    "z_m",
    "vx_mps",
    "vy_mps",
    "cov_xx_m2",
    "cov_xy_m2",
    "cov_yy_m2",
    "r95_m",
    "p_still",
    "status",
)
MOST_FAULTS = 5


def read_ranges(path: Path) -> RangeTable:
    """Read `ranges.csv`, rows in any order.

    Raises:
        RecordingError: the file is missing, or a line of it cannot be read; the first faults are all named.
    """
    rows = _read(path, RANGES)
    t_s = _numbers(path, rows, 0, RANGES)
    return RangeTable(t_s, [row[1] for _, row in rows], [row[2] for _, row in rows], _numbers(path, rows, 3, RANGES))


def read_anchors(path: Path) -> dict[str, NDArray[np.float64]]:
    """Read `anchors.csv`: antenna position (3,) in metres by anchor code.

    Raises:
        RecordingError: the file is missing, a line cannot be read, or an anchor comes twice.
    """
    rows = _read(path, ANCHORS)
    xyz = np.column_stack([_numbers(path, rows, column, ANCHORS) for column in (1, 2, 3)])
    anchors: dict[str, NDArray[np.float64]] = {}
    for (line, row), place in zip(rows, xyz, strict=True):
        if row[0] in anchors:
            raise RecordingError(f"{path}:{line}: anchor {row[0]} comes twice")
        anchors[row[0]] = place
    return anchors


def read_truth(path: Path) -> dict[str, NDArray[np.float64]]:
    """Read `truth.csv`: by tag the path (m, 4) as t_s, x, y, z, times rising.

    Raises:
        RecordingError: the file is missing or a line cannot be read.
    """
    rows = _read(path, TRUTH)
    table = np.column_stack([_numbers(path, rows, column, TRUTH) for column in (0, 2, 3, 4)])
    tags = np.array([row[1] for _, row in rows])
    paths = {}
    for tag in sorted(set(tags.tolist())):
        own = table[tags == tag]
        own = own[np.argsort(own[:, 0], kind="stable")]
        paths[tag] = own[np.concatenate([[True], np.diff(own[:, 0]) > 0])]
    return paths


def read_calibration(path: Path) -> Calibration:
    """Read a bias file.

    Raises:
        CalibrationError: it is missing or not a bias file.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Calibration)
    except OSError as error:
        raise CalibrationError(f"{path}: {error.strerror}") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise CalibrationError(f"{path}: not a bias file: {error}") from error


def write_calibration(path: Path, calibration: Calibration) -> None:
    """Write a bias file (JSON, readable)."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(calibration), indent=2) + b"\n")


def write_fixes(path: Path, fixes: Fixes) -> None:
    """Write fixes as CSV, one row per processed epoch."""
    r95 = fixes.r95_m
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(FIXES)
        numbers = np.column_stack([fixes.xyz_m, fixes.velocity_mps, fixes.cov_m2, r95, fixes.p_still])
        for t, tag, row, status in zip(fixes.t_s, fixes.tag, numbers, fixes.status_text, strict=True):
            *values, still = row.tolist()
            out.writerow(
                [
                    f"{t:.6f}",
                    tag,
                    *(f"{value:.6g}" if k > 4 else f"{value:.4f}" for k, value in enumerate(values)),
                    f"{still:.4f}",
                    status,
                ]
            )


def _read(path: Path, columns: Sequence[str]) -> list[tuple[int, list[str]]]:
    """Rows as (line number, the wanted columns in order)."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            return list(_pick(path, csv.reader(file), columns))
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise RecordingError(f"{path}: not a CSV file: {error}") from error


def _pick(path: Path, reader: Iterable[list[str]], columns: Sequence[str]) -> Iterable[tuple[int, list[str]]]:
    at: list[int] = []
    for line, row in enumerate(reader, start=1):
        if not at:
            head = [name.strip() for name in row]
            missing = [name for name in columns if name not in head]
            if missing:
                raise RecordingError(f"{path}:{line}: column {', '.join(missing)} is missing")
            at = [head.index(name) for name in columns]
        elif row:
            if len(row) <= max(at):
                raise RecordingError(f"{path}:{line}: {len(row)} columns, too few")
            yield line, [row[k].strip() for k in at]
    if not at:
        raise RecordingError(f"{path}: empty")


def _numbers(path: Path, rows: list[tuple[int, list[str]]], column: int, names: Sequence[str]) -> NDArray[np.float64]:
    try:
        values = np.array([float(row[column]) for _, row in rows], float)
    except ValueError:
        values = np.array([_number(row[column]) for _, row in rows], float)
    if not np.isfinite(values).all():
        bad = [
            f"{path}:{line}: {names[column]}: not a number: {row[column][:40]!r}"
            for line, row in rows
            if not math.isfinite(_number(row[column]))
        ]
        raise RecordingError(
            "\n".join(bad[:MOST_FAULTS] + ([f"… and {len(bad) - MOST_FAULTS} more"] if len(bad) > MOST_FAULTS else []))
        )
    return values


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
