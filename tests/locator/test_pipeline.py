from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.fix import FixBatch, FixStatus, Reason
from gis.refusal import RefusalReason
from locator.pipeline import Pipeline
from tests.locator.yard import CARRY_M, CODE, ENGINE, PLACES, T0, TOPIC, TURNED, distances, payload, ranges, walk, yard


def fresh() -> Pipeline:
    return Pipeline({CODE: yard(bias_m=0.05)})


def send(pipeline: Pipeline, message: Any, kind: str = "ranges", at: int = T0) -> None:
    pipeline.accept(TOPIC + kind, payload(message), at)


def biased(x: float, y: float) -> dict[str, float]:
    return {code: d + 0.05 for code, d in distances(x, y).items()}


def follow(pipeline: Pipeline, order: list[int] | None = None, flush_every: int = 1) -> list[FixBatch]:
    rng = np.random.default_rng(5)
    t, xy = walk(20.0, 5.0)
    messages = []
    for k, (x, y) in enumerate(xy):
        noisy = {code: d + rng.normal(0.0, 0.08) for code, d in biased(float(x), float(y)).items()}
        messages.append(ranges("T1", T0 + int(t[k] * 1e9), k, noisy))
    batches = []
    for n, k in enumerate(order or range(len(messages))):
        send(pipeline, messages[k], at=T0 + int(25e9))
        if n % flush_every == flush_every - 1:
            batches += pipeline.flush(T0)
    return batches + pipeline.flush(T0)


def test_a_walk_is_followed_and_its_uncertainty_holds_it() -> None:
    batches = follow(fresh())
    t, xy = walk(20.0, 5.0)
    fixes = np.concatenate([batch.xyz_m for batch in batches])
    cov = np.concatenate([batch.cov_m2 for batch in batches])
    error = fixes[10:, :2] - xy[10:]
    assert np.sqrt((error**2).sum(axis=1).mean()) < 0.15
    m2 = (error[:, 0] ** 2 * cov[10:, 2] + error[:, 1] ** 2 * cov[10:, 0] - 2 * error.prod(axis=1) * cov[10:, 1]) / (
        cov[10:, 0] * cov[10:, 2] - cov[10:, 1] ** 2
    )
    assert (m2 < 5.99).mean() > 0.93
    assert all(batch.status[-1] == FixStatus.FIX for batch in batches[5:])
    assert np.array_equal(np.concatenate([batch.t_ns for batch in batches]), T0 + (t * 1e9).astype(np.int64))
    assert fixes[:, 2] == pytest.approx(CARRY_M)
    speed = np.hypot(*batches[-1].velocity_mps[0])
    assert 0.8 < speed < 1.6


def test_a_flush_of_many_equals_many_flushes() -> None:
    one, many = follow(fresh(), flush_every=1000), follow(fresh())
    assert len(one) == 1
    assert np.array_equal(one[0].xyz_m, np.concatenate([batch.xyz_m for batch in many]))
    assert np.array_equal(one[0].cov_m2, np.concatenate([batch.cov_m2 for batch in many]))


def test_times_in_a_batch_rise() -> None:
    pipeline = fresh()
    for k in range(5):
        for tag in ("T2", "T1"):
            send(pipeline, ranges(tag, T0 + k * 10**9, k, biased(10.0, 10.0)), at=T0 + 5 * 10**9)
    (batch,) = pipeline.flush(T0)
    assert (np.diff(batch.t_ns) >= 0).all()
    assert Counter(batch.tag) == {"T1": 5, "T2": 5}


@settings(max_examples=25)
@given(st.data())
def test_order_of_arrival_within_a_second_does_not_matter(data: st.DataObject) -> None:
    # Blocks of four epochs at 5 Hz span 0.6 s.
    order: list[int] = []
    for block in range(25):
        order += (
            data.draw(st.permutations(list(range(4 * block, 4 * block + 4))))
            if block % 6 == 3
            else range(4 * block, 4 * block + 4)
        )
    shuffled, straight = follow(fresh(), list(order)), follow(fresh())
    last, plain = shuffled[-1], straight[-1]
    assert last.t_ns[-1] == plain.t_ns[-1]
    assert last.xyz_m[-1] == pytest.approx(plain.xyz_m[-1], abs=1e-9)
    assert last.cov_m2[-1] == pytest.approx(plain.cov_m2[-1], abs=1e-9)
    assert sum(map(len, shuffled)) == sum(map(len, straight))


