"""Where everybody was at an instant: the last fix up to it, whatever chunks it lies in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from gis.fix import Reason
from gis.store.positions import HORIZON_S, standing_at
from gis.store.tracks import append_chunks, read_tracks
from tests.gis.store.test_tracks import FRAME, MS, T0, S, chunk

if TYPE_CHECKING:
    from sqlalchemy import Connection

pytestmark = pytest.mark.servers
EVERYBODY = ["P-1", "P-2", "P-3"]


def at(conn: Connection, t_ns: int) -> dict[str, int]:
    standing = standing_at(conn, "X", FRAME, t_ns, EVERYBODY)
    return dict(zip(standing.subject, standing.t_ns.tolist(), strict=True))


def test_the_last_fix_up_to_the_instant_counts(conn: Connection) -> None:
    old = chunk("P-3", 5, T0 - round(HORIZON_S + 60) * S)
    given = chunk("P-1", 60, seed=1)
    append_chunks(conn, "X", FRAME, [given, chunk("P-2", 10, seed=2), old])
    found = at(conn, T0 + 20 * S)
    assert {subject: (t_ns - T0) // S for subject, t_ns in found.items()} == {"P-1": 20, "P-2": 9}
    standing = standing_at(conn, "X", FRAME, T0 + 20 * S, ["P-1"])
    np.testing.assert_allclose(standing.xyz_m[0], given.xyz_m[20], atol=0.003)
    np.testing.assert_allclose(standing.velocity_mps[0], given.velocity_mps[20], atol=0.006)


@pytest.mark.parametrize("second", [-1, 0, 3, 9, 30, 59, 60, 61, 75, 119, 500, 700, 720, 2000])
def test_it_agrees_with_the_whole_track(conn: Connection, second: int) -> None:
    chunks = [chunk("P-1", 60, seed=1), chunk("P-1", 60, T0 + 60 * S, seed=2), chunk("P-2", 300, step_ns=2 * S, seed=3)]
    # A fix alone in its chunk, and a second tag.
    chunks += [chunk("P-1", 1, T0 + 30 * S + 500 * MS, seed=4), chunk("P-1", 20, T0 + 55 * S, tag="T2", seed=5)]
    append_chunks(conn, "X", FRAME, [replace(one, reasons=np.zeros(len(one), np.uint32)) for one in chunks])
    at_ns = T0 + second * S
    expected: dict[str, int] = {}
    for one in read_tracks(conn, "X", FRAME, at_ns - 3000 * S, at_ns + 1):
        expected[one.subject] = max(expected.get(one.subject, 0), int(one.t_ns[-1]))
    assert at(conn, at_ns) == expected


def test_what_came_late_nobody_had_seen(conn: Connection) -> None:
    late = chunk("P-1", 1, T0 + 30 * S)
    append_chunks(
        conn,
        "X",
        FRAME,
        [
            replace(chunk("P-1", 20), reasons=np.zeros(20, np.uint32)),
            replace(late, reasons=np.array([Reason.LATE], np.uint32)),
        ],
    )
    assert at(conn, T0 + 40 * S) == {"P-1": T0 + 19 * S}
