"""Where every subject was last, as one table: a row per subject of the roster, copied on write."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gis.fix import FixStatus

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.core.roster import Roster
    from twin.effects import PositionsMoved

_UNKNOWN_SIGMA_Z_M = 1.0
"""A picture does not say how sure a height was."""
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


def copied(tracks: NDArray[np.void]) -> NDArray[np.void]:
    """The table once more. As bytes: field by field, as NumPy copies records, it takes thirty times as long."""
    return tracks.view(np.uint8).copy().view(TRACK)


def taken_up(positions: PositionsMoved, roster: Roster) -> NDArray[np.void]:
    """The table as a former core's last picture shows it; whoever the roster lacks is left out."""
    table = no_tracks(len(roster.carriers))
    known = np.array([i for i, subject in enumerate(positions.subject) if subject in roster.row], np.int64)
    rows = np.array([roster.row[positions.subject[i]] for i in known.tolist()], np.int64)
    table["t_ns"][rows] = table["ref_t_ns"][rows] = positions.fix_t_ns[known]
    table["recent_ns"][rows, 0] = positions.fix_t_ns[known]
    table["xyz_m"][rows] = table["ref_xyz_m"][rows] = positions.xyz_m[known]
    table["cov_m2"][rows] = table["ref_cov_m2"][rows] = positions.cov_m2[known]
    table["sigma_z_m"][rows] = table["ref_sigma_z_m"][rows] = _UNKNOWN_SIGMA_Z_M
    for name in ("velocity_mps", "p_still", "status", "reasons"):
        table[name][rows] = getattr(positions, name)[known]
    table["tag"][rows] = [roster.tag_row.get(positions.tag_id[i], -1) for i in known.tolist()]
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
