"""Fixes into the world: whose they are, whether they are news, whether they can be true, and what they cross."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gis.fix import FixStatus, Reason
from twin.core.fences import largest_sigma_m
from twin.core.fusion import TagFix, fused
from twin.core.membership import moved
from twin.core.movements import Movements
from twin.core.presence import crossed
from twin.core.roster import CarrierKind
from twin.core.tracks import TRACK, copied
from twin.core.world import positions, with_roster

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.fix import FixBatch
    from twin.core.ledger import Ledger
    from twin.core.membership import Membership
    from twin.core.world import World

_SMALLEST_VARIANCE_M2 = 1e-6
_PERIOD_GAIN = 0.2
"""Weight of the newest interval in a tag's learnt period."""


@dataclass(frozen=True, eq=False)
class _Arrived:
    """Fixes as track entries, in order of time, with the subject each belongs to."""

    subject: NDArray[np.int64]
    track: NDArray[np.void]


def measured(world: World, batch: FixBatch, out: Ledger) -> World:
    """Fold one batch of fixes: positions first, then what they cross, then the alarms of it."""
    world, arrived = _arrived(world, batch)
    news: list[_Arrived] = []
    late: list[_Arrived] = []
    crossings = []
    membership: Membership = world.membership
    for turn in _turns(arrived.subject):
        one = _Arrived(arrived.subject[turn], arrived.track[turn])
        world, one = _fused(world, one)
        is_new, is_repeated = _news(world, one)
        late.append(_Arrived(one.subject[~is_new & ~is_repeated], one.track[~is_new & ~is_repeated]))
        one = _Arrived(one.subject[is_new], one.track[is_new])
        world, one, moves = _believed(world, one)
        membership, found = moved(membership, world.prisms, moves)
        crossings += found
        news.append(one)
    for parts, is_late in ((news, False), (late, True)):
        subject = np.concatenate([np.zeros(0, np.int64), *(part.subject for part in parts)])
        if len(subject):
            track = np.concatenate([part.track for part in parts])
            order = np.argsort(track["t_ns"], kind="stable")
            newest = int(track["t_ns"].max())
            out.add(
                lambda seq, s=subject[order], t=track[order], n=newest, late=is_late: positions(  # type: ignore[misc]
                    world, s, t, seq=seq, t_ns=n, late=late
                )
            )
    crossings.sort(key=lambda crossing: (crossing.t_ns, crossing.subject, crossing.fence))
    return crossed(replace(world, membership=membership), crossings, out)


def _arrived(world: World, batch: FixBatch) -> tuple[World, _Arrived]:
    """The batch as track entries; what is not finite or belongs to one stranger too many is counted and left out."""
    roster = world.roster.with_tags(batch.tag, world.parameters.stranger_limit)
    tag = np.array([roster.tag_row.get(code, -1) for code in batch.tag], np.int64)
    finite = np.isfinite(batch.xyz_m).all(axis=1) & np.isfinite(batch.cov_m2).all(axis=1)
    finite &= np.isfinite(batch.velocity_mps).all(axis=1) & np.isfinite(batch.sigma_z_m) & (batch.t_ns > 0)
    rows = np.flatnonzero(finite & (tag >= 0))
    if len(rows) < len(tag):
        world = replace(world, refused=world.refused + len(tag) - len(rows))
    rows = rows[np.argsort(batch.t_ns[rows], kind="stable")]
    track = np.zeros(len(rows), TRACK)
    track["tag"] = tag[rows]
    for name in ("t_ns", "xyz_m", "cov_m2", "velocity_mps", "sigma_z_m", "p_still", "status", "reasons"):
        track[name] = getattr(batch, name)[rows]
    cov = track["cov_m2"]
    cov[:, 0] = np.maximum(cov[:, 0], _SMALLEST_VARIANCE_M2)
    cov[:, 2] = np.maximum(cov[:, 2], _SMALLEST_VARIANCE_M2)
    limit = 0.999 * np.sqrt(cov[:, 0] * cov[:, 2])
    cov[:, 1] = np.clip(cov[:, 1], -limit, limit)
    subject = roster.holders_at(track["tag"], track["t_ns"])
    if (subject < 0).any():
        roster = roster.standing_alone(track["tag"][subject < 0].tolist())
        subject = roster.holders_at(track["tag"], track["t_ns"])
    return with_roster(world, roster), _Arrived(subject, track)


