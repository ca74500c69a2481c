"""Figures of the locator: agreement with filterpy, accuracy on recordings and on the simulated plant, throughput."""

from __future__ import annotations

import importlib.util
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from filterpy.kalman import KalmanFilter

from gis.files import read_plant
from gis.plant import Colour
from locator.estimator import columns
from locator.estimator.compiled import compiled
from locator.estimator.motion import predict_constant, update
from locator.estimator.reference import constant_velocity
from locator.pipeline import Pipeline
from locator.scoring import CHI2_95, mahalanobis2
from tests.bench.figure import Figure, at_least, at_most, missing, told
from tests.locator import recorded
from tests.locator.recorded import FAST, HALF_S, LEARN, OUTDOOR, V2, calibrated_on, scored
from tests.locator.test_oracle import largest_difference
from twin.simulate.messages import outgoing
from twin.simulate.simulation import Simulation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from gis.plant import Plant

DEMO_PLANT = Path(__file__).resolve().parents[2] / "data" / "demo-plant"
START_NS = 1_795_395_600_000_000_000
"""2026-11-23T01:00:00Z, a working morning."""
TAGS = 1000
Q = 0.4


def figures() -> list[Figure]:
    """All figures: name, figure, unit, peer (what it is held against), ratio to that."""
    made = [at_most("oracle_max_diff", largest_difference(), "1", 1e-9)]
    made += list(_recordings())
    made += list(_simulated())
    made += list(_updates())
    made += list(_messages())
    return made


def _recordings() -> Iterator[Figure]:
    why = recorded.missing()
    if why is not None:
        for name in ("starloc_v2_rmse_cm", "fast_s1_rmse_cm", "outdoor_a1_rmse_cm"):
            yield missing(name, "cm", why)
        return
    bias = calibrated_on(LEARN)
    (v2,) = scored(V2, bias).values()
    (smoothed,) = scored(V2, bias, smoothed=True).values()
    (raw,) = scored(V2, None).values()
    yield at_most("starloc_v2_rmse_cm", 100 * v2.rmse_m, "cm", 3.8)
    yield at_most("starloc_v2_p95_cm", 100 * v2.p95_m, "cm", 6.6)
    yield at_most("starloc_v2_max_cm", 100 * v2.max_m, "cm", 30)
    yield at_most("starloc_v2_smoothed_rmse_cm", 100 * smoothed.rmse_m, "cm", 3.3)
    yield told("starloc_v2_in95_pct", v2.in95_pct, "%", "aim 93–100")
    yield told("starloc_v2_uncalibrated_rmse_cm", 100 * raw.rmse_m, "cm", "report")
    fast = scored(FAST, calibrated_on(FAST, HALF_S), from_s=HALF_S).values()
    yield at_most("fast_s1_rmse_cm", 100 * max(one.rmse_m for one in fast), "cm", 12.5)
    yield told("fast_s1_in95_pct", min(one.in95_pct for one in fast), "%", "report")
    plain = scored(FAST, None, from_s=HALF_S).values()
    yield told("fast_s1_uncalibrated_rmse_cm", 100 * max(one.rmse_m for one in plain), "cm", "report")
    (outdoor,) = scored(OUTDOOR, None).values()
    yield at_most("outdoor_a1_rmse_cm", 100 * outdoor.rmse_m, "cm", 79)
    yield at_most("outdoor_a1_longest_beyond_3m_s", outdoor.excursion_s, "s", 10)
    yield told("outdoor_a1_uncalibrated_rmse_cm", 100 * outdoor.rmse_m, "cm", "report")


