"""What a benchmark gives: one named number, and what to hold it against."""

from __future__ import annotations

from typing import TypedDict


class Figure(TypedDict):
    """One line of the table.

    Attributes:
        name: key of the figure.
        figure: the number measured; `None` when it could not be measured, and `peer` says why.
        unit: its unit.
        peer: the limit it is held to, or what it was measured against.
        ratio: figure ÷ limit, or ours ÷ the peer's; `None` where there is none.
    """

    name: str
    figure: float | None
    unit: str
    peer: str
    ratio: float | None


def at_most(name: str, figure: float, unit: str, limit: float) -> Figure:
    """A figure that should not be above a limit; a ratio up to 1 is good."""
    return Figure(name=name, figure=figure, unit=unit, peer=f"≤ {limit:g}", ratio=figure / limit if limit else None)


def at_least(name: str, figure: float, unit: str, limit: float) -> Figure:
    """A figure that should not be below a limit; a ratio from 1 is good."""
    return Figure(name=name, figure=figure, unit=unit, peer=f"≥ {limit:g}", ratio=figure / limit)


def told(name: str, figure: float, unit: str, peer: str, ratio: float | None = None) -> Figure:
    """A figure that is only told."""
    return Figure(name=name, figure=figure, unit=unit, peer=peer, ratio=ratio)


def missing(name: str, unit: str, why: str) -> Figure:
    """A figure that could not be measured here."""
    return Figure(name=name, figure=None, unit=unit, peer=why, ratio=None)
