"""An engine's frame tied to the site by ground-control points: weighted Helmert fit in two dimensions (pure).

The model is site = t + s · R(θ) · engine. With fixed scale s is 1, as it is whenever both sides are true metres. The
fit is the closed form of weighted least squares (Umeyama 1991, in complex numbers); redundancy, standardised residuals
and the test for one blunder follow Baarda's data snooping (Baarda 1968), with each point's own a-priori σ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from gis.errors import FrameError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from gis.plant import Engine, GroundControlPoint

LEAST_POINTS = 3
GOOD_POINTS = 6
# Two-sided 0.1 % of a normal, the customary level of data snooping.
BLUNDER_LIMIT = 3.29
# A scale this far from 1 is no noise of a survey but feet, a projection, or a wrong drawing.
SCALE_LIMIT_PPM = 5_000.0
# Fraction of the hull's size by which a place may lie outside it and still be called inside.
HULL_MARGIN = 0.1


@dataclass(frozen=True, slots=True)
class EngineFrame:
    """Engine metres ⇄ site metres: x' = tx + a·x - b·y, y' = ty + b·x + a·y, z' = z + dz."""

    a: float = 1.0
    b: float = 0.0
    tx_m: float = 0.0
    ty_m: float = 0.0
    dz_m: float = 0.0

    @property
    def scale(self) -> float:
        """Site metres per engine metre."""
        return float(np.hypot(self.a, self.b))

    @property
    def rotation_deg(self) -> float:
        """Angle from the engine's x axis to site east, degrees anticlockwise, -180 to 180."""
        return float(np.degrees(np.arctan2(self.b, self.a)))

    def to_site(self, xy_m: ArrayLike) -> NDArray[np.float64]:
        """Engine positions (n, 2) or (n, 3) in site metres, same shape."""
        engine = np.asarray(xy_m, float)
        site = engine.copy()
        site[..., 0] = self.tx_m + self.a * engine[..., 0] - self.b * engine[..., 1]
        site[..., 1] = self.ty_m + self.b * engine[..., 0] + self.a * engine[..., 1]
        if engine.shape[-1] > 2:
            site[..., 2] += self.dz_m
        return site

    def to_engine(self, xy_m: ArrayLike) -> NDArray[np.float64]:
        """Site positions (n, 2) or (n, 3) in engine metres, same shape."""
        site = np.asarray(xy_m, float)
        engine = site.copy()
        dx, dy, square = site[..., 0] - self.tx_m, site[..., 1] - self.ty_m, self.a**2 + self.b**2
        engine[..., 0] = (self.a * dx + self.b * dy) / square
        engine[..., 1] = (self.a * dy - self.b * dx) / square
        if site.shape[-1] > 2:
            engine[..., 2] -= self.dz_m
        return engine

    def covariance_to_site(self, cov_m2: ArrayLike) -> NDArray[np.float64]:
        """Horizontal covariances (n, 3) xx, xy, yy turned (and scaled) into the site frame."""
        cov, a, b = np.asarray(cov_m2, float), self.a, self.b
        xx, xy, yy = cov[..., 0], cov[..., 1], cov[..., 2]
        return np.stack(
            [
                a * a * xx - 2 * a * b * xy + b * b * yy,
                a * b * (xx - yy) + (a * a - b * b) * xy,
                b * b * xx + 2 * a * b * xy + a * a * yy,
            ],
            axis=-1,
        )


