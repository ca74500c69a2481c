"""Tables of features, kept as long as they hold (pure).

What changes only with a plant's records is made once and kept until the records, or the versions that hold, change.
What is live (positions, newest values) is made for each question.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from twin.api.ogc.features import Item, Table

if TYPE_CHECKING:
    from gis.plant import Plant
    from twin.api.ogc.sources import Source
    from twin.api.readmodel import ReadModel


class _Kept(NamedTuple):
    plant: Plant
    until_ns: int | None
    table: Table


class Tables:
    """The tables of all plants; owned by one event loop."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, bool], _Kept] = {}

    def of(self, source: Source, model: ReadModel, now_ns: int, *, ever: bool) -> Table:
        """The features of one plant.

        Args:
            source: a collection whose features are in memory.
            model: the plant.
            now_ns: UTC now.
            ever: every version, with ids that name it; else those that hold now.
        """
        assert source.items is not None
        ever = ever or not source.versioned
        if not source.lasting:
            items = source.items(model)
            return Table(items if ever else holding(items, now_ns))
        key = (source.name, model.plant.head.code, ever)
        kept = self._kept.get(key)
        if kept is None or kept.plant is not model.plant or (kept.until_ns is not None and now_ns >= kept.until_ns):
            items = source.items(model)
            until_ns = None if ever else next_change(items, now_ns)
            table = Table(items if ever else holding(items, now_ns))
            kept = self._kept[key] = _Kept(model.plant, until_ns, table)
        return kept.table


def holding(items: list[Item], now_ns: int) -> list[Item]:
    """The versions that hold now, under the id of the record itself."""
    return [
        item._replace(id=item.id.rpartition("@")[0])
        for item in items
        if (item.from_ns or 0) <= now_ns and (item.to_ns is None or now_ns < item.to_ns)
    ]


def next_change(items: list[Item], now_ns: int) -> int | None:
    """When the next version begins or ends; None when none will."""
    bounds = (bound for item in items for bound in (item.from_ns, item.to_ns))
    return min((bound for bound in bounds if bound is not None and bound > now_ns), default=None)
