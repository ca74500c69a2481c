"""What cameras say, as typed frozen values. Boxes are pixels: left, top, right, bottom, origin at the top left."""

from __future__ import annotations

import msgspec


class CameraReport(msgspec.Struct, frozen=True):
    """A camera's running state.

    Attributes:
        camera: camera code.
        t_ns: UTC nanoseconds.
        online: whether it delivers pictures.
        fps: pictures a second.
        model: name of the detector that runs on it, if any.
    """

    camera: str
    t_ns: int
    online: bool
    fps: float
    model: str | None = None


class Detection(msgspec.Struct, frozen=True):
    """One thing seen in one picture.

    Attributes:
        kind: class name of the detector, e.g. `person`.
        confidence: 0…1.
        box: x0, y0, x1, y1 in pixels, x0 < x1 and y0 < y1.
        track: number the camera's tracker gave it, if it tracks.
    """

    kind: str
    confidence: float
    box: tuple[float, float, float, float]
    track: int | None = None


class Detections(msgspec.Struct, frozen=True):
    """What one camera saw in one picture; `frame` is the picture's number."""

    camera: str
    t_ns: int
    frame: int
    detections: tuple[Detection, ...]
