"""What the locator tells whoever sets a plant's positioning up: its anchors and tags (pure).

It goes out on `commissioning/{plant}`. The message is retained and replaced every two seconds, more
seldom with thousands of tags; only the newest counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from locator.estimator.anchors import AnchorHealth
    from locator.tag_watch import TagWatch

PERIOD_S = 2.0
TAGS_PER_S = 1000
"""Of a crowd the report comes less often: about so many tags a second are told of."""
TOPIC = "commissioning"


class AnchorReport(msgspec.Struct, frozen=True, array_like=True):
    """One anchor, as `locator.estimator.anchors.AnchorHealth` says it."""

    engine: str
    anchor: str
    state: str
    """ok, learning, idle, silent, shifted, or unreliable."""
    ranges: int
    residual_m: float
    """By how much its ranges usually miss the predictions."""
    noise_m: float
    gated: float
    """Share of its ranges that were not believed."""
    last_ns: int
    """0 for never."""


class TagReport(msgspec.Struct, frozen=True, array_like=True):
    """One tag, as `locator.tag_watch.TagHealth` says it."""

    tag: str
    last_ns: int
    rate_hz: float
    status: int
    """Of its newest fix, or lost when nothing followed for long."""
    counts: tuple[int, int, int, int]
    """Fixes by status: fix, degraded, predicted, lost."""
    r95_m: float
    anchors: int


class LocatorReport(msgspec.Struct, frozen=True):
    """All anchors and tags of a plant at one instant."""

    t_ns: int
    anchors: list[AnchorReport] = []
    tags: list[TagReport] = []


def beats(tags: int) -> int:
    """Every how many periods so many tags are reported; often enough that no report of a running locator looks old."""
    return min(max(1, round(tags / (TAGS_PER_S * PERIOD_S))), 3)


def report(now_ns: int, anchors: Mapping[str, Sequence[AnchorHealth]], tags: TagWatch) -> LocatorReport:
    """The message of one plant.

    Args:
        now_ns: UTC now.
        anchors: by engine.
        tags: what was learnt of the tags.
    """
    return LocatorReport(
        t_ns=now_ns,
        anchors=[
            AnchorReport(engine, a.anchor, a.state, a.ranges, a.shift_m, a.noise_m, a.gated, a.last_ns)
            for engine, healths in anchors.items()
            for a in healths
        ],
        tags=[
            TagReport(
                code,
                tag.last_ns,
                tag.rate_hz(now_ns),
                tag.status_at(now_ns),
                (tag.counts[0], tag.counts[1], tag.counts[2], tag.counts[3]),
                tag.r95_m,
                tag.anchors,
            )
            for code, tag in tags.tags.items()
        ],
    )
