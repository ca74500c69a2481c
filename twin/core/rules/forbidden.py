"""Forbidden zones: who must not be where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gis.plant import FencePurpose
from twin.core.conditions import INTRUSION, Condition
from twin.core.roster import CarrierKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gis.plant import Fence
    from twin.core.conditions import AlarmKey
    from twin.core.membership import Crossing
    from twin.core.roster import Carrier
    from twin.core.rules.scene import Scene
    from twin.core.world import World
    from twin.effects import EvidenceFix

RULE_VERSION = 1
"""Raised when the meaning of the rule changes, and kept in every alarm it raised."""


def is_allowed(carrier: Carrier, fence: Fence) -> bool:
    """Whether the fence's allow list names the carrier. A tag that nobody carries is nobody, so never."""
    allow = fence.allow
    if carrier.kind is CarrierKind.PERSON:
        return carrier.subject in allow.persons or carrier.role in allow.roles or carrier.team in allow.teams
    if carrier.kind is CarrierKind.VEHICLE:
        return carrier.subject in allow.vehicles
    return False


def is_intrusion(carrier: Carrier, fence: Fence) -> bool:
    """Whether the carrier inside this fence is an intruder: a forbidden zone without the right to be there."""
    return fence.purpose is FencePurpose.FORBIDDEN and not is_allowed(carrier, fence)


def intrusion_key(fence: Fence, subject: str) -> AlarmKey:
    """What an intrusion is about."""
    return (INTRUSION, fence.code, subject)


def entered(world: World, crossing: Crossing) -> Condition | None:
    """The intrusion that a crossing begins, if it begins one."""
    carrier, fence = world.roster.carriers[crossing.subject], world.prisms.fences[crossing.fence]
    if not world.enforcement.holds[crossing.fence] or not is_intrusion(carrier, fence):
        return None
    if carrier.subject == fence.rules.moving_with:
        return None
    return _intrusion(fence, carrier.subject, crossing.evidence, crossing.xyz_m, crossing.t_ns)


def intrusions(scene: Scene) -> Iterator[Condition]:
    """Every intruder who is inside now, lost or not, with the last believed fix for evidence."""
    for row in scene.enforced(scene.book.forbidden):
        fence, inside = scene.fence(row), scene.inside(row)
        for subject in inside[~scene.allowed(row)[inside]].tolist():
            name = scene.world.roster.carriers[subject].subject
            if name != fence.rules.moving_with:
                yield _intrusion(
                    fence, name, scene.evidence(subject), scene.place(subject), scene.entered_ns(subject, row)
                )


def _intrusion(
    fence: Fence, subject: str, evidence: Sequence[EvidenceFix], place: tuple[float, float, float], since_ns: int
) -> Condition:
    return Condition(
        key=intrusion_key(fence, subject),
        priority=fence.priority,
        place=place,
        rule_version=RULE_VERSION,
        subject=subject,
        fence=fence.code,
        fence_version=fence.version,
        evidence=tuple(evidence),
        since_ns=since_ns,
        root=f"fence:{fence.code}",
    )
