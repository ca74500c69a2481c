"""NumPy arrays as parameters: PostgreSQL's binary form of one-dimensional arrays, made without a Python loop."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np
from psycopg.adapt import Dumper
from psycopg.pq import Format

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.adapt import PyFormat

# dtype → (big-endian dtype, element oid, array oid), from pg_type.dat.
_TYPES = {"i2": (">i2", 21, 1005), "i4": (">i4", 23, 1007), "i8": (">i8", 20, 1016), "f8": (">f8", 701, 1022)}


def array_bytes(values: np.ndarray[Any, Any]) -> bytes:
    """The binary form of a one-dimensional array of int16, int32, int64 or float64, NULL-free."""
    element, oid, _ = _TYPES[values.dtype.str[1:]]
    cells = np.empty(len(values), np.dtype([("size", ">i4"), ("value", element)]))
    cells["size"], cells["value"] = np.dtype(element).itemsize, values
    # Dimensions, has-nulls, element type, then length and lower bound of the one dimension.
    return struct.pack(">iiIii", 1, 0, oid, len(values), 1) + cells.tobytes()


class ArrayDumper(Dumper):
    """Sends a NumPy array as a PostgreSQL array of the same type."""

    format = Format.BINARY

    def dump(self, obj: np.ndarray[Any, Any]) -> bytes:
        """The bytes to send."""
        return array_bytes(obj)

    def get_key(self, obj: np.ndarray[Any, Any], format: PyFormat) -> tuple[type, ...]:  # noqa: A002, ARG002 - psycopg's name
        """One dumper per element type."""
        return (type(obj), obj.dtype.type)

    def upgrade(self, obj: np.ndarray[Any, Any], format: PyFormat) -> ArrayDumper:  # noqa: A002, ARG002 - psycopg's name
        """The dumper that knows this element type's oid."""
        dumper = type(self)(type(obj))
        dumper.oid = _TYPES[obj.dtype.str[1:]][2]
        return dumper


def register(connection: Connection[Any]) -> None:
    """Let a connection take NumPy arrays as parameters."""
    connection.adapters.register_dumper(np.ndarray, ArrayDumper)
