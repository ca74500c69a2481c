"""What is wrong with a fence as somebody wrote it: a code a screen translates, the field, and the place."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclasses.dataclass(frozen=True, slots=True)
class FenceFault:
    """One fault.

    Attributes:
        code: stable name.
        field: which field of the fence, dotted.
        params: what the sentence needs.
        lon, lat: where, degrees; None for a fault without a place.
        warning: the fence can be published all the same.
    """

    code: str
    field: str
    params: Mapping[str, str | float | int | None] = dataclasses.field(default_factory=dict)
    lon: float | None = None
    lat: float | None = None
    warning: bool = False
