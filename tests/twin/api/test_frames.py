from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.api import frames
from twin.api.frames import AGE_UNKNOWN, BIT_UNSEEN, HEADER_BYTES, ROW_BYTES, FrameError, decode_frame, encode_frame

T0 = 1_790_000_000_123_000_000
mover = st.tuples(
    st.integers(0, 7_000_000_000_000),  # ns before the newest
    st.floats(-3276.7, 3276.7),
    st.floats(-3276.7, 3276.7),
    st.floats(-100, 500),
    st.floats(0, 60),
    st.integers(0, 31),
)


@given(st.lists(mover, max_size=50), st.integers(0, 65535), st.integers(0, 2**53))
def test_a_frame_comes_back_to_the_resolution_of_the_wire(
    movers: list[tuple[int, float, float, float, float, int]], table: int, seq: int
) -> None:
    t_ns = np.array([T0 - row[0] for row in movers], np.int64)
    xyz = np.array([row[1:4] for row in movers], float).reshape(-1, 3)
    r95 = np.array([row[4] for row in movers], float)
    status = np.array([row[5] for row in movers], np.uint8)
    data = encode_frame(table, seq, t_ns, xyz, r95, status)
    assert len(data) == HEADER_BYTES + ROW_BYTES * len(movers)
    frame = decode_frame(data)
    assert (frame.table, frame.seq) == (table, seq)
    assert np.array_equal(frame.status, status)
    assert np.all(np.abs(frame.xyz_m - xyz) <= 0.0501)
    # The circle never promises more than was known.
    capped = np.minimum(r95, 25.5)
    assert np.all(frame.r95_m >= capped - 1e-6)
    assert np.all(frame.r95_m <= np.minimum(capped + 0.1, 25.5) + 1e-6)
    if movers:
        newest = t_ns.max()
        assert frame.newest_ms == pytest.approx(newest / 1e6, abs=0.001)
        age = (newest - t_ns) / 1e9
        old = age >= AGE_UNKNOWN / 10
        assert np.all(np.isinf(frame.age_s[old]))
        # Never shown younger than it is.
        assert np.all(frame.age_s[~old] >= age[~old] - 1e-9)
        assert np.all((frame.age_s[~old] - age[~old] <= 0.1 + 1e-9) | np.isinf(frame.age_s[~old]))


def test_the_bytes_are_the_documented_layout() -> None:
    data = encode_frame(
        7,
        42,
        np.array([T0, T0 - 1_000_000_000]),
        np.array([[1.0, -2.0, 0.3], [10.0, 0, 0]]),
        np.array([0.55, 99.0]),
        np.array([1, 6], np.uint8),
    )
    assert data[0:2] == bytes([1, 1])
    assert int.from_bytes(data[2:4], "little") == 7
    assert int.from_bytes(data[4:8], "little") == 2
    assert np.frombuffer(data, "<f8", 2, 8).tolist() == [T0 / 1e6, 42.0]
    assert np.frombuffer(data, "<i2", 6, 24).tolist() == [10, 100, -20, 0, 3, 0]
    assert np.frombuffer(data, "<u2", 2, 36).tolist() == [0, 10]
    assert list(data[40:42]) == [1, 6]
    assert list(data[42:44]) == [6, 255]


def test_movers_never_seen_neither_have_an_age_nor_make_the_picture_new() -> None:
    status = np.array([BIT_UNSEEN, 0], np.uint8)
    frame = decode_frame(encode_frame(0, 0, np.array([T0 + 10**12, T0]), np.zeros((2, 3)), np.zeros(2), status))
    assert frame.newest_ms == T0 / 1e6
    assert np.isinf(frame.age_s[0])
    none = decode_frame(encode_frame(0, 0, np.array([T0]), np.zeros((1, 3)), np.zeros(1), status[:1]))
    assert none.newest_ms == 0


def test_what_is_no_number_is_no_place() -> None:
    xyz = np.array([[np.nan, 0, 0], [1, 1, np.inf]])
    frame = decode_frame(encode_frame(0, 0, np.array([T0, T0]), xyz, np.array([np.nan, 1.0]), np.zeros(2, np.uint8)))
    assert np.all(frame.status & BIT_UNSEEN)
    assert frame.r95_m[0] == 25.5


def test_beyond_the_range_is_the_edge_of_it() -> None:
    frame = decode_frame(
        encode_frame(0, 0, np.array([T0]), np.array([[9e9, -9e9, 0]]), np.zeros(1), np.zeros(1, np.uint8))
    )
    assert frame.xyz_m[0].tolist() == pytest.approx([3276.7, -3276.7, 0])


@given(st.binary(max_size=200))
def test_garbage_is_refused_or_is_a_frame(data: bytes) -> None:
    try:
        frame = decode_frame(data)
    except FrameError:
        return
    assert len(data) == HEADER_BYTES + ROW_BYTES * len(frame.status)


def test_another_version_is_refused() -> None:
    data = bytearray(encode_frame(0, 0, np.zeros(0, np.int64), np.zeros((0, 3)), np.zeros(0), np.zeros(0, np.uint8)))
    data[1] = frames.VERSION + 1
    with pytest.raises(FrameError, match="version"):
        decode_frame(bytes(data))