@dataclass(frozen=True, slots=True, eq=False)
class HelmertFit:
    """A fitted frame and what there is to know about its quality.

    Attributes:
        frame: the frame itself.
        fixed_scale: whether the scale was held at 1.
        residuals_m: (n, 2) site minus fitted.
        leave_one_out_m: (n,) distance by which the fit without a point misses it; NaN where the rest cannot be fitted.
        w: (n, 2) standardised residuals; 0 where a coordinate is not controlled by others.
        blunder: index of the point whose |w| is largest, if that is beyond `BLUNDER_LIMIT`.
        rms_m: root mean square of the residual distances over the redundancy, metres per coordinate; NaN without any.
        sigma0: square root of the variance factor; about 1 when the points are as good as their σ says.
        redundancy: 2n less the number of parameters.
        free_scale_ppm: how far the scale would be from 1 if it were free, parts per million.
        warnings: `few_points`, `blunder`, `scale`, `thin_hull`.
    """

    frame: EngineFrame
    fixed_scale: bool
    residuals_m: NDArray[np.float64]
    leave_one_out_m: NDArray[np.float64]
    w: NDArray[np.float64]
    blunder: int | None
    rms_m: float
    sigma0: float
    redundancy: int
    free_scale_ppm: float
    warnings: tuple[str, ...]
    _engine_m: NDArray[np.float64]
    _cofactor: NDArray[np.float64]

    def sigma_m(self, xy_m: ArrayLike) -> NDArray[np.float64]:
        """Standard deviation (n,) of the frame itself at engine positions (n, 2), along its worse axis."""
        places = np.atleast_2d(np.asarray(xy_m, float))
        if not len(self._engine_m):
            return np.zeros(len(places))
        rows = _design(places - self._engine_m.mean(axis=0), self.frame, fixed_scale=self.fixed_scale)
        blocks = rows.reshape(len(places), 2, -1)
        covariance = blocks @ self._cofactor @ blocks.transpose(0, 2, 1)
        # Points worse than they claim make the frame worse too; better ones are not believed.
        factor = max(1.0, self.sigma0 if np.isfinite(self.sigma0) else 1.0)
        largest = np.linalg.eigvalsh(covariance)[:, -1]
        return np.asarray(factor * np.sqrt(np.maximum(largest, 0.0)), float)

    def extrapolates(self, xy_m: ArrayLike) -> NDArray[np.bool_]:
        """Whether engine positions (n, 2) lie outside the control points' hull by more than a tenth of its size."""
        places = np.atleast_2d(np.asarray(xy_m, float))
        if not len(self._engine_m):
            return np.zeros(len(places), bool)
        hull = shapely.convex_hull(shapely.multipoints(self._engine_m))
        west, south, east, north = shapely.bounds(hull)
        margin = HULL_MARGIN * float(np.hypot(east - west, north - south))
        return np.asarray(shapely.distance(hull, shapely.points(places)) > margin, bool)


def fit_helmert(
    points: Sequence[GroundControlPoint], *, fixed_scale: bool = True, z_offset_m: float = 0.0
) -> HelmertFit:
    """Fit an engine's frame to its ground-control points. Without any point the engine's frame is the site's own.

    Args:
        points: each known in the engine's frame and on the site, with a σ in metres per coordinate.
        fixed_scale: hold the scale at 1.
        z_offset_m: height of the engine's z = 0 above the site plane.

    Raises:
        FrameError: one or two points; all points in one place; or a mirrored frame (x and y swapped, or y downwards).
    """
    if not points:
        nothing = np.empty((0, 2))
        identity = EngineFrame(dz_m=z_offset_m)
        return HelmertFit(
            identity, fixed_scale, nothing, np.empty(0), nothing, None, np.nan, np.nan, 0, 0.0, (), nothing, np.eye(3)
        )
    if len(points) < LEAST_POINTS:
        raise FrameError(f"{len(points)} ground-control points; at least {LEAST_POINTS} are needed")
    engine = np.array([(point.engine_x_m, point.engine_y_m) for point in points])
    site = np.array([(point.site_x_m, point.site_y_m) for point in points])
    weight = np.array([point.sigma_m for point in points]) ** -2.0
    frame = _solve(engine, site, weight, fixed_scale=fixed_scale, dz_m=z_offset_m)
    residuals = site - frame.to_site(engine)
    _refuse_mirrored(engine, site, weight, residuals, fixed_scale=fixed_scale)

    rows = _design(engine - engine.mean(axis=0), frame, fixed_scale=fixed_scale)
    weights = np.repeat(weight, 2)
    cofactor = np.asarray(np.linalg.inv(rows.T @ (weights[:, None] * rows)), np.float64)
    redundancy = 2 * len(points) - rows.shape[1]
    squares = float(np.sum(weight * np.sum(residuals**2, axis=1)))
    w = _standardised(residuals, rows, weights, cofactor)
    worst = int(np.argmax(np.max(np.abs(w), axis=1)))
    blunder = worst if np.max(np.abs(w[worst])) > BLUNDER_LIMIT else None
    free_scale = _solve(engine, site, weight, fixed_scale=False, dz_m=0.0).scale
    return HelmertFit(
        frame=frame,
        fixed_scale=fixed_scale,
        residuals_m=residuals,
        leave_one_out_m=_leave_one_out(engine, site, weight, fixed_scale=fixed_scale),
        w=w,
        blunder=blunder,
        rms_m=float(np.sqrt(np.sum(residuals**2) / redundancy)),
        sigma0=float(np.sqrt(squares / redundancy)),
        redundancy=redundancy,
        free_scale_ppm=(free_scale - 1.0) * 1e6,
        warnings=_warnings(engine, blunder, (free_scale - 1.0) * 1e6),
        _engine_m=engine,
        _cofactor=cofactor,
    )


