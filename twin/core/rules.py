"""Rules: who must not be where. Pure questions about a subject and a fence; the alarm machine acts on the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gis.plant import FencePurpose
from twin.core.roster import CarrierKind

if TYPE_CHECKING:
    from gis.plant import Fence
    from twin.core.roster import Carrier

INTRUSION = "INTRUSION"
RULE_VERSION = 1
"""Raised when the meaning of a rule changes, and kept in every alarm it raised."""


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
