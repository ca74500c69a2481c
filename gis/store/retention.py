"""How long what stays in the database before it goes to the archive."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Retention:
    """How many whole UTC days of each history stay in the database.

    Raises:
        ValueError: fewer than `LEAST` or more than `MOST`.
    """

    track_chunk: int = 90
    reading: int = 90
    journal: int = 1095

    def __post_init__(self) -> None:
        for history in fields(self):
            if not LEAST <= self.days(history.name) <= MOST:
                raise ValueError(f"{history.name}: {LEAST} to {MOST} days stay online")

    def days(self, history: str) -> int:
        """Days of one history."""
        days: int = getattr(self, history)
        return days


LEAST = 7
MOST = 36_500
