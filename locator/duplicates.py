"""Which messages came already: a bounded memory of keys, forgotten after a while. Pure; time is an argument."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable

KEEP_NS = 30 * 1_000_000_000
LARGEST = 500_000


class Duplicates:
    """Remembers keys for at least `keep_ns` and at most twice that.

    Overflow: past `largest` new keys within that time the oldest generation is forgotten early.

    Args:
        keep_ns: how long a key counts as known.
        largest: keys per generation; two generations are kept.
    """

    def __init__(self, keep_ns: int = KEEP_NS, largest: int = LARGEST) -> None:
        self._keep_ns = keep_ns
        self._largest = largest
        self._since_ns = 0
        self._new: set[Hashable] = set()
        self._old: set[Hashable] = set()

    def __len__(self) -> int:
        return len(self._new) + len(self._old)

    def seen(self, key: Hashable, now_ns: int) -> bool:
        """Whether the key came lately; it counts as having come now."""
        if now_ns - self._since_ns > self._keep_ns or len(self._new) >= self._largest:
            # After a silence longer than the memory even the younger generation is out of date.
            stale = now_ns - self._since_ns > 2 * self._keep_ns
            self._old = set() if stale else self._new
            self._new = set()
            self._since_ns = now_ns
        if key in self._new:
            return True
        self._new.add(key)
        return key in self._old
