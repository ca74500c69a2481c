"""TAGOFF: no fix of somebody for too long, who was last seen inside the plant and not where one leaves it.

Whoever fell silent together with a positioning engine is a consequence of that: suppressed while it says nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from gis.fix import FixStatus
from gis.time import NS_PER_S
from twin.core.conditions import Condition
from twin.core.process_tuning import COMMS, SILENT_S
from twin.core.rulebook import NOBODY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.core.rules.scene import Scene

TAGOFF = "TAGOFF"
RULE_VERSION = 1


def silent_tags(scene: Scene) -> Iterator[Condition]:
    """Everybody who fell silent inside."""
    known, tracks = scene.known, scene.world.tracks
    silent = (tracks["status"] == FixStatus.LOST) & (scene.what != NOBODY)
    silent &= (scene.age_s > known.silent_after_s) & (scene.age_s < known.silent_until_s)
    rows = np.flatnonzero(silent)
    if not len(rows):
        return
    rows = rows[shapely.contains_xy(scene.book.within, *scene.xy_m[rows].T)]
    down = {
        engine: last_ns
        for engine, last_ns in sorted(scene.world.engines.items())
        if scene.now_ns - last_ns > SILENT_S * NS_PER_S
    }
    for subject in rows.tolist():
        if not scene.world.roster.has_tag_at(subject, scene.now_ns):
            continue
        name = scene.world.roster.carriers[subject].subject
        tag = int(tracks["tag"][subject])
        code = scene.world.roster.tags[tag] if tag >= 0 else ""
        since_ns = int(tracks["t_ns"][subject])
        together = [engine for engine, ns in down.items() if since_ns >= ns - known.silent_after_s * NS_PER_S]
        yield Condition(
            key=(TAGOFF, code, name),
            priority=4,
            place=scene.place(subject),
            rule_version=RULE_VERSION,
            subject=name,
            evidence=scene.evidence(subject),
            value=(scene.now_ns - since_ns) / NS_PER_S,
            limit=known.silent_after_s,
            unit="s",
            since_ns=since_ns,
            root=f"engine:{together[0]}" if together else f"tag:{code}",
            parent=(COMMS, together[0], "") if together else None,
        )