def _simulated(seconds: int = 180, settle: int = 20) -> Iterator[Figure]:
    plant = read_plant(DEMO_PLANT)
    simulation = Simulation(plant, seed=7, start_ns=START_NS)
    pipeline = Pipeline({plant.head.code: plant})
    tag_of = {carrier.tag: k for k, carrier in enumerate(simulation.carriers)}
    areas = _areas(plant)
    errors, cov, clear, zone = [], [], [], []
    for second in range(seconds):
        step = simulation.advance()
        for message in outgoing(simulation, step):
            if message.topic.endswith("/ranges"):
                pipeline.accept(message.topic, message.payload, message.due_ns)
        for batch in pipeline.flush(step.start_ns):
            if second >= settle:
                who = [tag_of[tag] for tag in batch.tag]
                errors.append(batch.xyz_m[:, :2] - step.truth.xyz_m[who, :2])
                cov.append(batch.cov_m2)
                clear.append(step.truth.clear[who])
                zone.append(_colours(areas, step.truth.xyz_m[who]))
    d, c, good = np.concatenate(errors), np.concatenate(cov), np.concatenate(clear) >= 4
    where = np.concatenate(zone)
    length = np.hypot(d[:, 0], d[:, 1])
    inside = mahalanobis2(d, c) <= CHI2_95
    yield at_most("sim_rmse_m", float(np.sqrt(np.mean(length[good] ** 2))), "m", 0.3)
    yield at_most("sim_p95_m", float(np.percentile(length[good], 95)), "m", 0.5)
    yield told("sim_in95_pct", 100.0 * float(inside[good].mean()), "%", "≥ 4 clear anchors, aim 93–99")
    yield told("sim_all_median_m", float(np.median(length)), "m", "everybody, report")
    yield told("sim_all_in95_pct", 100.0 * float(inside.mean()), "%", "everybody, report")
    for number, name in enumerate([*areas, "elsewhere"]):
        there = where == number
        if there.any():
            beside = f"everybody, {int(there.sum())} fixes, {100 * good[there].mean():.0f} % with ≥ 4 clear anchors"
            yield told(f"sim_{name}_rmse_m", float(np.sqrt(np.mean(length[there] ** 2))), "m", beside)
            yield told(f"sim_{name}_p95_m", float(np.percentile(length[there], 95)), "m", beside)
            yield told(f"sim_{name}_in95_pct", 100.0 * float(inside[there].mean()), "%", beside)


