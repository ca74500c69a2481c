"""The net of roads and walkways, and the shortest way from anywhere on it to every spot."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra
from shapely.geometry import LineString, Point

from twin.simulate.errors import SimulationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

_TOUCH_M = 0.4
"""Ways drawn to within this distance of each other meet."""


class Way(NamedTuple):
    """One road or walkway: its line in site metres and its width."""

    line: LineString
    width_m: float


class Spur(NamedTuple):
    """A place off the ways, reached in a straight line from the nearest way (or from `door` first)."""

    place: tuple[float, float]
    door: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class WayNet:
    """Nodes, edges and next hops.

    Attributes:
        node: (m, 2) site metres.
        edge_length_m: (e,) metres.
        edge_half_width_m: (e,) how far from the middle one may walk, metres.
        spot_node: (d,) node of each spot, in the order the spurs were given; -1 where it could not be reached.
        next_node: (d, m) the node after each node on the way to each spot.
        next_edge: (d, m) the edge that leads there.
        distance_m: (d, m) length of that way (with penalties).
    """

    node: NDArray[np.float64]
    edge_length_m: NDArray[np.float64]
    edge_half_width_m: NDArray[np.float64]
    spot_node: NDArray[np.intp]
    next_node: NDArray[np.int32]
    next_edge: NDArray[np.int32]
    distance_m: NDArray[np.float32]


class _Builder:
    """Collects nodes and edges; nodes closer than 5 cm are one."""

    def __init__(self) -> None:
        self.nodes: list[tuple[float, float]] = []
        self.edges: list[tuple[int, int, float]] = []
        self._index: dict[tuple[int, int], int] = {}
        self._joined: set[tuple[int, int]] = set()

    def at(self, x: float, y: float) -> int:
        key = (round(x * 20), round(y * 20))
        if key not in self._index:
            self._index[key] = len(self.nodes)
            self.nodes.append((x, y))
        return self._index[key]

    def join(self, a: int, b: int, half_width_m: float) -> None:
        if a != b and (min(a, b), max(a, b)) not in self._joined:
            self._joined.add((min(a, b), max(a, b)))
            self.edges.append((a, b, half_width_m))


def _stretched(line: LineString) -> LineString:
    """The line with both open ends drawn on a little, so that ways meant to meet cross."""
    points = np.asarray(line.coords)
    if np.allclose(points[0], points[-1]):
        return line
    first, last = points[0] - points[1], points[-1] - points[-2]
    points[0] += first / np.hypot(*first) * _TOUCH_M
    points[-1] += last / np.hypot(*last) * _TOUCH_M
    return LineString(points)


def _pieces(ways: Sequence[Way]) -> tuple[list[LineString], list[float]]:
    """Straight stretches between crossings, with how far from the middle one may walk."""
    net = shapely.node(shapely.multilinestrings([_stretched(way.line) for way in ways]))
    tree = shapely.STRtree([way.line for way in ways])
    pieces: list[LineString] = []
    halves: list[float] = []
    for part in shapely.get_parts(net):
        points = np.asarray(part.coords)
        for start, end in pairwise(points):
            piece = LineString([start, end])
            if piece.length <= _TOUCH_M + 0.1:
                continue
            width = ways[int(tree.nearest(piece.interpolate(0.5, normalized=True)))].width_m
            pieces.append(piece)
            halves.append(max(width / 2 - 0.45, 0.15))
    return pieces, halves


def build_net(ways: Sequence[Way], spurs: Sequence[Spur], costly: Sequence[tuple[BaseGeometry, float]] = ()) -> WayNet:
    """Join ways where they meet, tie every spur to the nearest way, and find all shortest ways.

    Args:
        ways: lines in site metres.
        spurs: the places to be reached, in site metres.
        costly: areas in which a metre counts as so many.

    Raises:
        SimulationError: there are no ways.
    """
    if not ways:
        raise SimulationError("the plant has no roads or walkways to move on")
    pieces, halves = _pieces(ways)
    tree = shapely.STRtree(pieces)
    feet = [Point(spur.door or spur.place) for spur in spurs]
    nearest = tree.nearest(feet) if feet else np.array([], int)
    stops: dict[int, list[float]] = {}
    for foot, piece in zip(feet, nearest, strict=True):
        stops.setdefault(int(piece), []).append(pieces[int(piece)].project(foot))
    made = _Builder()
    for index, (piece, half) in enumerate(zip(pieces, halves, strict=True)):
        marks = sorted({0.0, piece.length, *(min(max(s, 0.0), piece.length) for s in stops.get(index, []))})
        places = [made.at(*piece.interpolate(mark).coords[0]) for mark in marks]
        for a, b in pairwise(places):
            made.join(a, b, half)
    spot_nodes = []
    for spur, foot, piece in zip(spurs, feet, nearest, strict=True):
        line = pieces[int(piece)]
        here = made.at(*line.interpolate(line.project(foot)).coords[0])
        for place in (spur.door, spur.place):
            if place is not None:
                there = made.at(*place)
                made.join(here, there, 0.2)
                here = there
        spot_nodes.append(here)
    return _routed(np.array(made.nodes, float), made.edges, np.array(spot_nodes, np.intp), costly)


def _routed(
    node: NDArray[np.float64],
    edges: list[tuple[int, int, float]],
    spot_node: NDArray[np.intp],
    costly: Sequence[tuple[BaseGeometry, float]],
) -> WayNet:
    a = np.array([edge[0] for edge in edges], np.intp)
    b = np.array([edge[1] for edge in edges], np.intp)
    half = np.array([edge[2] for edge in edges])
    length = np.hypot(*(node[b] - node[a]).T)
    cost = np.maximum(length, 1e-3)
    middle = (node[a] + node[b]) / 2
    factor = np.ones(len(a))
    for area, times in costly:
        factor = np.where(shapely.contains_xy(area, middle[:, 0], middle[:, 1]), np.maximum(factor, times), factor)
    count = len(node)
    weight = csr_matrix((cost * factor, (a, b)), shape=(count, count))
    weight = weight.maximum(weight.T)
    edge_of = csr_matrix((np.arange(1, len(a) + 1), (a, b)), shape=(count, count))
    edge_of = edge_of.maximum(edge_of.T)
    _, part = connected_components(weight, directed=False)
    main = np.bincount(part).argmax()
    reached = np.where(part[spot_node] == main, spot_node, -1)
    distance, before = dijkstra(weight, directed=False, indices=spot_node, return_predecessors=True)
    next_node = np.where(before < 0, np.arange(count)[None, :], before).astype(np.int32)
    from_ = np.broadcast_to(np.arange(count), next_node.shape)
    found = np.asarray(edge_of[from_.ravel(), next_node.ravel()]).reshape(next_node.shape)
    next_edge = np.minimum(np.maximum(found - 1, 0), len(a) - 1).astype(np.int32)
    return WayNet(
        node=node,
        edge_length_m=length,
        edge_half_width_m=half,
        spot_node=reached,
        next_node=next_node,
        next_edge=next_edge,
        distance_m=distance.astype(np.float32),
    )
