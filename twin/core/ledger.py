"""The effects of one event while it is being folded: a list that numbers them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from twin.effects import Effect


class Ledger:
    """Collects effects in order; lives only as long as one call of `step`."""

    def __init__(self, first_seq: int) -> None:
        self.next_seq = first_seq
        self.effects: list[Effect] = []

    def add(self, effect_of: Callable[[int], Effect]) -> None:
        """Append the effect made with the next number."""
        self.effects.append(effect_of(self.next_seq))
        self.next_seq += 1
