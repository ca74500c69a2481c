"""An alarm beside the one its re-run raised: the same, or what differs. Tolerances are those of the stored inputs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from gis.time import NS_PER_MS, NS_PER_S

if TYPE_CHECKING:
    from twin.effects import Alarm

PLACE_M = 0.02
"""Positions are stored to a millimetre."""
PROBABILITY = 0.03
"""Covariances are stored to 0.1 %, and the uncertainty of heights is not stored at all."""
DELAYED_NS = NS_PER_S
"""An alarm with a delay is raised at one of the core's seconds, and those are not stored."""
PROMPT_NS = 2 * NS_PER_MS
VALUE = 1e-6


class Verdict(StrEnum):
    """How a re-run ended."""

    SAME = "same"
    DIFFERENT = "different"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not the same: what it was and what it is now, as text."""

    what: str
    was: str
    now: str


def differences(was: Alarm, now: Alarm | None) -> tuple[Difference, ...]:
    """All that differs between an alarm as it was raised and the one its re-run raised."""
    if now is None:
        return (Difference("raised", "yes", "no"),)
    found: list[Difference] = []

    def beside(what: str, first: object, second: object, *, same: bool) -> None:
        if not same:
            found.append(Difference(what, str(first), str(second)))

    for name in ("priority", "fence_version", "rule_version"):
        beside(name, getattr(was, name), getattr(now, name), same=getattr(was, name) == getattr(now, name))
    # `changed_ns` of a call is when it was made, also of one that was raised again in the re-run.
    late_s = (now.changed_ns - was.raised_ns) / NS_PER_S
    allowed = PROMPT_NS if _is_prompt(was) else DELAYED_NS
    beside("raised_ns", 0.0, round(late_s, 3), same=abs(now.changed_ns - was.raised_ns) <= allowed)
    apart = float(np.hypot(was.x_m - now.x_m, was.y_m - now.y_m))
    beside("place_m", 0.0, round(apart, 3), same=apart <= PLACE_M or not _is_prompt(was))
    first, second = was.value, now.value
    beside("value", first, second, same=_near(first, second))
    first, second = was.limit, now.limit
    beside("limit", first, second, same=_near(first, second))
    if _is_prompt(was):
        beside("evidence", len(was.evidence), len(now.evidence), same=len(was.evidence) == len(now.evidence))
        pairs = list(zip(was.evidence, now.evidence, strict=False))
        worst = max((abs(a.probability - b.probability) for a, b in pairs), default=0.0)
        beside("probability", 0.0, round(worst, 3), same=worst <= PROBABILITY)
    return tuple(found)


def _is_prompt(alarm: Alarm) -> bool:
    """Whether it was raised by a fix or value itself, not by the time that had passed since."""
    since_ns = alarm.since_ns
    return since_ns is None or since_ns == alarm.raised_ns


def _near(a: float | None, b: float | None) -> bool:
    if a is None or b is None:
        return a is b
    return abs(a - b) <= VALUE * max(1.0, abs(a))
