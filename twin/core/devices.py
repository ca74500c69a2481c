"""What tags and anchors say of themselves: batteries, SOS keys, motion sensors, anchors that are heard or not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twin.core.rules.distress import SOS, call
from twin.core.rules.scene import Scene
from twin.core.settling import settled
from twin.core.watch import Anchor
from twin.effects import TagChanged

if TYPE_CHECKING:
    from twin.core.ledger import Ledger
    from twin.core.watch import Watch
    from twin.core.world import World
    from twin.events import AnchorsHeard, TagReported


def tagged(world: World, event: TagReported, out: Ledger) -> World:
    """A tag's report; what it did not say this time stays as it was. A call for help does not wait for a tick."""
    before = world.tags.get(event.tag_id)
    if before is not None and event.t_ns <= before.t_ns:
        return world
    tag = TagChanged(
        seq=out.next_seq,
        t_ns=event.t_ns,
        tag_id=event.tag_id,
        subject=world.roster.holder_of(event.tag_id, event.t_ns),
        battery_pct=event.battery_pct if event.battery_pct is not None or before is None else before.battery_pct,
        sos=event.sos if event.sos is not None or before is None else before.sos,
        moving=event.moving if event.moving is not None or before is None else before.moving,
    )
    out.add(lambda _: tag)
    was_calling = event.tag_id in world.watch.calling
    world = replace(world, tags={**world.tags, event.tag_id: tag}, watch=_watched(world, tag, said=event))
    if bool(tag.sos) == was_calling:
        return world
    key = (SOS, "", tag.subject)
    others = any(world.tags[code].subject == tag.subject for code in world.watch.calling)
    holds = {key: call(Scene(world, world.now_ns), tag)} if tag.sos or others else {}
    return settled(world, holds, world.now_ns, out, asked=[key])


def _watched(world: World, tag: TagChanged, said: TagReported) -> Watch:
    """The watch after a tag's report: who calls, whose battery is low, who has moved for certain."""
    watch, known = world.watch, world.parameters.rules
    code = frozenset({tag.tag_id})
    calling = watch.calling | code if tag.sos else watch.calling - code
    weak = watch.weak
    if tag.battery_pct is not None:
        limit = known.battery_ok_pct if tag.tag_id in weak else known.battery_low_pct
        weak = weak | code if tag.battery_pct < limit else weak - code
    row = world.roster.row.get(tag.subject, -1)
    if said.moving and 0 <= row < len(watch.table) and watch.table["still_ns"][row]:
        table = watch.table.copy()
        table["still_ns"][row], table["still_s"][row] = 0, 0.0
        watch = replace(watch, table=table)
    return replace(watch, calling=calling, weak=weak)


def heard(world: World, event: AnchorsHeard) -> World:
    """Which anchors of an engine are silent, since when; one that was never heard is silent since the first report."""
    others = {code: anchor for code, anchor in world.watch.silent.items() if anchor.engine != event.engine}
    for code, last_ns in event.silent:
        before = world.watch.silent.get(code)
        others[code] = Anchor(event.engine, last_ns or (before.silent_ns if before is not None else event.t_ns))
    return replace(world, watch=replace(world.watch, silent=others))
