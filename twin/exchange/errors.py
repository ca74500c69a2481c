"""What is wrong with a question put to the exchange.

ExchangeError       the root
├── CrsError        a coordinate system that is not spoken
└── FilterError     a filter that cannot be read, or asks for what is not there
"""

from __future__ import annotations

from gis.errors import TwinError


class ExchangeError(TwinError):
    """A question that cannot be answered as asked."""


class CrsError(ExchangeError):
    """A coordinate system that is not spoken, or coordinates outside it."""


class FilterError(ExchangeError):
    """A filter that cannot be read, or that asks for what is not there."""
