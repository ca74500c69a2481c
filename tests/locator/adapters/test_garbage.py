"""Whatever an engine sends: nothing raises, and nothing is taken that is not whole."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.messages import MAX_BYTES, STRICT
from locator.adapters.drtls import DrtlsAdapter
from locator.adapters.leaps import LeapsAdapter
from locator.adapters.openrtls import OpenRtlsAdapter
from locator.adapters.port import MAX_ANSWER_BYTES
from locator.adapters.pozyx import PozyxAdapter
from locator.adapters.quuppa import QuuppaAdapter
from locator.adapters.sewio import SewioAdapter
from locator.measurements import Position, Ranges
from tests.locator.adapters.payload_files import IDENTITY, KNOWN, RECEIVED_NS, sent, settled

if TYPE_CHECKING:
    from collections.abc import Callable

    from locator.adapters.port import Adapter, Taken

ENGINES: dict[str, tuple[str, tuple[str, ...]]] = {
    "drtls": ("dwm/node/0d13/uplink/location", ("drtls_location", "drtls_no_position")),
    "leaps": ("leaps/1234/node/uplink/location/DECA0D13", ("leaps_location", "leaps_r95_only")),
    "pozyx": ("tags", ("pozyx_tags",)),
    "quuppa": ("quuppa", ("quuppa_get_tag_data", "quuppa_haip", "quuppa_push")),
    "sewio": ("sewio", ("sewio_feed", "sewio_zone")),
    "openrtls": ("openrtls", ("openrtls_meas",)),
}
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["NaN", "-inf", "1e400", "0xDECA3431303025AF", "T1", "A1", -1, 0, 1e308, 2**63, 2**64])
)
TREES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner))


def fresh(engine: str) -> Adapter:
    make: dict[str, Callable[[], Adapter]] = {
        "drtls": lambda: DrtlsAdapter(IDENTITY, settled(1150, RECEIVED_NS)),
        "leaps": lambda: LeapsAdapter(IDENTITY),
        "pozyx": lambda: PozyxAdapter(IDENTITY),
        "quuppa": lambda: QuuppaAdapter(IDENTITY, "CoordinateSystem1", sos_button=1),
        "sewio": lambda: SewioAdapter(IDENTITY),
        "openrtls": lambda: OpenRtlsAdapter(IDENTITY),
    }
    return make[engine]()


def check(taken: Taken) -> None:
    for one in taken.measurements:
        assert one.tag in KNOWN.tags
        assert RECEIVED_NS - STRICT.past_ns <= one.t_ns <= RECEIVED_NS + STRICT.future_ns
        assert 0 <= one.seq < 1 << 63
        if isinstance(one, Position):
            assert math.isfinite(one.x_m + one.y_m + (one.z_m or 0.0))
            if one.cov_m2 is not None:
                xx, xy, yy = one.cov_m2
                assert xx > 0.0
                assert xx * yy > xy * xy
        elif isinstance(one, Ranges):
            assert all(anchor in KNOWN.anchors for anchor in one.anchors)
            assert len(one.anchors) == len(one.d_m) > 0
            assert all(0.0 <= d <= 1000.0 for d in one.d_m)
    assert all(state.tag in KNOWN.tags for state in taken.states)


@pytest.mark.parametrize("engine", ENGINES)
@given(st.binary(max_size=200) | TREES.map(msgspec.json.encode))
def test_anything_at_all(engine: str, payload: bytes) -> None:
    topic, _ = ENGINES[engine]
    check(fresh(engine).decode(topic, payload, RECEIVED_NS, KNOWN))


@pytest.mark.parametrize("engine", ENGINES)
@given(st.data())
def test_a_good_message_with_one_part_exchanged(engine: str, data: st.DataObject) -> None:
    topic, names = ENGINES[engine]
    message = msgspec.json.decode(sent(data.draw(st.sampled_from(names))))
    holder, key = data.draw(st.sampled_from(_places(message)))
    if data.draw(st.booleans()):
        holder[key] = data.draw(TREES)
    elif isinstance(holder, dict):
        del holder[key]
    taken = fresh(engine).decode(topic, msgspec.json.encode(message), RECEIVED_NS, KNOWN)
    check(taken)
    assert all(0 < len(refusal.detail) <= 200 for refusal in taken.refusals)


@pytest.mark.parametrize("engine", ENGINES)
@given(st.data())
def test_a_good_message_cut_short_is_refused(engine: str, data: st.DataObject) -> None:
    topic, names = ENGINES[engine]
    payload = sent(data.draw(st.sampled_from(names))).strip()
    cut = data.draw(st.integers(0, len(payload) - 1))
    taken = fresh(engine).decode(topic, payload[:cut], RECEIVED_NS, KNOWN)
    assert taken.measurements == []
    assert len(taken.refusals) == 1


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_too_large_is_not_read(engine: str) -> None:
    topic, names = ENGINES[engine]
    payload = b" " * (MAX_ANSWER_BYTES if engine == "quuppa" else MAX_BYTES) + sent(names[0])
    (refusal,) = fresh(engine).decode(topic, payload, RECEIVED_NS, KNOWN).refusals
    assert refusal.reason == "too_large"


@pytest.mark.parametrize("engine", ENGINES)
def test_depth_without_end_is_refused(engine: str) -> None:
    topic, _ = ENGINES[engine]
    for payload in (b"[" * 100_000, b'{"tags":' * 100_000, b'{"body":' * 100_000):
        taken = fresh(engine).decode(topic, payload, RECEIVED_NS, KNOWN)
        assert (taken.measurements, len(taken.refusals)) == ([], 1)


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every part of a message, as (what holds it, its key)."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    return [(value, key) for key in keys] + [place for key in keys for place in _places(value[key])]
