"""What the alarm machine remembers between two events, beside the alarms: which conditions stand and what waits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twin.core.conditions import AlarmKey, Condition
    from twin.effects import Alarm

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, eq=False)
class Annunciator:
    """The alarm machine at rest.

    Attributes:
        standing: conditions that hold, as they were last told.
        since: since when each of them holds, UTC ns.
        waiting: conditions that hold and are no alarm yet → when their on-delay is over.
        leaving: alarms whose condition is over → when their off-delay is over.
        timers: open alarms → when time will next change them (shelf, escalation, re-alarm).
        recent: when each was raised within the last minute.
        groups: cause → id of the first alarm it raised, and when its newest was raised.
        in_work: alarms that are over while somebody still handles them, by id.
        unproven: alarms a former core left behind whose condition nothing has been heard of yet.
        rate: (second, alarms raised in it) of the last ten minutes.
        flood_since_ns: when the flood began that is on.
    """

    standing: Mapping[AlarmKey, Condition] = field(default_factory=dict)
    since: Mapping[AlarmKey, int] = field(default_factory=dict)
    waiting: Mapping[AlarmKey, int] = field(default_factory=dict)
    leaving: Mapping[AlarmKey, int] = field(default_factory=dict)
    timers: Mapping[AlarmKey, int] = field(default_factory=dict)
    recent: Mapping[AlarmKey, tuple[int, ...]] = field(default_factory=dict)
    groups: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    in_work: Mapping[str, Alarm] = field(default_factory=dict)
    unproven: frozenset[AlarmKey] = frozenset()
    rate: tuple[tuple[int, int], ...] = ()
    flood_since_ns: int | None = None


class Draft(Generic[K, V]):
    """A frozen mapping while it is being changed: copied once, at the first change, however many follow."""

    def __init__(self, base: Mapping[K, V]) -> None:
        self._base = base
        self._own: dict[K, V] | None = None

    def __contains__(self, key: K) -> bool:
        return key in self.now

    def __getitem__(self, key: K) -> V:
        return self.now[key]

    def get(self, key: K) -> V | None:
        """The value of a key, if there is one."""
        return self.now.get(key)

    def put(self, key: K, value: V) -> None:
        """Set a key."""
        if self._own is None:
            self._own = dict(self._base)
        self._own[key] = value

    def drop(self, key: K) -> None:
        """Remove a key if it is there."""
        if key in self.now:
            if self._own is None:
                self._own = dict(self._base)
            del self._own[key]

    def set_all(self, values: Mapping[K, V]) -> None:
        """Put other values in place of all."""
        self._own = dict(values)

    @property
    def now(self) -> Mapping[K, V]:
        """The mapping as it is now; not to be kept while changes go on."""
        return self._base if self._own is None else self._own