def test_a_late_fix_comes_with_its_own_time() -> None:
    order = list(range(100))
    order[50:53] = [51, 52, 50]
    batches = follow(fresh(), order)
    t, xy = walk(20.0, 5.0)
    late = batches[52]
    assert late.t_ns[0] == T0 + int(t[50] * 1e9)
    assert late.reasons[0] & Reason.LATE
    assert np.hypot(*(late.xyz_m[0, :2] - xy[50])) < 0.4


def test_more_than_a_second_late_is_a_place_by_itself() -> None:
    pipeline = fresh()
    order = [*range(50), *range(60, 100), 55]
    batches = follow(pipeline, order)
    (late,) = [batch for batch in batches if batch.reasons[0] & Reason.LATE]
    _, xy = walk(20.0, 5.0)
    assert late.status[0] == FixStatus.DEGRADED
    assert np.hypot(*(late.xyz_m[0, :2] - xy[55])) < 0.5
    assert pipeline.counters.late == 0


def test_repeated_sequences_change_nothing() -> None:
    pipeline, plain = fresh(), follow(fresh())
    order = [k for k in range(100) for _ in range(2)]
    batches = follow(pipeline, order)
    assert pipeline.counters.rejected == {RefusalReason.DUPLICATE: 100}
    assert np.array_equal(batches[-1].xyz_m, plain[-1].xyz_m)


def test_everything_is_counted() -> None:
    pipeline = fresh()
    good = ranges("T1", T0, 1, biased(10.0, 10.0))
    send(pipeline, good)
    send(pipeline, good)
    send(pipeline, [{**good, "seq": 2}, {**good, "seq": 3, "tag": "T99"}])
    pipeline.accept(f"twin/v1/OTHER/uwb/{ENGINE}/ranges", b"{}", T0)
    pipeline.accept(f"twin/v1/{CODE}/uwb/E9/ranges", b"{}", T0)
    pipeline.accept("nonsense", b"", T0)
    pipeline.accept(TOPIC + "tag", b"not mine", T0)
    counters = pipeline.counters
    assert counters.accepted == 2
    assert counters.rejected == {
        RefusalReason.DUPLICATE: 1,
        RefusalReason.UNKNOWN_TAG: 1,
        RefusalReason.UNKNOWN_PLANT: 1,
        RefusalReason.UNKNOWN_ENGINE: 1,
        RefusalReason.UNKNOWN_TOPIC: 1,
    }
    assert counters.received == counters.accepted + counters.rejected.total()
    assert pipeline.take_refusals()[0].reason is RefusalReason.DUPLICATE
    assert pipeline.take_refusals() == []


@given(st.binary(max_size=60), st.sampled_from(["ranges", "tdoa", "fix", "tag", "x"]), st.text(max_size=30))
def test_no_message_harms(data: bytes, kind: str, topic: str) -> None:
    pipeline = Pipeline({CODE: PLAIN})
    pipeline.accept(TOPIC + kind, data, T0)
    pipeline.accept(topic, data, T0)
    pipeline.flush(T0)
    counters = pipeline.counters
    assert counters.received == counters.accepted + counters.rejected.total()


PLAIN = yard()


def test_few_anchors_are_admitted() -> None:
    pipeline = fresh()
    d = biased(10.0, 10.0)
    send(pipeline, ranges("T1", T0, 1, {"A1": d["A1"]}))
    (one,) = pipeline.flush(T0)
    assert one.status[0] == FixStatus.DEGRADED
    assert one.reasons[0] & Reason.FEW_ANCHORS
    # All that is known is a circle of 14 m around the anchor.
    assert one.cov_m2[0, 0] > 50.0
    send(pipeline, ranges("T2", T0, 1, {code: d[code] for code in ("A1", "A2")}))
    (two,) = pipeline.flush(T0)
    assert two.reasons[0] & Reason.FEW_ANCHORS
    assert two.cov_m2[0, 2] > 50.0


