"""People and vehicles moving along the net, all of them in one array operation per step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.simulate.ways import WayNet

_MOST_EDGES_PER_STEP = 12


class Movers:
    """n movers on one net, structure of arrays.

    Attributes:
        xy_m: (n, 2) where they are, site metres.
        heading_rad: (n,) where they face, mathematical angle from east.
        speed_mps: (n,) speed they walk or drive with while on the way.
        spot: (n,) the spot they go to or stand at.
        standing_until_s: (n,) simulated second at which they leave; infinite while on the way.
    """

    def __init__(self, net: WayNet, at_spot: NDArray[np.intp], side: NDArray[np.float64]) -> None:
        """Put every mover at a spot.

        Args:
            net: the ways.
            at_spot: (n,) spot each begins at.
            side: (n,) where on the width of a way each keeps, -1 left … 1 right.
        """
        n = len(at_spot)
        self.net = net
        self.spot = np.asarray(at_spot, np.intp).copy()
        self.side = side
        self.speed_mps = np.ones(n)
        self.standing_until_s = np.zeros(n)
        self.heading_rad = np.linspace(0.0, 2 * np.pi, n, endpoint=False)
        node = net.spot_node[self.spot]
        self._from = node.astype(np.int32)
        self._to = self._from.copy()
        self._edge = np.zeros(n, np.int32)
        self._along_m = np.zeros(n)
        # Several people at one spot stand a little apart.
        turn = np.arange(n) * 2.39996
        self._apart = (
            np.column_stack([np.cos(turn), np.sin(turn)]) * (0.12 + 0.3 * ((np.arange(n) * 0.618) % 1.0))[:, None]
        )
        self.xy_m = net.node[node] + self._apart

    def __len__(self) -> int:
        return len(self.spot)

    @property
    def walking(self) -> NDArray[np.bool_]:
        """(n,) who is on the way."""
        return np.isinf(self.standing_until_s)

    def send(self, who: int, spot: int, speed_mps: float) -> None:
        """Set one mover on its way to a spot, from wherever it is."""
        start = self._to[who]
        if self.walking[who] and self._from[who] != start:
            # Turned round on the way: whichever end of the edge is nearer by the new way.
            ends = (int(self._from[who]), int(start))
            length = float(self.net.edge_length_m[self._edge[who]])
            rest = (float(self._along_m[who]), length - float(self._along_m[who]))
            by = [self.net.distance_m[spot, end] + left for end, left in zip(ends, rest, strict=True)]
            if by[0] < by[1]:
                self._from[who], self._to[who] = ends[1], ends[0]
                self._along_m[who] = rest[1]
            self.spot[who] = spot
            self.speed_mps[who] = speed_mps
            return
        self.spot[who] = spot
        self.speed_mps[who] = speed_mps
        self.standing_until_s[who] = np.inf
        self._from[who] = start
        self._edge[who] = self.net.next_edge[spot, start]
        self._to[who] = self.net.next_node[spot, start]
        self._along_m[who] = 0.0

    def advance(self, dt_s: float) -> NDArray[np.intp]:
        """Move everybody on by `dt_s` seconds; returns who arrived in this step (still marked as walking)."""
        net = self.net
        on_way = np.flatnonzero(self.walking)
        self._along_m[on_way] += self.speed_mps[on_way] * dt_s
        arrived = np.zeros(len(self), bool)
        for _ in range(_MOST_EDGES_PER_STEP):
            past = on_way[self._along_m[on_way] >= net.edge_length_m[self._edge[on_way]]]
            past = past[~arrived[past]]
            if len(past) == 0:
                break
            at = self._to[past]
            done = at == net.spot_node[self.spot[past]]
            arrived[past[done]] = True
            further, at = past[~done], at[~done]
            self._along_m[further] -= net.edge_length_m[self._edge[further]]
            self._from[further] = at
            self._edge[further] = net.next_edge[self.spot[further], at]
            self._to[further] = net.next_node[self.spot[further], at]
        stuck = on_way[(self._from[on_way] == self._to[on_way])]
        arrived[stuck] = True
        came = np.flatnonzero(arrived)
        self._from[came] = self._to[came]
        self._along_m[came] = 0.0
        self._follow(dt_s, on_way)
        return came

    def _follow(self, dt_s: float, on_way: NDArray[np.intp]) -> None:
        """Draw the bodies after their points on the net, so that nobody jumps sideways."""
        net = self.net
        start, end = net.node[self._from], net.node[self._to]
        run = end - start
        length = np.maximum(np.hypot(run[:, 0], run[:, 1]), 1e-9)
        unit = run / length[:, None]
        share = np.clip(self._along_m / length, 0.0, 1.0)
        aside = np.where(self._from == self._to, 0.0, self.side * net.edge_half_width_m[self._edge])
        goal = start + run * share[:, None] + np.column_stack([unit[:, 1], -unit[:, 0]]) * aside[:, None]
        resting = self._from == self._to
        goal[resting] = end[resting] + self._apart[resting]
        step = goal - self.xy_m
        far = np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-12)
        pace = np.where(resting, np.minimum(self.speed_mps, 1.0), self.speed_mps)
        most = np.maximum(pace * dt_s * 1.35, (far - 4.0) * 0.8)
        self.xy_m = self.xy_m + step * np.minimum(1.0, most / far)[:, None]
        turned = on_way[far[on_way] > 0.02]
        self.heading_rad[turned] = np.arctan2(step[turned, 1], step[turned, 0])
