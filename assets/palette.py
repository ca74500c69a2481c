"""The greys of the plant, sRGB 0…1: light bodies, mid-grey ground, dark steelwork; colour is left to danger."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assets.mesh import Colour


def _hex(code: int) -> Colour:
    return ((code >> 16 & 255) / 255, (code >> 8 & 255) / 255, (code & 255) / 255)


SHELL = _hex(0xE6E9EA)
"""Painted steel of tanks and vessels."""
SHELL_SEAM = _hex(0xD3D8DA)
ROOF = _hex(0xD9DDDF)
ROOF_RIB = _hex(0xC3C9CC)
CLADDING = _hex(0xCDD2D5)
"""Aluminium over insulation."""
CLADDING_BAND = _hex(0xB4BBBF)
DECK = _hex(0xB7BEC2)
"""Floating roofs and platforms."""
PONTOON = _hex(0xC9CFD2)
STEEL = _hex(0x7F8A90)
"""Structural steel."""
RAIL = _hex(0x646F76)
"""Ladders, stairs, handrails."""
PIPE = _hex(0xB9C0C4)
PIPE_DARK = _hex(0x8F999F)
PIPE_LIGHT = _hex(0xD6DADC)
CONCRETE = _hex(0xB6BABB)
CONCRETE_DARK = _hex(0x9FA4A6)
PAVING = _hex(0xC0C4C6)
"""Floor of a process unit."""
GRAVEL = _hex(0xBBBFC0)
"""Floor of a bunded area."""
BUND = _hex(0xA9AFB3)
ASPHALT = _hex(0xA6ACB0)
KERB = _hex(0xCFD3D5)
MARKING = _hex(0xE9EBEC)
WALKWAY = _hex(0xD0D4D5)
WALL = _hex(0xDDE0E1)
WALL_SHADE = _hex(0xC8CDCF)
PLINTH = _hex(0xA4AAAD)
GLASS = _hex(0x5B6C78)
DOOR = _hex(0x77838A)
FLAT_ROOF = _hex(0xC4C9CB)
METAL_ROOF = _hex(0xD2D7D9)
MACHINE = _hex(0x8B969C)
MOTOR = _hex(0x76828A)
DEVICE = _hex(0xEEF0F1)
DEVICE_DARK = _hex(0x3F4A52)
SIGN = _hex(0x2F3D47)


def tinted(colour: Colour, factor: float) -> Colour:
    """A lighter or darker version."""
    red, green, blue = (min(1.0, channel * factor) for channel in colour)
    return (red, green, blue)
