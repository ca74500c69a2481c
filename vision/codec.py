"""Bytes and topic → camera states and detections, or the reason why not. Pure.

Topics `twin/v1/{plant}/camera/{id}/detections` and `…/state`; one JSON object or an array of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from gis.messages import STRICT, Reader, TimeTolerance, event_time
from gis.refusal import Refusal, RefusalReason
from vision.reports import CameraReport, Detection, Detections

if TYPE_CHECKING:
    from collections.abc import Callable, Container

MOST_DETECTIONS = 1000
LARGEST_PIXEL = 100_000.0
FASTEST_FPS = 1000.0


class _DetectionPart(msgspec.Struct, gc=False, rename={"kind": "class"}):
    kind: str
    conf: float
    box: tuple[float, float, float, float]
    track: int | None = None


class _DetectionsMessage(msgspec.Struct, gc=False):
    t: str | float
    frame: int
    detections: list[_DetectionPart]


class _StateMessage(msgspec.Struct, gc=False):
    t: str | float
    online: bool
    fps: float
    model: str | None = None


M = TypeVar("M", _DetectionsMessage, _StateMessage)
R = TypeVar("R", Detections, CameraReport)

_DETECTIONS = Reader(_DetectionsMessage)
_STATE = Reader(_StateMessage)


def read(
    topic: str, payload: bytes, received_ns: int, cameras: Container[str], tolerance: TimeTolerance = STRICT
) -> tuple[list[CameraReport | Detections], list[Refusal]]:
    """The reports of one message and what of it was refused.

    Args:
        topic: as above; the plant in it is the caller's to know.
        payload: JSON, UTF-8.
        received_ns: arrival, UTC nanoseconds.
        cameras: codes of the plant's cameras.
        tolerance: how far event time and arrival may differ.

    Returns:
        Reports in the order of the message; a refusal for each element that was not taken, and for each single
        detection that was not taken out of one that was.
    """
    match topic.split("/"):
        case ["twin", "v1", _, "camera", camera, "detections" | "state" as kind]:
            pass
        case _:
            return [], [Refusal(RefusalReason.UNKNOWN_TOPIC, topic, "not twin/v1/{plant}/camera/{id}/…")]
    if camera not in cameras:
        return [], [Refusal(RefusalReason.UNKNOWN_CAMERA, topic, camera[:64])]
    good: list[CameraReport | Detections] = []
    if kind == "state":
        states, bad = _STATE.read(topic, payload)
        good += _timed(states, bad, topic, camera, received_ns, tolerance, _state)
    else:
        pictures, bad = _DETECTIONS.read(topic, payload)
        good += _timed(pictures, bad, topic, camera, received_ns, tolerance, _picture)
    return good, bad


def _timed(
    messages: list[M],
    bad: list[Refusal],
    topic: str,
    camera: str,
    received_ns: int,
    tolerance: TimeTolerance,
    build: Callable[[M, int, str, str, list[Refusal]], R | None],
) -> list[R]:
    good = []
    for message in messages:
        t_ns = event_time(message.t, received_ns, tolerance)
        if isinstance(t_ns, RefusalReason):
            bad.append(Refusal(t_ns, topic, f"{message.t!r:.60}"))
            continue
        report = build(message, t_ns, camera, topic, bad)
        if report is not None:
            good.append(report)
    return good


def _state(message: _StateMessage, t_ns: int, camera: str, topic: str, bad: list[Refusal]) -> CameraReport | None:
    if not 0.0 <= message.fps <= FASTEST_FPS:
        bad.append(Refusal(RefusalReason.OUT_OF_RANGE, topic, f"{message.fps!r} pictures a second"))
        return None
    return CameraReport(camera, t_ns, message.online, message.fps, message.model)


def _picture(message: _DetectionsMessage, t_ns: int, camera: str, topic: str, bad: list[Refusal]) -> Detections | None:
    if not 0 <= message.frame < 1 << 63:
        bad.append(Refusal(RefusalReason.OUT_OF_RANGE, topic, "picture number"))
        return None
    if len(message.detections) > MOST_DETECTIONS:
        bad.append(Refusal(RefusalReason.TOO_LARGE, topic, f"{len(message.detections)} detections"))
        return None
    taken: list[Detection] = []
    for part in message.detections:
        x0, y0, x1, y1 = part.box
        sane = -LARGEST_PIXEL <= x0 < x1 <= LARGEST_PIXEL and -LARGEST_PIXEL <= y0 < y1 <= LARGEST_PIXEL
        if sane and 0.0 <= part.conf <= 1.0 and (part.track is None or abs(part.track) < 1 << 63):
            taken.append(Detection(part.kind, part.conf, part.box, part.track))
        else:
            bad.append(Refusal(RefusalReason.OUT_OF_RANGE, topic, f"{part.kind[:40]}: {part.box!r} {part.conf!r}"))
    return Detections(camera, t_ns, message.frame, tuple(taken))
