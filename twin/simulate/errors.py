"""Errors of the simulator.

TwinError
└── SimulationError    the plant lacks what a simulation needs
"""

from __future__ import annotations

from gis.errors import TwinError


class SimulationError(TwinError):
    """The plant lacks what a simulation needs: ways to walk on, anchors, people."""
