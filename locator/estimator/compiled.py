"""Compiled where numba is installed, the same Python where it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable

numba: Any
try:
    import numba
except ImportError:  # numba has no wheel for every machine
    numba = None

F = TypeVar("F", bound="Callable[..., Any]")

COMPILED = numba is not None
"""Whether kernels run as machine code."""


def compiled(function: F) -> F:
    """A kernel as machine code: cached on disk, without the interpreter lock, one thread, IEEE arithmetic."""
    if numba is None:
        return function
    return cast("F", numba.njit(cache=True, nogil=True, error_model="numpy")(function))
