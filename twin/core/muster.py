"""An evacuation's roll call: who is safe, moving, not safe, and of whom it is not known. Pure, vectorised over people.

The roll is frozen when the muster begins: everybody seen on the site within the last hours. Whoever is seen for the
first time later joins it. A person is safe only while a position that may be believed is inside a muster point; when
positions stop coming it is *not known*, wherever the last one was. An operator's or team leader's word ("seen at the
gate") counts, names who gave it, and says so when positions contradict it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from gis.fix import FixStatus, r95_m
from gis.plant import FencePurpose
from gis.time import NS_PER_S
from twin.core.roster import CarrierKind
from twin.effects import Muster, MusterCause, MusterChanged, MusterRow, Standing, Word
from twin.events import MusterAccounted, MusterEnded, MusterStarted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from twin.core.ledger import Ledger
    from twin.core.world import World

_TOO_WIDE_M = 25.0
"""A position whose 95 % radius is wider says neither where to look nor who is safe."""
_STANDS_STILL, _WALKS = 0.7, 0.3
"""P(still) from which a person counts as standing, and down to which as moving; between them nothing changes."""


def commanded(world: World, event: MusterStarted | MusterAccounted | MusterEnded, out: Ledger) -> World:
    """Do what an operator says; what does not apply changes nothing."""
    match event:
        case MusterStarted():
            return started(world, event, out)
        case MusterAccounted():
            return accounted(world, event, out)
        case MusterEnded():
            return ended(world, event, out)


def started(world: World, event: MusterStarted, out: Ledger) -> World:
    """Begin a muster: freeze the roll. While one is on, another cannot begin."""
    if world.muster is not None:
        return world
    muster = Muster(id=event.id, drill=event.drill, reason=event.reason, started_ns=event.t_ns, started_by=event.by)
    rows = tuple(_rows(world, muster, event.t_ns).values())
    muster = msgspec.structs.replace(muster, rows=rows, unseen=_unseen(world, event.t_ns))
    return _told(world, muster, MusterCause.STARTED, event.t_ns, rows, out)


def called(world: World, now_ns: int, out: Ledger) -> World:
    """Call the roll again; tells only of whom it says something new."""
    muster = world.muster
    if muster is None:
        return world
    before = {row.subject: row for row in muster.rows}
    after = _rows(world, muster, now_ns)
    changed = tuple(row for name, row in after.items() if _news(before.get(name), row))
    if not changed:
        return world
    kept = {row.subject: row for row in changed}
    rows = tuple(kept.get(name, before.get(name, row)) for name, row in after.items())
    on_roll = set(after)
    muster = msgspec.structs.replace(
        muster, rows=rows, unseen=tuple(name for name in muster.unseen if name not in on_roll)
    )
    return _told(world, muster, MusterCause.MOVED, now_ns, changed, out)


def accounted(world: World, event: MusterAccounted, out: Ledger) -> World:
    """Take somebody's word on one person; an empty standing takes an earlier word back."""
    muster = world.muster
    if muster is None or muster.id != event.muster:
        return world
    word = None if event.standing is None else Word(Standing(event.standing), event.by, event.t_ns, event.note)
    rows = {row.subject: row for row in muster.rows}
    known = rows.get(event.subject)
    if known is None:
        if event.subject not in muster.unseen or word is None:
            return world
        # Never seen by radio, but somebody knows: the person joins the roll by that word alone.
        known = MusterRow(subject=event.subject, standing=Standing.NOT_KNOWN, since_ns=event.t_ns, reasons=("unseen",))
    rows[event.subject] = msgspec.structs.replace(known, word=word)
    muster = msgspec.structs.replace(
        muster, rows=tuple(rows.values()), unseen=tuple(name for name in muster.unseen if name != event.subject)
    )
    judged = _rows(world, muster, event.t_ns)[event.subject]
    muster = msgspec.structs.replace(
        muster, rows=tuple(judged if row.subject == event.subject else row for row in muster.rows)
    )
    return _told(world, muster, MusterCause.ACCOUNTED, event.t_ns, (judged,), out)


def ended(world: World, event: MusterEnded, out: Ledger) -> World:
    """End the muster; the roll as it stood is its record."""
    if world.muster is None or world.muster.id != event.muster:
        return world
    rows = tuple(_rows(world, world.muster, event.t_ns).values())
    muster = msgspec.structs.replace(world.muster, rows=rows, ended_ns=event.t_ns, ended_by=event.by, result=event.note)
    return _told(world, muster, MusterCause.ENDED, event.t_ns, muster.rows, out)


def _told(world: World, muster: Muster, cause: MusterCause, t_ns: int, rows: Sequence[MusterRow], out: Ledger) -> World:
    head = msgspec.structs.replace(muster, rows=())
    out.add(lambda seq: MusterChanged(seq=seq, t_ns=t_ns, cause=cause, muster=head, rows=tuple(rows)))
    return replace(world, muster=None if muster.ended_ns is not None else muster)


def _news(before: MusterRow | None, after: MusterRow) -> bool:
    """Whether a row says something else than before; where somebody walks is told by the positions."""
    if before is None:
        return True
    return (before.standing, before.point, before.reasons, before.word) != (
        after.standing,
        after.point,
        after.reasons,
        after.word,
    )


