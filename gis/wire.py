"""The binary codec of everything that travels on the bus: MessagePack, arrays as raw little-endian bytes."""

from __future__ import annotations

from typing import Any, TypeVar, get_origin

import msgspec
import numpy as np

from gis.errors import TwinError

_ARRAY = 1
T = TypeVar("T")


class WireError(TwinError):
    """Bytes on the bus that are not the message they claim to be."""


def _encode_array(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        plain = np.ascontiguousarray(value)
        head = msgspec.msgpack.encode((plain.dtype.str, plain.shape))
        return msgspec.msgpack.Ext(_ARRAY, bytes([len(head)]) + head + plain.tobytes())
    if isinstance(value, np.generic):
        return value.item()
    raise NotImplementedError(f"{type(value).__name__} does not travel on the bus")


def _decode_ext(code: int, data: memoryview) -> Any:
    if code != _ARRAY:
        raise WireError(f"unknown extension {code}")
    head = data[0]
    dtype, shape = msgspec.msgpack.decode(data[1 : 1 + head], type=tuple[str, tuple[int, ...]])
    return np.frombuffer(data[1 + head :], dtype=dtype).reshape(shape)


def _decode_array(kind: Any, value: Any) -> Any:
    if (get_origin(kind) or kind) is np.ndarray and isinstance(value, np.ndarray):
        return value
    raise NotImplementedError(f"{kind} does not travel on the bus")


_encoder = msgspec.msgpack.Encoder(enc_hook=_encode_array)


def encode(message: Any) -> bytes:
    """A message (msgspec struct, possibly with NumPy arrays) as bytes."""
    return _encoder.encode(message)


def decode(data: bytes, kind: type[T]) -> T:
    """Bytes as a message of the given type (or tagged union). Arrays come back read-only.

    Raises:
        WireError: the bytes are not of that type.
    """
    decoder = _decoders.get(kind)
    if decoder is None:
        decoder = _decoders[kind] = msgspec.msgpack.Decoder(kind, ext_hook=_decode_ext, dec_hook=_decode_array)
    try:
        message: T = decoder.decode(data)
    except (msgspec.DecodeError, ValueError, TypeError) as error:
        raise WireError(str(error)) from error
    return message


_decoders: dict[Any, msgspec.msgpack.Decoder[Any]] = {}
