"""How tags are heard: rate, quality, silence."""

from __future__ import annotations

import numpy as np
import pytest

from gis.fix import FixBatch
from locator.tag_watch import TagWatch

S = 1_000_000_000


def _batch(tags: list[str], t_ns: list[int], status: int = 0, sigma_m: float = 0.1) -> FixBatch:
    n = len(tags)
    return FixBatch(
        plant="P",
        engine="E",
        tag=tags,
        t_ns=np.array(t_ns, np.int64),
        xyz_m=np.zeros((n, 3)),
        cov_m2=np.tile([sigma_m**2, 0.0, sigma_m**2], (n, 1)),
        velocity_mps=np.zeros((n, 2)),
        sigma_z_m=np.zeros(n),
        p_still=np.zeros(n),
        status=np.full(n, status, np.uint8),
        reasons=np.zeros(n, np.uint32),
        anchors_used=np.full(n, 5, np.uint8),
    )


def test_the_rate_is_that_of_the_fixes() -> None:
    watch = TagWatch()
    for k in range(200):
        watch.take(_batch(["A"], [S + k * S // 2]))
    tag = watch.tags["A"]
    assert tag.rate_hz(tag.last_ns) == pytest.approx(2.0)
    assert (tag.counts, tag.anchors) == ([200, 0, 0, 0], 5)
    assert tag.r95_m == pytest.approx(0.2448, abs=1e-3)


def test_a_tag_that_fell_silent_grows_slower_and_slower() -> None:
    watch = TagWatch()
    watch.take(_batch(["A", "A"], [S, 2 * S]))
    assert watch.tags["A"].rate_hz(2 * S) == pytest.approx(1.0)
    assert watch.tags["A"].rate_hz(102 * S) == pytest.approx(0.01)


def test_a_tag_that_fell_silent_is_lost_whatever_its_last_fix_was() -> None:
    watch = TagWatch()
    watch.take(_batch(["A", "A"], [S, 2 * S]))
    watch.take(_batch(["SLOW", "SLOW"], [S, 21 * S]))
    assert watch.tags["A"].status_at(12 * S) == 0
    assert watch.tags["A"].status_at(13 * S) == 3
    assert watch.tags["SLOW"].status_at(96 * S) == 0
    assert watch.tags["SLOW"].status_at(97 * S) == 3


def test_one_fix_has_no_rate() -> None:
    watch = TagWatch()
    watch.take(_batch(["A"], [S]))
    assert watch.tags["A"].rate_hz(2 * S) == 0.0


def test_a_late_fix_counts_but_is_not_the_newest() -> None:
    watch = TagWatch()
    watch.take(_batch(["A"], [5 * S], status=0))
    watch.take(_batch(["A"], [4 * S], status=1, sigma_m=9.0))
    tag = watch.tags["A"]
    assert (tag.counts, tag.status, tag.last_ns) == ([1, 1, 0, 0], 0, 5 * S)
    assert tag.r95_m < 1.0


def test_tags_the_plant_no_longer_has_are_forgotten() -> None:
    watch = TagWatch()
    watch.take(_batch(["A", "B"], [S, S]))
    watch.keep(frozenset({"B", "C"}))
    assert set(watch.tags) == {"B"}