def test_uncalibrated_anchors_make_the_fix_less_sure() -> None:
    sure, unsure = fresh(), Pipeline({CODE: PLAIN})
    for pipeline in (sure, unsure):
        for k in range(5):
            send(pipeline, ranges("T1", T0 + k * 10**9, k, biased(12.0, 9.0)), at=T0 + 10**10)
    (a,), (b,) = sure.flush(T0), unsure.flush(T0)
    assert not a.reasons[-1] & Reason.UNCALIBRATED
    assert b.reasons[-1] & Reason.UNCALIBRATED
    assert b.cov_m2[-1, 0] > 1.5 * a.cov_m2[-1, 0]


def test_a_mirror_image_is_not_ruled_out_in_silence() -> None:
    pipeline = fresh()
    for k in range(5):
        d = biased(14.0, 9.0)
        at = T0 + k * 10**9
        # A1, A5 and A2 stand in one line.
        send(pipeline, ranges("T1", at, k, {code: d[code] for code in ("A1", "A5", "A2")}), at=T0 + 10**10)
        send(pipeline, ranges("T2", at, k, {code: d[code] for code in ("A1", "A5", "A4")}), at=T0 + 10**10)
    (batch,) = pipeline.flush(T0)
    lined = np.array([tag == "T1" for tag in batch.tag])
    assert (batch.reasons[lined] & Reason.POOR_GEOMETRY).all()
    assert (batch.status[lined] == FixStatus.DEGRADED).all()
    assert (batch.status[~lined] == FixStatus.FIX).all()


def test_the_first_anchor_off_the_line_brings_a_mirrored_tag_home() -> None:
    pipeline = fresh()
    mirror = {code: d + 0.05 for code, d in distances(14.0, -9.0).items()}
    for k in range(20):
        # The lower anchors measure the same on both sides; A4 tells that it was a mirror image all along.
        d = {code: mirror[code] for code in ("A1", "A5", "A2")}
        if k < 10:
            d["A4"] = mirror["A4"]
        elif k >= 12:
            d["A4"] = biased(14.0, 9.0)["A4"]
        send(pipeline, ranges("T1", T0 + k * 10**9, k, d), at=T0 + 25 * 10**9)
    (batch,) = pipeline.flush(T0)
    assert batch.xyz_m[9, :2] == pytest.approx([14.0, -9.0], abs=0.1)
    assert batch.xyz_m[-1, :2] == pytest.approx([14.0, 9.0], abs=0.1)


def test_unknown_biases_are_followed_where_six_anchors_surround_the_tag() -> None:
    pipeline = Pipeline({CODE: PLAIN})
    rng = np.random.default_rng(9)
    bias = dict(zip(PLACES, rng.permutation([0.35, 0.1, 0.3, 0.0, 0.4, 0.2]), strict=True))
    t, xy = walk(60.0, 5.0, 9)
    for k, (x, y) in enumerate(xy):
        d = {code: d + bias[code] + rng.normal(0.0, 0.05) for code, d in distances(float(x), float(y)).items()}
        send(pipeline, ranges("T1", T0 + int(t[k] * 1e9), k, d), at=T0 + 61 * 10**9)
    (batch,) = pipeline.flush(T0)
    error = np.hypot(*(batch.xyz_m[:, :2] - xy).T)
    # 0.21 m where the biases are not followed.
    assert np.sqrt((error[100:] ** 2).mean()) < 0.15
    assert (batch.reasons & Reason.UNCALIBRATED).all()


def test_standing_and_walking_are_told_apart() -> None:
    pipeline = fresh()
    rng = np.random.default_rng(2)
    _, xy = walk(30.0, 5.0)
    for k in range(150):
        t = T0 + k * 200_000_000
        for tag, (x, y) in (("T1", (10.0, 10.0)), ("T2", xy[k])):
            noisy = {code: d + rng.normal(0.0, 0.05) for code, d in biased(float(x), float(y)).items()}
            send(pipeline, ranges(tag, t, k, noisy), at=T0 + 31 * 10**9)
    (batch,) = pipeline.flush(T0)
    still = {tag: np.median(batch.p_still[[name == tag for name in batch.tag]][50:]) for tag in ("T1", "T2")}
    assert still["T1"] > 0.8
    assert still["T2"] < 0.2


