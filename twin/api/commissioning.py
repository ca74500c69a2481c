"""What the locator reports and the plant's records, put together for the commissioning page (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import numpy as np

from gis.errors import FrameError
from gis.helmert import fit_helmert
from gis.kinds import AnchorPoint
from gis.time import format_time
from twin.api.commissioning_schemas import (
    AnchorNow,
    AnchorState,
    CommissioningRecord,
    ControlPointFit,
    CoverageRecord,
    EngineFrameReport,
    TagSeen,
)
from twin.commissioning import AnchorReport, LocatorReport, TagReport

if TYPE_CHECKING:
    from gis.plant import Asset, Engine, Plant
    from twin.api.directory import Directory
    from twin.api.readmodel import ReadModel
    from twin.api.wire import FixStatusName
    from twin.coverage import Coverage

STATUS_NAMES: tuple[FixStatusName, ...] = ("fix", "degraded", "predicted", "lost")
_STATES = get_args(AnchorState)
_LEARNT = ("ok", "shifted", "unreliable")
"""States in which enough of an anchor's ranges were seen to suggest a bias."""


def commissioning_record(model: ReadModel, now_ns: int) -> CommissioningRecord:
    """All anchors, tags and engines of a plant."""
    report = model.locator_report or LocatorReport(t_ns=0)
    directory = model.directory
    plant = directory.plant
    anchors = {(seen.engine, seen.anchor): seen for seen in report.anchors}
    tags = {seen.tag: seen for seen in report.tags}
    carriers = {tag: subject for subject, carried in directory.tags_of.items() for tag in carried}
    batteries = {tag: seen.battery_pct for tag, seen in model.tags.items()}
    return CommissioningRecord(
        time=format_time(now_ns),
        heard=format_time(report.t_ns) if report.t_ns else None,
        anchors=[_anchor(asset, plant, anchors) for asset in plant.assets_of("anchor")],
        tags=[
            _tag(tag.code, tags.get(tag.code), carriers.get(tag.code), batteries.get(tag.code), directory)
            for tag in plant.tags
        ],
        engines=[engine_report(engine) for engine in plant.engines],
    )


def _anchor(asset: Asset, plant: Plant, seen: dict[tuple[str, str], AnchorReport]) -> AnchorNow:
    point = asset.attributes
    assert isinstance(point, AnchorPoint), "asked for by kind"
    place = plant.head.frame.shape_to_site(asset.geometry).centroid
    one = seen.get((point.engine, asset.code))
    compared = one if one is not None and one.ranges > 0 else None
    state: AnchorState = one.state if one is not None and one.state in _STATES else "unknown"  # type: ignore[assignment]
    suggest = one is not None and state in _LEARNT
    return AnchorNow(
        anchor=asset.code,
        names=asset.names,
        engine=point.engine,
        x_m=round(place.x, 3),
        y_m=round(place.y, 3),
        z_m=asset.base_m + point.antenna_m,
        state=state,
        ranges=one.ranges if one is not None else 0,
        residual_m=round(compared.residual_m, 4) if compared is not None else None,
        noise_m=round(compared.noise_m, 4) if compared is not None else None,
        accepted=round(1.0 - compared.gated, 4) if compared is not None else None,
        last=format_time(one.last_ns) if one is not None and one.last_ns else None,
        bias_m=point.bias_m,
        sigma_m=point.sigma_m,
        suggested_bias_m=round(point.bias_m + one.residual_m, 3) if one is not None and suggest else None,
    )


