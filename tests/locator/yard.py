"""A small yard with six anchors, and messages as its engine sends them."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import shapely

from gis.kinds import AnchorPoint
from gis.plant import (
    Asset,
    Camera,
    Engine,
    Enterprise,
    GroundControlPoint,
    Level,
    Names,
    Plant,
    PlantHead,
    Sensor,
    Tag,
)

T0 = 1_795_395_600_000_000_000
CODE = "YARD"
ENGINE = "E1"
TURNED = "E2"
TOPIC = f"twin/v1/{CODE}/uwb/{ENGINE}/"
PLACES = {
    "A1": (0.0, 0.0, 4.0),
    "A2": (40.0, 0.0, 5.0),
    "A3": (40.0, 30.0, 4.5),
    "A4": (0.0, 30.0, 5.5),
    "A5": (20.0, 0.0, 6.0),
    "A6": (20.0, 30.0, 4.2),
}
CARRY_M = 1.2


def _names(text: str) -> Names:
    return Names(zh=text, en=text)


def yard(*, bias_m: float = 0.0, without: tuple[str, ...] = ()) -> Plant:
    head = PlantHead(
        code=CODE,
        names=_names("yard"),
        enterprise="ENT",
        origin_lon=118.95,
        origin_lat=37.95,
        boundary=shapely.box(118.94, 37.94, 118.96, 37.96),
    )
    assets = []
    for code, (x, y, z) in PLACES.items():
        if code in without:
            continue
        lon, lat = head.frame.to_lonlat(x, y)
        attributes = AnchorPoint(engine=ENGINE, antenna_m=z, bias_m=bias_m, sigma_m=0.1)
        point = shapely.Point(float(lon), float(lat))
        assets.append(Asset(code=code, names=_names(code), geometry=point, attributes=attributes))
    # The second engine's x points north on the site: (x, y) → (100 − y, 50 + x).
    turned = tuple(
        GroundControlPoint(engine_x_m=x, engine_y_m=y, site_x_m=100.0 - y, site_y_m=50.0 + x)
        for x, y in ((0.0, 0.0), (30.0, 0.0), (30.0, 20.0), (0.0, 20.0))
    )
    return Plant(
        head=head,
        enterprise=Enterprise(code="ENT", names=_names("enterprise"), region="R"),
        levels=(
            Level(code="L0", names=_names("ground"), z_m=0.0),
            Level(code="L1", names=_names("platform"), z_m=6.0),
        ),
        engines=(
            Engine(code=ENGINE, names=_names("radio")),
            Engine(code=TURNED, names=_names("other"), control_points=turned, z_offset_m=0.5),
        ),
        assets=tuple(assets),
        tags=tuple(Tag(code=f"T{k}", carry_height_m=CARRY_M) for k in range(1, 9)),
        sensors=(
            Sensor(
                code="TI-1",
                names=_names("temperature"),
                quantity="temperature",
                unit="degC",
                range_low=-20,
                range_high=120,
                valid_from=T0,
            ),
        ),
        cameras=(
            Camera(
                code="C1",
                names=_names("gate"),
                x_m=0,
                y_m=0,
                z_m=8,
                heading_deg=0,
                tilt_deg=-20,
                hfov_deg=60,
                valid_from=T0,
            ),
        ),
    )


def distances(x: float, y: float, z: float = CARRY_M) -> dict[str, float]:
    return {code: math.dist((x, y, z), place) for code, place in PLACES.items()}


def ranges(tag: str, t_ns: int, seq: int, d_m: dict[str, float]) -> dict[str, Any]:
    parts = [{"anchor": anchor, "d": d} for anchor, d in d_m.items()]
    return {"tag": tag, "t": t_ns / 1e6, "seq": seq, "ranges": parts}


def payload(message: Any) -> bytes:
    return json.dumps(message).encode()


def walk(seconds: float, rate_hz: float, seed: int = 1) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Times (n,) in seconds and places (n, 2) of somebody who walks an oval at 1.2 m/s."""
    t = np.arange(0.0, seconds, 1.0 / rate_hz)
    angle = 2.0 * np.pi * np.random.default_rng(seed).random() + 1.2 * t / 9.0
    return t, np.column_stack([20.0 + 9.0 * np.cos(angle), 15.0 + 9.0 * np.sin(angle)])