def test_gross_errors_are_not_believed() -> None:
    pipeline = fresh()
    for k in range(40):
        d = biased(10.0, 10.0)
        if k >= 20:
            d["A3"] += 8.0
        send(pipeline, ranges("T1", T0 + k * 200_000_000, k, d), at=T0 + 9 * 10**9)
    (batch,) = pipeline.flush(T0)
    assert np.hypot(*(batch.xyz_m[:, :2] - [10.0, 10.0]).T).max() < 0.3


def test_a_lost_filter_finds_back() -> None:
    pipeline = fresh()
    for k in range(30):
        x = 5.0 if k < 15 else 30.0
        send(pipeline, ranges("T1", T0 + k * 200_000_000, k, biased(x, 10.0)), at=T0 + 9 * 10**9)
    (batch,) = pipeline.flush(T0)
    assert (batch.reasons[15:] & Reason.REINITIALISED).any()
    assert np.hypot(*(batch.xyz_m[-1, :2] - [30.0, 10.0])) < 0.3
    # Nothing in between is called a good fix while it is far from what the ranges say.
    far = np.hypot(*(batch.xyz_m[15:, :2] - [30.0, 10.0]).T) > 1.0
    assert (batch.status[15:][far] >= FixStatus.DEGRADED).all()


def test_a_stale_vector_is_rejected_and_a_frozen_engine_shown() -> None:
    pipeline = fresh()
    _, xy = walk(12.0, 5.0)
    for k in range(60):
        place = xy[10] if k == 40 else xy[k]
        send(pipeline, ranges("T1", T0 + k * 200_000_000, k, biased(*map(float, place))), at=T0 + 20 * 10**9)
    (batch,) = pipeline.flush(T0)
    assert batch.status[40] == FixStatus.PREDICTED
    assert np.hypot(*(batch.xyz_m[40, :2] - xy[40])) < 0.2
    for k in range(60, 100):
        send(pipeline, ranges("T1", T0 + k * 200_000_000, k, biased(*map(float, xy[59]))), at=T0 + 20 * 10**9)
    (hung,) = pipeline.flush(T0)
    assert hung.reasons[-1] & Reason.FROZEN
    assert hung.status[-1] != FixStatus.FIX


def test_differences_locate_too() -> None:
    pipeline = fresh()
    for k in range(10):
        d = distances(25.0, 12.0)
        pairs = [{"a": "A1", "b": code, "d": d[code] - d["A1"]} for code in ("A2", "A3", "A4", "A5")]
        message = {"tag": "T1", "t": (T0 + k * 200_000_000) / 1e6, "seq": k, "tdoa": pairs}
        send(pipeline, message, "tdoa", at=T0 + 9 * 10**9)
    (batch,) = pipeline.flush(T0)
    assert batch.xyz_m[-1, :2] == pytest.approx([25.0, 12.0], abs=0.05)


def test_positions_come_from_the_engines_frame() -> None:
    pipeline = fresh()
    for k in range(10):
        message = {
            "tag": "T1",
            "t": (T0 + k * 10**9) / 1e6,
            "seq": k,
            "x": 10.0,
            "y": 5.0,
            "z": 1.0,
            "cov": [0.04, 0, 0.01],
        }
        pipeline.accept(f"twin/v1/{CODE}/uwb/{TURNED}/fix", payload(message), T0 + 10**10)
    (batch,) = pipeline.flush(T0)
    assert batch.engine == TURNED
    assert batch.xyz_m[-1] == pytest.approx([95.0, 60.0, 1.5], abs=1e-6)
    # The engine's well-measured y is the site's east.
    assert batch.cov_m2[-1, 0] < batch.cov_m2[-1, 2]
    assert not batch.reasons[-1] & Reason.HEIGHT_ASSUMED


def test_new_records_keep_the_filters_running() -> None:
    pipeline = fresh()
    send(pipeline, ranges("T1", T0, 1, biased(10.0, 10.0)))
    pipeline.flush(T0)
    pipeline.replace_plant(yard(bias_m=0.05, without=("A6",)))
    send(pipeline, ranges("T1", T0 + 10**9, 2, biased(10.0, 10.0)), at=T0 + 10**9)
    (batch,) = pipeline.flush(T0)
    assert pipeline.counters.rejected == {RefusalReason.UNKNOWN_ANCHOR: 1}
    assert batch.anchors_used[0] == 6
    assert batch.xyz_m[0, :2] == pytest.approx([10.0, 10.0], abs=0.05)
