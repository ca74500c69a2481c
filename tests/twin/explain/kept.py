"""What the store would have kept of a session: effects → chunks as they come back from the database."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from gis.fix import Reason
from gis.store.packing import Unpacked, packed
from gis.store.paths import TrackChunk, storable
from twin.effects import AlarmChanged, Crossed, Direction, PositionsMoved
from twin.explain.recorded import Recorded, reach_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gis.frames import SiteFrame
    from gis.plant import Plant
    from twin.effects import Alarm, Effect


def chunks_of(effects: Sequence[Effect], frame: SiteFrame) -> list[TrackChunk]:
    """Every position of a session, by subject and tag, with the losses of being stored."""
    held: dict[tuple[str, str, bool], list[tuple[PositionsMoved, int]]] = defaultdict(list)
    for effect in effects:
        if isinstance(effect, PositionsMoved):
            for i, (subject, tag) in enumerate(zip(effect.subject, effect.tag_id, strict=True)):
                held[subject, tag, effect.late].append((effect, i))
    chunks = []
    for (subject, tag, late), rows in held.items():
        reasons = np.array([effect.reasons[i] for effect, i in rows], np.uint32)
        chunk = TrackChunk(
            subject=subject,
            tag_id=tag,
            t_ns=np.array([effect.fix_t_ns[i] for effect, i in rows], np.int64),
            xyz_m=np.array([effect.xyz_m[i] for effect, i in rows]),
            cov_m2=np.array([effect.cov_m2[i] for effect, i in rows]),
            velocity_mps=np.array([effect.velocity_mps[i] for effect, i in rows]),
            p_still=np.array([effect.p_still[i] for effect, i in rows]),
            status=np.array([effect.status[i] for effect, i in rows], np.uint8),
            reasons=reasons | np.uint32(Reason.LATE if late else 0),
            first_seq=rows[0][0].seq,
            last_seq=rows[-1][0].seq,
        )
        chunks += [stored(part, frame) for part in storable(chunk)]
    return chunks


def stored(chunk: TrackChunk, frame: SiteFrame) -> TrackChunk:
    """The chunk as it comes back from the database."""
    fixes = Unpacked(packed([chunk], frame), frame)
    return TrackChunk(
        chunk.subject,
        chunk.tag_id,
        fixes.t_ns,
        fixes.xyz_m,
        fixes.cov_m2,
        fixes.velocity_mps,
        fixes.p_still,
        fixes.status,
        fixes.reasons,
        chunk.first_seq,
        chunk.last_seq,
    )


def recorded(alarm: Alarm, effects: Sequence[Effect], plants: Sequence[tuple[int, Plant]]) -> Recorded:
    """What is stored around an alarm of a session."""
    reach = reach_of(alarm)
    inside: dict[tuple[str, str], int] = {}
    standing: dict[str, Alarm] = {}
    for effect in effects:
        if effect.t_ns > reach.from_ns:
            continue
        if isinstance(effect, Crossed):
            if effect.direction is Direction.ENTER:
                inside[effect.subject, effect.fence] = effect.t_ns
            else:
                inside.pop((effect.subject, effect.fence), None)
        elif isinstance(effect, AlarmChanged):
            standing[effect.alarm.id] = effect.alarm
    frame = plants[0][1].head.frame
    wanted = [chunk for chunk in chunks_of(effects, frame) if reach.subjects is None or chunk.subject in reach.subjects]
    cut = [chunk.part((chunk.t_ns >= reach.from_ns) & (chunk.t_ns < reach.to_ns)) for chunk in wanted]
    first = max((pair for pair in plants if pair[0] <= reach.from_ns), key=lambda pair: pair[0])
    later = [pair for pair in plants if reach.from_ns < pair[0] < reach.to_ns]
    return Recorded(
        alarm=alarm,
        reach=reach,
        plants=(first, *later),
        inside=tuple((subject, fence, t_ns) for (subject, fence), t_ns in inside.items()),
        open_alarms=tuple(one for one in standing.values() if one.state != "normal"),
        chunks=tuple(chunk for chunk in cut if len(chunk)),
    )
