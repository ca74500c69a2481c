"""Compiled where numba is installed, the same Python where it is not.

Machine code is kept between runs, under a name made from the kernels' own source: numba looks only at the file a
kernel stands in, and would run old code after a change in a file the kernel calls.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
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


def _cache_place() -> Path | None:
    """Where compiled kernels of exactly this source are kept; None where nothing can be kept."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    name = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
    given = os.environ.get("NUMBA_CACHE_DIR")
    places = [Path(given)] if given else [Path(__file__).parent / "__pycache__", Path.home() / ".cache" / "plant-twin"]
    for place in places:
        try:
            (place / name).mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(place / name, os.W_OK):
            return place / name
    return None


_KEPT = _cache_place() if COMPILED else None
if _KEPT is not None:
    numba.config.CACHE_DIR = str(_KEPT)


def compiled(function: F) -> F:
    """A kernel as machine code: kept on disk, without the interpreter lock, one thread, IEEE arithmetic."""
    if numba is None:
        return function
    return cast("F", numba.njit(cache=_KEPT is not None, nogil=True, error_model="numpy")(function))