def _turns(subject: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """The numbers of the fixes, in groups that hold every subject at most once, earlier fixes in earlier groups."""
    order = np.argsort(subject, kind="stable")
    in_order = subject[order]
    starts = np.flatnonzero(np.concatenate([[True], in_order[1:] != in_order[:-1]])) if len(order) else order
    count = np.diff(np.append(starts, len(order)))
    nth = np.empty(len(order), np.int64)
    nth[order] = np.arange(len(order)) - np.repeat(starts, count)
    return [np.flatnonzero(nth == turn) for turn in range(int(nth.max(initial=-1)) + 1)]


def _fused(world: World, one: _Arrived) -> tuple[World, _Arrived]:
    """Replace the fixes of subjects with several tags by what their tags say together."""
    several = np.flatnonzero(world.roster.shared[one.subject])
    if not several.size:
        return world, one
    parts = dict(world.parts)
    track = one.track.copy()
    keep = np.ones(len(track), bool)
    for i in several:
        subject, entry = int(one.subject[i]), track[i]
        fixes = dict(parts.get(subject, {}))
        before = fixes.get(int(entry["tag"]))
        if before is not None and int(entry["t_ns"]) <= before.t_ns:
            continue  # old news of this tag: judged by its own time below
        fixes[int(entry["tag"])] = _tag_fix(entry)
        held = {
            tag: fix
            for tag, fix in fixes.items()
            if world.roster.holders_at(_one(tag), _one(int(entry["t_ns"])))[0] == subject
        }
        parts[subject] = held
        together = fused(list(held.values()), world.parameters)
        if together.t_ns <= int(world.tracks["t_ns"][subject]):
            keep[i] = False  # a newer fix of another tag is out already; this one speaks through the next
            continue
        for name in ("t_ns", "xyz_m", "cov_m2", "velocity_mps", "sigma_z_m", "p_still", "status", "reasons"):
            track[name][i] = getattr(together, name)
    return replace(world, parts=parts), _Arrived(one.subject[keep], track[keep])


def _one(value: int) -> NDArray[np.int64]:
    return np.array([value], np.int64)


def _tag_fix(entry: np.void) -> TagFix:
    return TagFix(
        tag=int(entry["tag"]),
        t_ns=int(entry["t_ns"]),
        xyz_m=entry["xyz_m"].copy(),
        cov_m2=entry["cov_m2"].copy(),
        velocity_mps=entry["velocity_mps"].copy(),
        sigma_z_m=float(entry["sigma_z_m"]),
        p_still=float(entry["p_still"]),
        status=int(entry["status"]),
        reasons=int(entry["reasons"]),
    )


def _news(world: World, one: _Arrived) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which fixes are newer than anything known of their subject, and which were seen before."""
    known = world.tracks[one.subject]
    t_ns = one.track["t_ns"]
    return t_ns > known["t_ns"], (known["recent_ns"] == t_ns[:, None]).any(axis=1)


def _believed(world: World, one: _Arrived) -> tuple[World, _Arrived, Movements]:
    """Enter new fixes into the tracks, and pick those the fences may believe.

    A fix further away than its subject can have come is shown as degraded and crosses nothing until a second one
    agrees with it; then it is the start of a new path.
    """
    before = world.tracks[one.subject]
    track = one.track.copy()
    known = before["ref_t_ns"] > 0
    slack = 3.0 * (largest_sigma_m(track["cov_m2"]) + largest_sigma_m(before["ref_cov_m2"]))
    kinds = [world.roster.carriers[row].kind for row in one.subject]
    on_foot = np.array([kind is not CarrierKind.VEHICLE for kind in kinds], bool)
    speed = np.where(on_foot, world.parameters.person_speed_mps, world.parameters.vehicle_speed_mps)
    jump = known & _too_far(track, before["ref_xyz_m"][:, :2], before["ref_t_ns"], speed, slack)
    suspected = before["suspect_t_ns"] > 0
    again = jump & suspected & ~_too_far(track, before["suspect_xy_m"], before["suspect_t_ns"], speed, slack)
    doubted = jump & ~again
    track["suspect_t_ns"] = np.where(doubted, track["t_ns"], 0)
    track["suspect_xy_m"] = np.where(doubted[:, None], track["xyz_m"][:, :2], 0.0)
    track["status"] = np.where(doubted, np.maximum(track["status"], FixStatus.DEGRADED), track["status"])
    track["reasons"] = np.where(doubted, track["reasons"] | np.uint32(Reason.OUTLIERS), track["reasons"])

    believed = (track["status"] <= FixStatus.DEGRADED) & ~doubted
    gap_s = (track["t_ns"] - before["ref_t_ns"]) / 1e9
    started_anew = (track["reasons"] & np.uint32(Reason.REINITIALISED)) > 0
    path = known & ~jump & ~started_anew & (gap_s <= world.parameters.segment_gap_s)
    for ours, theirs in (("t_ns", "t_ns"), ("xyz_m", "xyz_m"), ("cov_m2", "cov_m2"), ("sigma_z_m", "sigma_z_m")):
        mask = believed if track[ours].ndim == 1 else believed[:, None]
        track[f"ref_{ours}"] = np.where(mask, track[theirs], before[f"ref_{ours}"])
    track["recent_ns"] = np.roll(before["recent_ns"], 1, axis=1)
    track["recent_ns"][:, 0] = track["t_ns"]
    track["period_s"] = _period(before, track, world.parameters.longest_period_s)

    tracks = copied(world.tracks)
    tracks[one.subject] = track
    rows = np.flatnonzero(believed)
    moves = Movements(
        subject=one.subject[rows],
        t_ns=track["t_ns"][rows],
        xyz_m=track["xyz_m"][rows],
        cov_m2=track["cov_m2"][rows],
        sigma_z_m=track["sigma_z_m"][rows],
        from_t_ns=before["ref_t_ns"][rows],
        from_xyz_m=before["ref_xyz_m"][rows],
        from_cov_m2=before["ref_cov_m2"][rows],
        from_sigma_z_m=before["ref_sigma_z_m"][rows],
        path=path[rows],
    )
    return replace(world, tracks=tracks), _Arrived(one.subject, track), moves


def _too_far(
    track: NDArray[np.void],
    xy_m: NDArray[np.float64],
    t_ns: NDArray[np.int64],
    speed_mps: NDArray[np.float64],
    slack_m: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """(n,) whether nobody of that speed can have come from a place and time to the fix."""
    distance = np.hypot(*(track["xyz_m"][:, :2] - xy_m).T)
    return np.asarray(distance - slack_m > speed_mps * (track["t_ns"] - t_ns) / 1e9, bool)


def learnt_period_s(recent_ns: NDArray[np.int64], longest_s: float) -> NDArray[np.float64]:
    """(n,) what the times (n, k) of the last fixes taught of the time between them; 0 stands for no fix."""
    period = np.zeros(len(recent_ns))
    for before, after in zip(recent_ns.T[:-1], recent_ns.T[1:], strict=True):
        interval = np.where(before > 0, np.minimum((after - before) / 1e9, longest_s), 0.0)
        period = _learnt(period, interval)
    return period


def _period(before: NDArray[np.void], track: NDArray[np.void], longest_s: float) -> NDArray[np.float64]:
    """(n,) the learnt time between a subject's fixes, seconds; a long silence teaches little."""
    known = before["period_s"]
    interval = np.where(before["t_ns"] > 0, np.minimum((track["t_ns"] - before["t_ns"]) / 1e9, longest_s), 0.0)
    return _learnt(known, interval)


def _learnt(known: NDArray[np.float64], interval: NDArray[np.float64]) -> NDArray[np.float64]:
    learnt = np.where(known > 0, known + _PERIOD_GAIN * (np.minimum(interval, 3.0 * known) - known), interval)
    return np.asarray(learnt, float)