def _on_roll(world: World, muster: Muster, now_ns: int) -> NDArray[np.int64]:
    """Rows of the roster to call: those frozen, and people seen since. Lent tags are bodies without a name."""
    oldest_ns = muster.started_ns - round(world.parameters.muster_roll_h * 3600 * NS_PER_S)
    frozen = {world.roster.row[row.subject] for row in muster.rows if row.subject in world.roster.row}
    seen = np.flatnonzero((world.tracks["t_ns"] > oldest_ns) & (world.tracks["t_ns"] <= now_ns))
    people = [row for row in seen.tolist() if world.roster.carriers[row].kind is not CarrierKind.VEHICLE]
    return np.array(sorted(frozen.union(people)), np.int64)


def _unseen(world: World, now_ns: int) -> tuple[str, ...]:
    """People who carry a tag now and were not seen lately: off site, or on it with a dead tag. Nobody knows."""
    oldest_ns = now_ns - round(world.parameters.muster_roll_h * 3600 * NS_PER_S)
    return tuple(
        carrier.subject
        for row, carrier in enumerate(world.roster.carriers)
        if carrier.kind is CarrierKind.PERSON
        and world.tracks["t_ns"][row] <= oldest_ns
        and world.roster.has_tag_at(row, now_ns)
    )


def _points(world: World, rows: NDArray[np.int64]) -> list[str | None]:
    """Code of the muster point each subject is inside of."""
    found: list[str | None] = [None] * len(rows)
    which, fence = world.membership.of_subjects(rows)
    for i, row in zip(which.tolist(), fence.tolist(), strict=True):
        record = world.prisms.fences[row]
        if record.purpose is FencePurpose.MUSTER and world.membership.get(int(rows[i]), row).inside:
            found[i] = record.code
    return found


def _rows(world: World, muster: Muster, now_ns: int) -> dict[str, MusterRow]:
    """The roll as it stands, by subject; rows of people no record knows any more stay as they were."""
    rows = _on_roll(world, muster, now_ns)
    track = world.tracks[rows]
    known = track["t_ns"] > 0
    wide = r95_m(track["cov_m2"]) > _TOO_WIDE_M
    silent = track["status"] > FixStatus.DEGRADED
    sos = {tag.subject for tag in world.tags.values() if tag.sos}
    before = {row.subject: row for row in muster.rows}
    found = dict(before)
    for i, (row, point) in enumerate(zip(rows.tolist(), _points(world, rows), strict=True)):
        subject = world.roster.carriers[row].subject
        last = before.get(subject)
        reasons: list[str] = []
        if silent[i] or not known[i]:
            standing = Standing.NOT_KNOWN
            seen_before = known[i] or (last is not None and last.seen_ns > 0)
            reasons.append("silent" if seen_before else "unseen")
        elif wide[i]:
            standing = Standing.NOT_KNOWN
            reasons.append("uncertain")
        elif subject in sos:
            standing = Standing.NOT_SAFE
        elif point is not None:
            standing = Standing.SAFE
        else:
            standing = _moving_or_not(float(track["p_still"][i]), last)
        if subject in sos:
            reasons.append("sos")
        word = last.word if last is not None else None
        if word is not None:
            if standing is not Standing.NOT_KNOWN and (standing is Standing.SAFE) != (word.standing is Standing.SAFE):
                reasons.append("contradicted")
            standing = word.standing
        since_ns = last.since_ns if last is not None and last.standing is standing else now_ns
        stood = (standing, since_ns, tuple(reasons), word)
        found[subject] = _seen(track[i], subject, point, stood) if known[i] else _unplaced(last, subject, stood)
    return found


_Stood = tuple[Standing, int, tuple[str, ...], Word | None]


def _seen(entry: np.void, subject: str, point: str | None, stood: _Stood) -> MusterRow:
    standing, since_ns, reasons, word = stood
    x_m, y_m, z_m = (float(value) for value in entry["xyz_m"])
    return MusterRow(
        subject=subject,
        standing=standing,
        since_ns=since_ns,
        seen_ns=int(entry["t_ns"]),
        x_m=x_m,
        y_m=y_m,
        z_m=z_m,
        r95_m=float(np.nan_to_num(r95_m(entry["cov_m2"][None])[0], nan=1e6, posinf=1e6)),
        point=point,
        reasons=reasons,
        word=word,
    )


def _unplaced(last: MusterRow | None, subject: str, stood: _Stood) -> MusterRow:
    """A row of somebody this core has not seen: the last place a former core knew stays."""
    standing, since_ns, reasons, word = stood
    row = last or MusterRow(subject=subject, standing=standing, since_ns=since_ns)
    return msgspec.structs.replace(row, standing=standing, since_ns=since_ns, reasons=reasons, word=word)


def _moving_or_not(p_still: float, last: MusterRow | None) -> Standing:
    if p_still <= _WALKS:
        return Standing.MOVING
    if p_still >= _STANDS_STILL or last is None:
        return Standing.NOT_SAFE
    return last.standing if last.standing in (Standing.MOVING, Standing.NOT_SAFE) else Standing.NOT_SAFE
