"""The messages outsiders send to the broker and receive from it, as documented (pure).

The decoders (`locator.codec`, `twin.telemetry`, `vision.codec`) decide what is taken; a test holds the examples given
here against them. A payload in may be one object or an array of objects.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from gis.plant import Code
from twin.api.wire import Wire

InstantIn = Annotated[
    str | float,
    Field(description="When it was measured: ISO 8601 with zone, or epoch milliseconds. Naive times are refused."),
]


class RangeIn(Wire):
    """One two-way range."""

    anchor: Code
    d: float = Field(description="metres")
    rssi: float | None = None


class RangesIn(Wire):
    """Ranges from one tag to several anchors."""

    tag: Code
    t: InstantIn
    seq: int
    ranges: list[RangeIn]


class DifferenceIn(Wire):
    """A difference of distance, |p − b| − |p − a|."""

    a: Code
    b: Code
    d: float = Field(description="metres")


class TdoaIn(Wire):
    """Differences of arrival of one tag's signal."""

    tag: Code
    t: InstantIn
    seq: int
    tdoa: list[DifferenceIn]


class FixIn(Wire):
    """A position an engine solved itself, in metres of the engine's frame."""

    tag: Code
    t: InstantIn
    seq: int
    x: float
    y: float
    z: float | None = None
    sd: float | None = Field(default=None, description="standard deviation per axis, metres")
    cov: list[float] | None = Field(default=None, description="xx, xy, yy in m²")
    floor: str | None = None


class TagIn(Wire):
    """A tag's own report."""

    tag: Code
    t: InstantIn
    battery: float | None = Field(default=None, description="per cent")
    sos: bool | None = None
    moving: bool | None = None


class SensorIn(Wire):
    """One sensor value in the sensor's unit."""

    sensor: Code
    t: InstantIn
    v: float
    q: Literal["good", "bad", "stale", "maintenance"] = "good"


class WeatherIn(Wire):
    """Weather; the wind comes from `wind_from_deg`."""

    t: InstantIn
    wind_from_deg: float
    wind_mps: float
    temp_c: float
    humidity: float | None = Field(default=None, description="per cent")
    cloud_oktas: float | None = None


class DetectionIn(Wire):
    """One thing a camera sees; the box is in pixels, left, top, right, bottom."""

    class_: str = Field(alias="class")
    conf: float
    box: tuple[float, float, float, float]
    track: int | None = None


class DetectionsIn(Wire):
    """What a camera sees in one picture."""

    t: InstantIn
    frame: int
    detections: list[DetectionIn]


class CameraStateIn(Wire):
    """A camera's running state."""

    t: InstantIn
    online: bool
    fps: float
    model: str | None = None


@dataclass(frozen=True)
class Inward:
    """One topic outsiders publish on.

    Attributes:
        name: short name.
        address: topic with its parameters.
        message: documented type of one object.
        example: one object; codes are placeholders that a plant must know.
    """

    name: str
    address: str
    message: type[Wire]
    example: dict[str, Any]


_T = "2026-11-23T01:02:03.250Z"
INWARD: tuple[Inward, ...] = (
    Inward(
        "ranges",
        "twin/v1/{plant}/uwb/{engine}/ranges",
        RangesIn,
        {"tag": "T0001", "t": _T, "seq": 17, "ranges": [{"anchor": "A-001", "d": 12.31, "rssi": -71.5}]},
    ),
    Inward(
        "tdoa",
        "twin/v1/{plant}/uwb/{engine}/tdoa",
        TdoaIn,
        {"tag": "T0001", "t": _T, "seq": 17, "tdoa": [{"a": "A-001", "b": "A-002", "d": -3.4}]},
    ),
    Inward(
        "fix",
        "twin/v1/{plant}/uwb/{engine}/fix",
        FixIn,
        {"tag": "T0001", "t": _T, "seq": 17, "x": 10.2, "y": -4.5, "z": 1.2, "sd": 0.2},
    ),
    Inward(
        "tag",
        "twin/v1/{plant}/uwb/{engine}/tag",
        TagIn,
        {"tag": "T0001", "t": _T, "battery": 82.0, "sos": False, "moving": True},
    ),
    Inward("sensor", "twin/v1/{plant}/sensor", SensorIn, {"sensor": "LT-101", "t": _T, "v": 7.42, "q": "good"}),
    Inward(
        "weather",
        "twin/v1/{plant}/weather",
        WeatherIn,
        {"t": _T, "wind_from_deg": 135.0, "wind_mps": 3.2, "temp_c": 11.5, "humidity": 64.0},
    ),
    Inward(
        "detections",
        "twin/v1/{plant}/camera/{camera}/detections",
        DetectionsIn,
        {
            "t": _T,
            "frame": 4711,
            "detections": [{"class": "person", "conf": 0.91, "box": [610.0, 200.5, 660.0, 340.0], "track": 5}],
        },
    ),
    Inward(
        "camera_state",
        "twin/v1/{plant}/camera/{camera}/state",
        CameraStateIn,
        {"t": _T, "online": True, "fps": 25.0},
    ),
)
PARAMETERS = {
    "plant": "Plant code.",
    "engine": "Code of a positioning engine of the plant.",
    "camera": "Camera code.",
}
