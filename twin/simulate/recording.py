"""A recording of ranges laid on a plant: engine, anchors, tags and people as records, rows as messages. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from shapely.geometry import Point

from gis.kinds import AnchorPoint
from gis.plant import Asset, Engine, GroundControlPoint, Names, Person, Tag, TagAssignment
from twin.simulate.errors import SimulationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from gis.plant import Plant

DEFAULT_TAG_HEIGHT_M = 1.6
EPOCH_WINDOW_S = 0.015
"""Ranges of one tag to different anchors within this time are one epoch."""
_VALID_FROM = "2026-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the recording's origin lies on the site, and how its axes are turned (degrees, counter-clockwise)."""

    x_m: float
    y_m: float
    rotate_deg: float = 0.0

    def to_site(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 2) metres of the recording's frame in site metres."""
        turn = np.radians(self.rotate_deg)
        cos, sin = np.cos(turn), np.sin(turn)
        return np.asarray(xy @ np.array([[cos, sin], [-sin, cos]]) + (self.x_m, self.y_m), float)


@dataclass(frozen=True, slots=True)
class RecordingNames:
    """Codes under which a recording is known to the plant."""

    name: str

    @property
    def engine(self) -> str:
        """Engine code."""
        return f"REC-{self.name}"

    def anchor(self, anchor: str) -> str:
        """Code of an anchor of the recording."""
        return f"REC-{self.name}-A{anchor}"

    def tag(self, tag: str) -> str:
        """Code of a tag of the recording."""
        return f"REC-{self.name}-T{tag}"

    def person(self, tag: str) -> str:
        """Code of the invented person who carries the tag."""
        return f"REC-{self.name}-P{tag}"


@dataclass(frozen=True, slots=True)
class RecordingRecords:
    """What a plant lacks to follow a recording."""

    engines: tuple[Engine, ...]
    assets: tuple[Asset, ...]
    people: tuple[Person, ...]
    tags: tuple[Tag, ...]
    assignments: tuple[TagAssignment, ...]

    def __bool__(self) -> bool:
        return bool(self.engines or self.assets or self.people or self.tags or self.assignments)


@dataclass(frozen=True, slots=True)
class Epoch:
    """Ranges of one tag at one time: seconds since the recording's start, anchors and metres as recorded."""

    t_s: float
    tag: str
    anchors: tuple[str, ...]
    d_m: tuple[float, ...]


def names_of(directory_name: str) -> RecordingNames:
    """Codes from the name of a recording's directory; characters that no code may hold become `-`.

    Raises:
        SimulationError: nothing is left of the name.
    """
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", directory_name).strip("-.")[:40]
    if not name:
        raise SimulationError(f"no name can be made of {directory_name!r}")
    return RecordingNames(name)


def epochs(
    t_s: NDArray[np.float64], tag: Sequence[str], anchor: Sequence[str], range_m: NDArray[np.float64]
) -> list[Epoch]:
    """Group ranges by tag and time, in order of time.

    A new epoch begins when an anchor comes again or `EPOCH_WINDOW_S` has passed since the epoch's first range.
    """
    order = np.argsort(t_s, kind="stable").tolist()
    first = float(t_s[order[0]]) if order else 0.0
    open_: dict[str, tuple[float, list[str], list[float]]] = {}
    made: list[Epoch] = []

    def close(name: str) -> None:
        since, anchors, metres = open_.pop(name)
        made.append(Epoch(since, name, tuple(anchors), tuple(metres)))

    for row in order:
        name, at = tag[row], float(t_s[row]) - first
        if name in open_ and (at - open_[name][0] > EPOCH_WINDOW_S or anchor[row] in open_[name][1]):
            close(name)
        _, anchors, metres = open_.setdefault(name, (at, [], []))
        anchors.append(anchor[row])
        metres.append(float(range_m[row]))
    for name in list(open_):
        close(name)
    return sorted(made, key=lambda epoch: epoch.t_s)


