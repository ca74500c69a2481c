"""Errors of the locator.

TwinError
└── LocatorError
    ├── RecordingError     a recording that cannot be read or does not hold together
    └── CalibrationError   a bias file that cannot be read, or too little truth to learn from
"""

from __future__ import annotations

from gis.errors import TwinError


class LocatorError(TwinError):
    """Root of what the locator raises on purpose."""


class RecordingError(LocatorError):
    """A recording that cannot be read or does not hold together."""


class CalibrationError(LocatorError):
    """A bias file that cannot be read, or too little truth to learn from."""
