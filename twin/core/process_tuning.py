"""How the limits of each measured quantity are treated: delays, deadband, priority. Starting values, not norms.

After the tables of alarm management (EEMUA 191, ISA-18.2) as far as they name one; site policy otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

STALE, COMMS = "STALE", "COMMS"
SILENT_PERIODS, SILENT_S = 3.0, 30.0
"""A measuring point is silent after this many of its periods, but never sooner than after so many seconds."""
BEGIN_S = 60.0
"""A point that has not yet spoken at all is given so much longer."""

Four = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Tuning:
    """One quantity. What there are four of is in the order LL, L, H, HH.

    Attributes:
        kinds: alarm kinds.
        priorities: 1 is the most urgent.
        on_s, off_s: delays, seconds.
        span_share: deadband as a share of the sensor's range ...
        limit_share: ... or of the limit ...
        absolute: ... or in the sensor's unit.
        latched: whether such an alarm is held until it is reset, and may not be shelved.
    """

    kinds: tuple[str, str, str, str]
    on_s: Four
    off_s: float
    span_share: float = 0.0
    limit_share: float = 0.0
    absolute: float = 0.0
    priorities: tuple[int, int, int, int] = (2, 3, 3, 1)
    latched: tuple[bool, bool, bool, bool] = (False, False, False, False)

    def deadband(self, span: float, limit: float) -> float:
        """How far a value must come back from a limit; NaN where there is no limit."""
        return self.span_share * span + self.limit_share * abs(limit) + self.absolute


def _named(prefix: str) -> tuple[str, str, str, str]:
    return (f"{prefix}_LL", f"{prefix}_L", f"{prefix}_H", f"{prefix}_HH")


def _gas(*, limit_share: float = 0.0, absolute: float = 0.0) -> Tuning:
    return Tuning(
        # A low limit of a gas detector is a zero that drifted.
        ("VALUE_LL", "VALUE_L", "GAS_L1", "GAS_L2"),
        on_s=(60.0, 60.0, 3.0, 0.0),
        off_s=60.0,
        limit_share=limit_share,
        absolute=absolute,
        priorities=(4, 4, 2, 1),
        latched=(False, False, False, True),
    )


_TUNING = {
    "level": Tuning(_named("LEVEL"), (5.0, 60.0, 60.0, 5.0), 60.0, span_share=0.05),
    "temperature": Tuning(_named("TEMP"), (60.0, 60.0, 60.0, 60.0), 60.0, span_share=0.01),
    "pressure": Tuning(_named("PRES"), (15.0, 15.0, 15.0, 15.0), 15.0, span_share=0.02),
    "flow": Tuning(_named("FLOW"), (15.0, 15.0, 15.0, 15.0), 15.0, span_share=0.05),
    "gas_lel": _gas(absolute=5.0),
    "gas_tox": _gas(limit_share=0.1),
    "oxygen": Tuning(_named("O2"), (0.0, 3.0, 3.0, 0.0), 60.0, absolute=0.2, priorities=(1, 2, 2, 1)),
}
_OTHER = Tuning(_named("VALUE"), (15.0, 15.0, 15.0, 15.0), 15.0, span_share=0.02)


def tuning_of(quantity: str) -> Tuning:
    """How limits of a quantity are treated."""
    return _TUNING.get(quantity, _OTHER)