def missing_records(
    plant: Plant,
    names: RecordingNames,
    anchors: Mapping[str, NDArray[np.float64]],
    heights_m: Mapping[str, float],
    placement: Placement,
) -> RecordingRecords:
    """The records to add so that the plant can follow a recording; empty when it has them all.

    Args:
        plant: the plant as it is.
        names: codes of the recording.
        anchors: antenna position (3,) in the recording's frame, metres, by anchor.
        heights_m: carry height by tag.
        placement: where the recording's frame lies.

    Raises:
        SimulationError: there are no anchors.
    """
    if not anchors:
        raise SimulationError("the recording has no anchors")
    have = {
        *(e.code for e in plant.engines), *(a.code for a in plant.assets), *(p.code for p in plant.people),
        *(t.code for t in plant.tags),
    }  # fmt: skip
    visitor = next(
        (r.code for r in plant.roles if r.code == "visitor"), plant.roles[0].code if plant.roles else "visitor"
    )
    team = next((t.code for t in plant.teams if "VIS" in t.code), None)
    people, tags, assignments = [], [], []
    for tag, height in sorted(heights_m.items()):
        code, person = names.tag(tag), names.person(tag)
        if person not in have:
            label = Names(zh=f"录制回放 {names.name} {tag}（虚构）", en=f"Recording {names.name} {tag} (fictional)")
            people.append(Person(code=person, names=label, role=visitor, team=team))
        if code not in have:
            tags.append(Tag(code=code, carry_height_m=round(float(np.clip(height, 0.0, 5.0)), 3)))
            assignments.append(TagAssignment.model_validate({"tag": code, "person": person, "valid_from": _VALID_FROM}))
    return RecordingRecords(
        engines=() if names.engine in have else (_engine(names, anchors, placement),),
        assets=tuple(a for a in _anchor_assets(plant, names, anchors, placement) if a.code not in have),
        people=tuple(people),
        tags=tuple(tags),
        assignments=tuple(assignments),
    )


def _engine(names: RecordingNames, anchors: Mapping[str, NDArray[np.float64]], placement: Placement) -> Engine:
    """The recording's engine, tied to the site by the corners of a square around its anchors."""
    xy = np.array([place[:2] for place in anchors.values()], float)
    middle, reach = xy.mean(axis=0), max(float(np.ptp(xy, axis=0).max()), 4.0)
    corners = middle + reach / 2 * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], float)
    points = tuple(
        GroundControlPoint(
            engine_x_m=round(float(e[0]), 4), engine_y_m=round(float(e[1]), 4),
            site_x_m=round(float(s[0]), 4), site_y_m=round(float(s[1]), 4),
        )
        for e, s in zip(corners, placement.to_site(corners), strict=True)
    )  # fmt: skip
    label = Names(zh=f"录制回放 {names.name}", en=f"Recording {names.name}")
    return Engine(code=names.engine, names=label, control_points=points)


def _anchor_assets(
    plant: Plant, names: RecordingNames, anchors: Mapping[str, NDArray[np.float64]], placement: Placement
) -> list[Asset]:
    frame = plant.head.frame
    made = []
    for anchor, place in anchors.items():
        x, y = placement.to_site(np.array([place[:2]], float))[0]
        lon, lat = frame.to_lonlat(x, y)
        code = names.anchor(anchor)
        made.append(
            Asset(
                code=code,
                names=Names(zh=f"录制基站 {anchor}", en=f"Recorded anchor {anchor}"),
                geometry=Point(round(float(lon), 9), round(float(lat), 9)),
                attributes=AnchorPoint(engine=names.engine, antenna_m=float(place[2])),
            )
        )
    return made


class _Range(msgspec.Struct):
    anchor: str
    d: float


class _Message(msgspec.Struct):
    tag: str
    t: float
    seq: int
    ranges: list[_Range]


def message(names: RecordingNames, epoch: Epoch, t_ns: int, seq: int) -> bytes:
    """One epoch as the payload of a ranges message, measured at `t_ns`."""
    ranges = [_Range(names.anchor(a), round(d, 4)) for a, d in zip(epoch.anchors, epoch.d_m, strict=True)]
    return msgspec.json.encode(_Message(names.tag(epoch.tag), round(t_ns / 1e6, 3), seq, ranges))


def topic(plant_code: str, names: RecordingNames) -> str:
    """Where the recording's ranges are published."""
    return f"twin/v1/{plant_code}/uwb/{names.engine}/ranges"
