"""Errors of the 3D models.

TwinError
└── ModelError         a model that cannot be built, written or read
"""

from __future__ import annotations

from gis.errors import TwinError


class ModelError(TwinError):
    """A model that cannot be built, written or read."""