def _areas(plant: Plant) -> dict[str, Any]:
    """Site area of each colour of the risk map, most dangerous first."""

    def to_site(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(plant.head.frame.to_site(lonlat[:, 0], lonlat[:, 1]))

    return {
        colour.value: shapely.transform(
            shapely.union_all([zone.geometry for zone in plant.zones if zone.colour == colour]), to_site
        )
        for colour in Colour
    }


def _colours(areas: dict[str, Any], xyz_m: NDArray[np.float64]) -> NDArray[np.int64]:
    """For each place the number of the most dangerous area it is in; after the last: in none."""
    inside = [shapely.contains_xy(area, xyz_m[:, 0], xyz_m[:, 1]) for area in areas.values()]
    return np.asarray(np.argmax([*inside, np.ones(len(xyz_m), bool)], axis=0), np.int64)


@compiled
def _fold_list(
    rows: NDArray[np.int64], dt: NDArray[np.float64], z: NDArray[np.float64], r: float, state: NDArray[np.float64]
) -> None:
    for k in range(len(rows)):
        s = state[rows[k]]
        predict_constant(s, 0, dt[k], 0.4)
        update(s, 0, 1.0, 0.0, z[k, 0] - s[0], r)
        update(s, 0, 0.0, 1.0, z[k, 1] - s[1], r)


def _fold_columns(dt: NDArray[np.float64], z: NDArray[np.float64], r: float, s: NDArray[np.float64]) -> None:
    q, variance = np.full(len(dt), Q), np.full(len(dt), r)
    one, none = np.ones(len(dt)), np.zeros(len(dt))
    columns.predict_constant(s, dt, q)
    columns.update(s, one, none, z[:, 0] - s[0], variance)
    columns.update(s, none, one, z[:, 1] - s[1], variance)


def _updates() -> Iterator[Figure]:
    """Predict over the tag's own dt, then fold an east and a north coordinate: one asynchronous 2-D update."""
    rng = np.random.default_rng(1)
    n = 200_000
    rows = rng.integers(0, TAGS, n)
    dt, z = rng.uniform(0.05, 1.0, n), rng.normal(0.0, 1.0, (n, 2))
    state = np.zeros((TAGS, 14))
    state[:, [4, 8, 11, 13]] = 1.0
    fast = n / _best(lambda: _fold_list(rows, dt, z, 0.01, state))
    block = np.ascontiguousarray(state.T)
    plain = TAGS / _best(lambda: _fold_columns(dt[:TAGS], z[:TAGS], 0.01, block), times=50)
    kf = KalmanFilter(dim_x=4, dim_z=2)
    kf.x, kf.H, kf.R = np.zeros(4), np.eye(2, 4), np.eye(2) * 0.01

    def one_object() -> None:
        for k in range(1000):
            kf.F, kf.Q = constant_velocity(float(dt[k]), Q)
            kf.predict()
            kf.update(z[k])

    slow = 1000 / _best(one_object, times=3)
    yield at_least("updates_per_s", fast, "1/s", 20e6)
    yield at_least("updates_numpy_per_s", plain, "1/s", 1e6)
    yield told("updates_filterpy_per_s", slow, "1/s", "filterpy, F and Q rebuilt per dt")
    yield told("updates_ratio_filterpy", fast / slow, "×", "filterpy", fast / slow)
    other = _stonesoup(dt, z)
    if other is None:
        why = "Stone Soup is not installed: pip install -e .[bench]"
        yield missing("updates_stonesoup_per_s", "1/s", why)
        yield missing("updates_ratio_stonesoup", "×", why)
    else:
        yield told("updates_stonesoup_per_s", other, "1/s", "Stone Soup, KalmanPredictor and KalmanUpdater")
        yield told("updates_ratio_stonesoup", fast / other, "×", "Stone Soup", fast / other)


def _stonesoup(dt: NDArray[np.float64], z: NDArray[np.float64], n: int = 1000) -> float | None:
    """Updates a second of the same filter in Stone Soup; None where it is not installed."""
    if importlib.util.find_spec("stonesoup") is None:
        return None
    # Only this figure needs it.
    from stonesoup.models.measurement.linear import LinearGaussian  # noqa: PLC0415
    from stonesoup.models.transition.linear import (  # noqa: PLC0415
        CombinedLinearGaussianTransitionModel,
        ConstantVelocity,
    )
    from stonesoup.predictor.kalman import KalmanPredictor  # noqa: PLC0415
    from stonesoup.types.detection import Detection  # noqa: PLC0415
    from stonesoup.types.hypothesis import SingleHypothesis  # noqa: PLC0415
    from stonesoup.types.state import GaussianState  # noqa: PLC0415
    from stonesoup.updater.kalman import KalmanUpdater  # noqa: PLC0415

    begin = datetime(2026, 11, 23, 1, tzinfo=UTC)
    predictor = KalmanPredictor(CombinedLinearGaussianTransitionModel([ConstantVelocity(Q), ConstantVelocity(Q)]))
    updater = KalmanUpdater(LinearGaussian(ndim_state=4, mapping=(0, 2), noise_covar=np.eye(2) * 0.01))
    times = [begin + timedelta(seconds=float(s)) for s in np.cumsum(dt[:n])]
    seen = [Detection(z[k][:, None], timestamp=times[k]) for k in range(n)]

    def run() -> None:
        state: Any = GaussianState(np.zeros((4, 1)), np.eye(4), timestamp=begin)
        for detection in seen:
            prediction = predictor.predict(state, timestamp=detection.timestamp)
            state = updater.update(SingleHypothesis(prediction, detection))

    return n / _best(run, times=2)


def _messages(seconds: int = 40) -> Iterator[Figure]:
    """Simulated messages, one epoch each, through the whole pipeline on one core; the broker is not in it."""
    plant = read_plant(DEMO_PLANT)
    simulation = Simulation(plant, seed=7, start_ns=START_NS)
    sent = []
    for _ in range(seconds):
        step = simulation.advance()
        sent += [m for m in outgoing(simulation, step, 0) if m.topic.endswith("/ranges")]
    best = min((_through(plant, sent) for _ in range(3)), key=sum)
    n = len(sent)
    yield at_least("json_to_fix_without_client_per_s", n / sum(best), "1/s", 40_000)
    yield told("json_to_fix_without_client_read_us", 1e6 * best[0] / n, "µs", "decode, check, queue, per message")
    yield told("json_to_fix_without_client_estimate_us", 1e6 * best[1] / n, "µs", "fill, filter, batch, per message")


def _through(plant: Plant, sent: list[Any]) -> tuple[float, float]:
    pipeline = Pipeline({plant.head.code: plant})
    reading = estimating = 0.0
    for lo in range(0, len(sent), 1000):
        begun = time.perf_counter()
        for message in sent[lo : lo + 1000]:
            pipeline.accept(message.topic, message.payload, message.due_ns)
        read = time.perf_counter()
        pipeline.flush(START_NS)
        reading += read - begun
        estimating += time.perf_counter() - read
    return reading, estimating


def _best(what: Callable[[], None], times: int = 5) -> float:
    """Shortest of several runs in seconds, after one that does not count."""
    what()
    shortest = float("inf")
    for _ in range(times):
        begun = time.perf_counter()
        what()
        shortest = min(shortest, time.perf_counter() - begun)
    return shortest