def _tag(
    code: str, seen: TagReport | None, carrier: str | None, battery_pct: float | None, directory: Directory
) -> TagSeen:
    counts = seen.counts if seen is not None else (0, 0, 0, 0)
    return TagSeen(
        tag=code,
        carrier=carrier,
        carrier_kind=directory.kind_of(carrier) if carrier is not None else "tag",
        carrier_names=directory.names_of(carrier) if carrier is not None else None,
        battery_pct=battery_pct,
        last=format_time(seen.last_ns) if seen is not None and seen.last_ns else None,
        rate_hz=round(seen.rate_hz, 3) if seen is not None else 0.0,
        status=STATUS_NAMES[seen.status] if seen is not None else None,
        r95_m=round(seen.r95_m, 3) if seen is not None and np.isfinite(seen.r95_m) else None,
        anchors=seen.anchors if seen is not None else 0,
        fixes=counts[0],
        degraded=counts[1],
        predicted=counts[2],
        lost=counts[3],
    )


def engine_report(engine: Engine) -> EngineFrameReport:
    """How an engine's control points tie its frame to the site; without any its frame is the site's own."""
    try:
        fit = fit_helmert(engine.control_points, z_offset_m=engine.z_offset_m)
    except FrameError as error:
        return EngineFrameReport(
            engine=engine.code,
            names=engine.names,
            fault=str(error),
            rotation_deg=0.0,
            shift_x_m=0.0,
            shift_y_m=0.0,
            shift_z_m=engine.z_offset_m,
            rms_m=None,
            redundancy=0,
            free_scale_ppm=0.0,
            warnings=[],
            points=[_point(engine, k, (0.0, 0.0), np.nan, blunder=False) for k in range(len(engine.control_points))],
        )
    residuals, misses = fit.residuals_m.tolist(), fit.leave_one_out_m.tolist()
    return EngineFrameReport(
        engine=engine.code,
        names=engine.names,
        fault=None,
        rotation_deg=round(fit.frame.rotation_deg, 5),
        shift_x_m=round(fit.frame.tx_m, 4),
        shift_y_m=round(fit.frame.ty_m, 4),
        shift_z_m=fit.frame.dz_m,
        rms_m=round(fit.rms_m, 5) if np.isfinite(fit.rms_m) else None,
        redundancy=fit.redundancy,
        free_scale_ppm=round(fit.free_scale_ppm, 2),
        warnings=list(fit.warnings),
        points=[
            _point(engine, k, (x, y), miss, blunder=k == fit.blunder)
            for k, ((x, y), miss) in enumerate(zip(residuals, misses, strict=True))
        ],
    )


def _point(engine: Engine, k: int, residual_m: tuple[float, float], miss_m: float, *, blunder: bool) -> ControlPointFit:
    point = engine.control_points[k]
    return ControlPointFit(
        engine_x_m=point.engine_x_m,
        engine_y_m=point.engine_y_m,
        site_x_m=point.site_x_m,
        site_y_m=point.site_y_m,
        sigma_m=point.sigma_m,
        residual_x_m=round(residual_m[0], 4),
        residual_y_m=round(residual_m[1], 4),
        leave_one_out_m=round(miss_m, 4) if np.isfinite(miss_m) else None,
        blunder=blunder,
    )


def coverage_record(plant: Plant, level: str, made: Coverage) -> CoverageRecord:
    """A coverage grid as a wire record."""
    rows, columns = made.r95_m.shape
    west, south = made.x_m, made.y_m
    east, north = west + columns * made.step_m, south + rows * made.step_m
    lon, lat = plant.head.frame.to_lonlat([west, east, east, west], [north, north, south, south])
    located = np.isfinite(made.r95_m)
    centimetres = np.where(located, np.round(100.0 * np.where(located, made.r95_m, 0.0)), -1.0).astype(int)
    return CoverageRecord(
        level=level,
        x_m=round(west, 3),
        y_m=round(south, 3),
        step_m=made.step_m,
        columns=columns,
        rows=rows,
        corners=[(float(a), float(b)) for a, b in zip(lon, lat, strict=True)],
        r95_cm=np.where(made.inside, centimetres, -2).ravel().tolist(),
        clear=made.clear.ravel().tolist(),
        located=round(float(located[made.inside].mean()), 4) if made.inside.any() else 0.0,
    )