def engine_frame(engine: Engine) -> EngineFrame:
    """The frame of a plant's positioning engine.

    Raises:
        FrameError: its control points do not make a frame.
    """
    return fit_helmert(engine.control_points, z_offset_m=engine.z_offset_m).frame


def _solve(
    engine: NDArray[np.float64],
    site: NDArray[np.float64],
    weight: NDArray[np.float64],
    *,
    fixed_scale: bool,
    dz_m: float,
) -> EngineFrame:
    share = weight / weight.sum()
    from_centre, to_centre = share @ engine, share @ site
    p = (engine - from_centre) @ (1, 1j)
    q = (site - to_centre) @ (1, 1j)
    spread = float(share @ np.abs(p) ** 2)
    moment = complex(share @ (np.conj(p) * q))
    if spread < 1e-6 or abs(moment) < 1e-12:
        raise FrameError("the ground-control points lie in one place")
    turn = moment / abs(moment) if fixed_scale else moment / spread
    shift = to_centre @ (1, 1j) - turn * (from_centre @ (1, 1j))
    return EngineFrame(turn.real, turn.imag, float(shift.real), float(shift.imag), dz_m)


def _design(centred: NDArray[np.float64], frame: EngineFrame, *, fixed_scale: bool) -> NDArray[np.float64]:
    """Derivatives (2n, 3 or 4) of site x and y, in turn, by shift and turn (fixed scale) or shift, a and b."""
    x, y = centred[:, 0], centred[:, 1]
    rows = np.zeros((len(x), 2, 3 if fixed_scale else 4))
    rows[:, 0, 0] = rows[:, 1, 1] = 1.0
    if fixed_scale:
        rows[:, 0, 2] = -frame.b * x - frame.a * y
        rows[:, 1, 2] = frame.a * x - frame.b * y
    else:
        rows[:, 0, 2], rows[:, 0, 3] = x, -y
        rows[:, 1, 2], rows[:, 1, 3] = y, x
    return rows.reshape(2 * len(x), -1)


def _standardised(
    residuals: NDArray[np.float64],
    rows: NDArray[np.float64],
    weights: NDArray[np.float64],
    cofactor: NDArray[np.float64],
) -> NDArray[np.float64]:
    variance = 1.0 / weights - np.einsum("ij,jk,ik->i", rows, cofactor, rows)
    controlled = variance * weights > 1e-6
    sigma = np.sqrt(np.where(controlled, variance, 1.0))
    return np.where(controlled, residuals.reshape(-1) / sigma, 0.0).reshape(-1, 2)


def _leave_one_out(
    engine: NDArray[np.float64], site: NDArray[np.float64], weight: NDArray[np.float64], *, fixed_scale: bool
) -> NDArray[np.float64]:
    misses = np.full(len(engine), np.nan)
    for out in range(len(engine)):
        kept = np.arange(len(engine)) != out
        try:
            frame = _solve(engine[kept], site[kept], weight[kept], fixed_scale=fixed_scale, dz_m=0.0)
        except FrameError:
            continue
        misses[out] = float(np.linalg.norm(site[out] - frame.to_site(engine[out])))
    return misses


def _refuse_mirrored(
    engine: NDArray[np.float64],
    site: NDArray[np.float64],
    weight: NDArray[np.float64],
    residuals: NDArray[np.float64],
    *,
    fixed_scale: bool,
) -> None:
    """A left-handed frame fits well once y is turned over, and badly otherwise."""
    squares = float(weight @ np.sum(residuals**2, axis=1)) / len(engine)
    if squares < 25.0:
        return
    turned = engine * (1.0, -1.0)
    try:
        mirrored = _solve(turned, site, weight, fixed_scale=fixed_scale, dz_m=0.0)
    except FrameError:
        return
    if float(weight @ np.sum((site - mirrored.to_site(turned)) ** 2, axis=1)) / len(engine) < 0.01 * squares:
        raise FrameError("the engine's frame is mirrored: x and y are swapped, or one axis points the other way")


def _warnings(engine: NDArray[np.float64], blunder: int | None, scale_ppm: float) -> tuple[str, ...]:
    spread = np.linalg.svd(engine - engine.mean(axis=0), compute_uv=False)
    found = {
        "few_points": len(engine) < GOOD_POINTS,
        "blunder": blunder is not None,
        "scale": abs(scale_ppm) > SCALE_LIMIT_PPM,
        # Points along one line fix the turn but show nothing of what lies beside it.
        "thin_hull": spread[1] < HULL_MARGIN * spread[0],
    }
    return tuple(name for name, there in found.items() if there)
