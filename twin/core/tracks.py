"""Where every subject was last, as one table: a row per subject of the roster, copied on write."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gis.fix import FixStatus

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.core.roster import Roster

RECENT = 4
"""How many times of measurement are remembered per subject to know a repeated fix again."""

TRACK = np.dtype(
    [
        ("t_ns", np.int64),  # newest fix; 0 = never seen
        ("xyz_m", np.float64, 3),
        ("cov_m2", np.float64, 3),
        ("velocity_mps", np.float64, 2),
        ("sigma_z_m", np.float64),
        ("p_still", np.float64),
        ("status", np.uint8),
        ("reasons", np.uint32),
        ("tag", np.int64),  # row of the tag that spoke last
        ("period_s", np.float64),  # learnt time between fixes; 0 = not known yet
        ("recent_ns", np.int64, RECENT),
        # The last fix the fences believed: where a movement starts.
        ("ref_t_ns", np.int64),  # 0 = none
        ("ref_xyz_m", np.float64, 3),
        ("ref_cov_m2", np.float64, 3),
        ("ref_sigma_z_m", np.float64),
        # A fix too far from it to be believed before a second one agrees.
        ("suspect_t_ns", np.int64),  # 0 = none
        ("suspect_xy_m", np.float64, 2),
    ]
)
"""Fields of the track table. Metres east, north, up of the site; covariance xx, xy, yy."""


def no_tracks(n: int) -> NDArray[np.void]:
    """A table of n subjects never seen."""
    table = np.zeros(n, TRACK)
    table["status"] = FixStatus.LOST
    table["tag"] = -1
    return table


def carried_over(tracks: NDArray[np.void], old: Roster, new: Roster) -> NDArray[np.void]:
    """The table in the rows of a new roster; subjects the new one lacks are forgotten."""
    if old is new:
        return tracks
    table = no_tracks(len(new.carriers))
    pairs = [(i, new.row[c.subject]) for i, c in enumerate(old.carriers) if c.subject in new.row]
    if pairs:
        before, after = np.array(pairs).T
        table[after] = tracks[before]
    spoke = np.flatnonzero(table["tag"] >= 0)
    table["tag"][spoke] = [new.tag_row.get(old.tags[tag], -1) for tag in table["tag"][spoke]]
    return table


def aged(
    tracks: NDArray[np.void],
    now_ns: int,
    *,
    predicted_after_s: float,
    predicted_periods: float,
    lost_after_s: float,
    lost_periods: float,
) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Which seen subjects grew staler by now than their status says.

    Returns:
        rows (k,) and the status (k,) each has from now on.
    """
    age_s = (now_ns - tracks["t_ns"]) / 1e9
    status = tracks["status"].copy()
    predicted = age_s > np.maximum(predicted_after_s, predicted_periods * tracks["period_s"])
    lost = age_s > np.maximum(lost_after_s, lost_periods * tracks["period_s"])
    status[predicted] = np.maximum(status[predicted], FixStatus.PREDICTED)
    status[lost] = FixStatus.LOST
    rows = np.flatnonzero((status != tracks["status"]) & (tracks["t_ns"] > 0))
    return rows, status[rows]
