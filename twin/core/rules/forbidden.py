"""Forbidden zones: who must not be where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gis.plant import FencePurpose
from twin.core.conditions import INTRUSION, Condition
from twin.core.roster import CarrierKind
from twin.effects import EvidenceFix

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gis.plant import Fence
    from twin.core.conditions import AlarmKey
    from twin.core.membership import Crossing
    from twin.core.roster import Carrier
    from twin.core.world import World

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
    if not is_intrusion(carrier, fence):
        return None
    return _intrusion(fence, carrier.subject, crossing.evidence, crossing.xyz_m, crossing.t_ns)


def intrusions(world: World) -> dict[AlarmKey, Condition]:
    """Every intruder who is inside now, with the last believed fix for evidence."""
    found: dict[AlarmKey, Condition] = {}
    if not any(fence.purpose is FencePurpose.FORBIDDEN for fence in world.prisms.fences):
        return found
    for row, fence_row, pair in world.membership.entries():
        carrier, fence = world.roster.carriers[row], world.prisms.fences[fence_row]
        if pair.inside and is_intrusion(carrier, fence):
            track = world.tracks[row]
            x, y, z = (float(value) for value in track["ref_xyz_m"])
            xx, xy, yy = (float(value) for value in track["ref_cov_m2"])
            fix = EvidenceFix(int(track["ref_t_ns"]), x, y, z, (xx, xy, yy), 1.0)
            found[intrusion_key(fence, carrier.subject)] = _intrusion(
                fence, carrier.subject, (fix,), (x, y, z), pair.entered_ns
            )
    return found


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
