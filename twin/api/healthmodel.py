"""What the roles say of themselves, folded into one answer (pure). A role that falls silent counts as degraded."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from gis.time import NS_PER_S
from twin.api.live_schemas import Ingest, RoleNow

if TYPE_CHECKING:
    from collections.abc import Collection

    from twin.api.wire import Health
    from twin.bus.port import RoleHealth

SILENT_AFTER_S = 5.0
# The roles that take messages from outside; the others count what the twin tells itself.
INGEST_ROLES = ("locator", "vision", "core")
DROPPED_SUFFIX = ".dropped"


class HealthModel:
    """The newest word of every role.

    Args:
        expected: roles without which the twin is degraded.
        started_ns: UTC now; a role that never spoke is as old as this.
    """

    def __init__(self, expected: Collection[str], started_ns: int) -> None:
        self._expected = tuple(expected)
        self._started_ns = started_ns
        self._heard: dict[str, tuple[int, RoleHealth]] = {}
        self.database_ok = True
        """Whether the last question to the database was answered."""

    def hear(self, health: RoleHealth, received_ns: int) -> None:
        """Take a role's word. A retained one of an earlier run is as old as it says."""
        self._heard[health.role] = (min(received_ns, health.t_ns), health)

    def roles(self, now_ns: int) -> dict[str, RoleNow]:
        """Every role that spoke or should have."""
        now: dict[str, RoleNow] = {}
        for role in dict.fromkeys((*self._expected, *self._heard)):
            spoken_ns, health = self._heard.get(role, (self._started_ns, None))
            age_s = max(0.0, (now_ns - spoken_ns) / NS_PER_S)
            silent = health is None or age_s > SILENT_AFTER_S
            now[role] = RoleNow(
                status="ok" if health is not None and health.status == "ok" and not silent else "degraded",
                detail=("never heard" if health is None else "silent") if silent else (health.detail if health else ""),
                age_s=round(age_s, 3),
                queues=dict(health.queues) if health is not None else {},
            )
        return now

    def status(self, now_ns: int) -> Health:
        """The twin as a whole."""
        well = self.database_ok and all(role.status == "ok" for role in self.roles(now_ns).values())
        return "ok" if well else "degraded"

    def ingest(self) -> Ingest:
        """Messages from outside, summed over the roles that take them."""
        rejected: Counter[str] = Counter()
        received = accepted = 0
        for role in INGEST_ROLES:
            if role in self._heard:
                health = self._heard[role][1]
                received += health.received
                accepted += health.accepted
                rejected.update(health.rejected)
        return Ingest(received=received, accepted=accepted, rejected=dict(rejected))

    def lag_ms(self) -> dict[str, float]:
        """Every lag the roles measure, by name; of two with one name the larger."""
        lags: dict[str, float] = {}
        for _, health in self._heard.values():
            for name, value in health.lag_ms.items():
                lags[name] = max(value, lags.get(name, 0.0))
        return lags

    def dropped(self) -> dict[str, int]:
        """What bounded queues threw away, by role and queue."""
        return {
            f"{role}.{name.removesuffix(DROPPED_SUFFIX)}": count
            for role, (_, health) in self._heard.items()
            for name, count in health.queues.items()
            if name.endswith(DROPPED_SUFFIX) and count
        }
