"""Errors of the ground floor, drawn as one tree.

TwinError
├── TimeError          a time that is naive, unreadable or out of range
├── FrameError         a frame that cannot be built or used
├── ShapeError         a geometry that is invalid or of the wrong kind
├── FeedError          a connection from outside ended, in words fit to be shown as they are
├── PlantFilesError    a plant directory with one or more faults (all of them listed; `gis.files.faults`)
└── StoreError         the database refused or is not there
    ├── StoreUnavailableError   it is not reachable now: wait and repeat
    ├── UnknownPlantError       no plant of that code
    └── StaleVersionError       a record changed since it was read
"""

from __future__ import annotations


class TwinError(Exception):
    """Root of every error this project raises on purpose."""


class TimeError(TwinError):
    """A time that is naive, unreadable or out of range."""


class FrameError(TwinError):
    """A frame that cannot be built or used."""


class FeedError(TwinError):
    """A connection from outside ended, in words fit to be shown as they are."""


class ShapeError(TwinError):
    """A geometry that is invalid or of the wrong kind."""


class StoreError(TwinError):
    """The database refused an operation or is not reachable."""


class StoreUnavailableError(StoreError):
    """The database is not reachable now; the same call may succeed later."""


class UnknownPlantError(StoreError):
    """The database holds no plant of that code."""


class StaleVersionError(StoreError):
    """A record changed between the reading and the writing of it."""
