"""What a commissioning page shows: anchors, tags, the frames of the engines, and where fixes are to be expected."""

from __future__ import annotations

from typing import Literal

from gis.plant import Code, Names
from twin.api.wire import FixStatusName, Iso, SubjectKind, Wire

AnchorState = Literal["ok", "learning", "idle", "silent", "shifted", "unreliable", "unknown"]
FrameWarning = Literal["few_points", "blunder", "scale", "thin_hull"]


class AnchorNow(Wire):
    """An anchor: what is on record of it, and what its ranges say."""

    anchor: Code
    names: Names
    engine: Code
    x_m: float
    y_m: float
    z_m: float
    """Of the antenna, site metres."""
    state: AnchorState
    """`shifted`: its ranges usually miss; `unreliable`: many were not believed; `unknown`: the locator says nothing."""
    ranges: int
    """Compared with predictions so far."""
    residual_m: float | None
    """By how much its ranges usually miss the predictions; positive is long."""
    noise_m: float | None
    accepted: float | None
    """Share of its ranges that were believed, 0 to 1."""
    last: Iso | None
    bias_m: float
    """On record."""
    sigma_m: float
    """On record."""
    suggested_bias_m: float | None
    """Bias on record plus the usual miss, once enough was seen."""


class TagSeen(Wire):
    """A tag as the locator hears it."""

    tag: Code
    carrier: str | None
    """Person or vehicle that carries it now."""
    carrier_kind: SubjectKind
    carrier_names: Names | None
    battery_pct: float | None
    last: Iso | None
    """Time of its newest fix."""
    rate_hz: float
    status: FixStatusName | None
    r95_m: float | None
    anchors: int
    """Used by the newest fix."""
    fixes: int
    degraded: int
    predicted: int
    lost: int


class ControlPointFit(Wire):
    """A ground-control point and how well the frame meets it."""

    engine_x_m: float
    engine_y_m: float
    site_x_m: float
    site_y_m: float
    sigma_m: float
    residual_x_m: float
    residual_y_m: float
    leave_one_out_m: float | None
    """Distance by which the fit without this point misses it."""
    blunder: bool


class EngineFrameReport(Wire):
    """How an engine's frame is tied to the site."""

    engine: Code
    names: Names
    fault: str | None
    """Why its control points make no frame; then the engine's own positions are refused."""
    rotation_deg: float
    shift_x_m: float
    shift_y_m: float
    shift_z_m: float
    rms_m: float | None
    redundancy: int
    free_scale_ppm: float
    """How far the scale would be from 1 if it were free."""
    warnings: list[FrameWarning]
    points: list[ControlPointFit]


class CommissioningRecord(Wire):
    """Everything about a plant's positioning at one instant."""

    time: Iso
    heard: Iso | None
    """When the locator last said how its anchors and tags do; null before it ever did."""
    anchors: list[AnchorNow]
    tags: list[TagSeen]
    engines: list[EngineFrameReport]


class CoverageRecord(Wire):
    """The error to expect over one level, as a grid of squares, row by row from the south, each from the west."""

    level: Code
    x_m: float
    """West edge, site metres."""
    y_m: float
    """South edge, site metres."""
    step_m: float
    columns: int
    rows: int
    corners: list[tuple[float, float]]
    """Lon/lat of the grid's corners: north-west, north-east, south-east, south-west."""
    r95_cm: list[int]
    """Expected radius that holds a tag with 95 %, centimetres; -1 where no fix is to be expected, -2 off the plant."""
    clear: list[int]
    """Clear anchors among the nearest eight."""
    located: float
    """Share of the plant's squares where a fix is to be expected."""
