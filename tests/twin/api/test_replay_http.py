"""Replay over HTTP, on a real database: the block holds what was stored, events say what stood and what changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.fix import Reason
from gis.plant import Names
from gis.store.database import transaction
from gis.store.journal import JournalEntry, append_entries
from gis.store.readings import append_readings
from gis.store.tracks import TrackChunk, append_chunks
from tests.twin.api.small import FRAME, T0, S, alarm
from twin.api.live_messages import MoverRow
from twin.api.replay_schemas import ReplayEvents
from twin.api.replay_tracks import BIT_APART, Path, TracksError, decode_tracks, encode_tracks, path_of

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from tests.twin.api.conftest import Twin

P = "/api/v1/plants/TEST-1"
MS = 1_000_000


def chunk(subject: str, t_ns: Any, **changed: Any) -> TrackChunk:
    t_ns = np.asarray(t_ns, np.int64)
    n = len(t_ns)
    made = TrackChunk(
        subject=subject,
        tag_id="T0000",
        t_ns=t_ns,
        xyz_m=np.column_stack([np.arange(n) * 1.0, np.full(n, 10.0), np.zeros(n)]),
        cov_m2=np.tile([0.01, 0.0, 0.01], (n, 1)),
        velocity_mps=np.zeros((n, 2)),
        p_still=np.zeros(n),
        status=np.zeros(n, np.uint8),
        reasons=np.zeros(n, np.uint32),
        first_seq=1,
        last_seq=max(1, n),
    )
    return replace(made, **changed)


def row(subject: str) -> MoverRow:
    names = Names(zh="甲", en=subject)
    return MoverRow(
        id=subject, kind="person", names=names, role="r", glyph="circle", team=None, tag="T", battery_pct=None
    )


@given(
    st.lists(
        st.lists(
            st.tuples(
                st.integers(-600_000, 86_400_000),
                st.tuples(*[st.integers(-32767, 32767)] * 3),
                st.integers(0, 255),
                st.integers(0, 255),
            ),
            min_size=1,
            max_size=20,
            unique_by=lambda fix: fix[0],
        ),
        max_size=5,
    ),
    st.booleans(),
)
def test_a_block_gives_back_every_fix(people: list[list[Any]], smoothed: bool) -> None:
    rows = [row(f"P{i:03d}") for i in range(len(people))]
    paths = {}
    for who, fixes in zip(rows, people, strict=True):
        fixes.sort()
        columns = [np.array([fix[i] for fix in fixes]) for i in range(4)]
        paths[who.id] = Path(
            columns[0], columns[1].astype(np.int16), columns[2].astype(np.uint8), columns[3].astype(np.uint8), 1000
        )
    block = encode_tracks(rows, paths, 5.0, 9.0, smoothed=smoothed)
    told, back, from_ms, to_ms, was_smoothed = decode_tracks(block)
    assert (told, from_ms, to_ms, was_smoothed) == (rows, 5.0, 9.0, smoothed)
    for who in rows:
        for name in ("t_ms", "xyz_dm", "status", "r95_dm"):
            assert np.array_equal(getattr(back[who.id], name), getattr(paths[who.id], name)), name


@pytest.mark.parametrize("cut", [0, 10, 31, 40, -1])
def test_a_torn_block_is_refused(cut: int) -> None:
    block = encode_tracks([row("P1")], {"P1": path_of([chunk("P1", [T0, T0 + S])], T0)}, 0, 1, smoothed=False)
    with pytest.raises(TracksError):
        decode_tracks(block[:cut])
    with pytest.raises(TracksError):
        decode_tracks(b"\x07" + block[1:])


def test_fixes_are_joined_only_where_the_way_between_them_is_known() -> None:
    steady = T0 + np.array([0, 1, 2, 3, 4, 30, 31]) * S
    apart = [bool(bit) for bit in path_of([chunk("P1", steady)], T0).status & BIT_APART]
    assert apart == [True, False, False, False, False, True, False]
    # A tag that speaks every five seconds is not full of gaps.
    slow = path_of([chunk("P1", T0 + np.arange(6) * 5 * S)], T0)
    assert [bool(bit) for bit in slow.status & BIT_APART] == [True, False, False, False, False, False]
    assert slow.period_ms == 5000
    anew = chunk("P1", T0 + np.arange(3) * S, reasons=np.array([0, Reason.REINITIALISED, 0], np.uint32))
    assert [bool(bit) for bit in path_of([anew], T0).status & BIT_APART] == [True, True, False]


def _store(engine: Engine, *chunks: TrackChunk) -> None:
    with transaction(engine) as connection:
        append_chunks(connection, "TEST-1", FRAME, chunks)


@pytest.mark.servers
def test_the_block_holds_the_stretch_and_each_ones_last_fix_before_it(twin: Twin, engine: Engine) -> None:
    _store(engine, chunk("P000", T0 - 60 * S + np.arange(60) * S), chunk("V1", T0 - 45 * S + np.arange(5) * S))
    _store(engine, chunk("tag:T9", T0 - 10 * S + np.arange(3) * S, tag_id="T9"))
    answer = twin.client.get(f"{P}/replay/tracks", params={"from": (T0 - 30 * S) // MS, "to": T0 // MS})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, max-age=0"
    rows, paths, from_ms, to_ms, smoothed = decode_tracks(answer.content)
    assert [(one.id, one.kind, one.glyph) for one in rows] == [
        ("P000", "person", rows[0].glyph),
        ("V1", "vehicle", "vehicle"),
        ("tag:T9", "tag", "ring"),
    ]
    assert (from_ms, to_ms, smoothed) == ((T0 - 30 * S) / MS, T0 / MS, False)
    assert paths["P000"].t_ms.tolist() == [t * 1000 for t in range(-1, 30)]
    assert paths["P000"].xyz_dm[0].tolist() == [290, 100, 0]
    assert paths["P000"].r95_dm[0] == 3
    # Nobody walks off before it is known whereto: the vehicle stands where it was seen last.
    assert paths["V1"].t_ms.tolist() == [-11_000]
    only = twin.client.get(f"{P}/replay/tracks?subjects=P000&subjects=P002&from={(T0 - 30 * S) // MS}&to={T0 // MS}")
    assert [one.id for one in decode_tracks(only.content)[0]] == ["P000"]
    old = twin.client.get(f"{P}/replay/tracks", params={"from": T0 // MS - 900_000, "to": T0 // MS - 600_000})
    assert old.headers["cache-control"] == "private, max-age=600"
    assert decode_tracks(old.content)[0] == []


@pytest.mark.servers
def test_smoothed_tracks_keep_times_and_move_places(twin: Twin, engine: Engine) -> None:
    noise = np.random.default_rng(3).normal(0, 0.4, (120, 2))
    t_ns = T0 - 120 * S + np.arange(120) * S
    xyz = np.column_stack([np.arange(120) * 1.0, np.zeros(120), np.zeros(120)])
    xyz[:, :2] += noise
    cov, velocity = np.tile([0.16, 0.0, 0.16], (120, 1)), np.tile([1.0, 0.0], (120, 1))
    _store(engine, chunk("P000", t_ns, xyz_m=xyz, cov_m2=cov, velocity_mps=velocity))
    asked = {"from": (T0 - 90 * S) // MS, "to": (T0 - 30 * S) // MS}
    measured = decode_tracks(twin.client.get(f"{P}/replay/tracks", params=asked).content)
    better = decode_tracks(twin.client.get(f"{P}/replay/tracks", params=asked | {"quality": "smoothed"}).content)
    assert better[4] is True
    assert np.array_equal(better[1]["P000"].t_ms, measured[1]["P000"].t_ms)
    assert np.abs(better[1]["P000"].xyz_dm[1:, 1]).mean() < np.abs(measured[1]["P000"].xyz_dm[1:, 1]).mean()


@pytest.mark.servers
def test_what_is_too_much_is_refused_with_the_bound(twin: Twin) -> None:
    many = [f"P{i:04d}" for i in range(500)]
    asked = {"from": T0 // MS - 3_600_000, "to": T0 // MS, "subjects": many}
    answer = twin.client.get(f"{P}/replay/tracks", params=asked)
    assert answer.status_code == 400
    assert (answer.json()["code"], answer.json()["params"]) == ("span_too_long", {"longest_s": 800.0})
    assert twin.client.get(f"{P}/replay/tracks?from={T0 // MS}&to={T0 // MS - 1}").json()["code"] == "empty_span"
    assert (
        twin.client.get(f"{P}/replay/events?from={T0 // MS - 100_000_000}&to={T0 // MS}").json()["code"]
        == "span_too_long"
    )
    assert twin.client.get(f"{P}/replay/events?points=601").status_code == 422
    assert twin.client.get("/api/v1/plants/NONE/replay/events").status_code == 404


@pytest.mark.servers
def test_events_say_what_stood_what_changed_and_what_held(twin: Twin, engine: Engine) -> None:
    told = msgspec.to_builtins(alarm("A1")) | {"raised_ns": T0 - 100 * S, "changed_ns": T0 - 100 * S}
    raised = JournalEntry(1, T0 - 100 * S, "alarm", "P001", {"alarm": told, "cause": "raised"})
    acked = told | {"state": "acknowledged", "changed_ns": T0 - 50 * S}
    ack = JournalEntry(2, T0 - 50 * S, "ack", "P001", {"alarm": acked, "cause": "acknowledged"})
    body = {"fence": "F-1", "fence_version": 2, "probability": 0.9, "x_m": 1, "y_m": 2, "z_m": 0}
    entered = JournalEntry(3, T0 - 90 * S, "crossing", "P001", body | {"direction": "enter"})
    left = JournalEntry(4, T0 - 40 * S, "crossing", "P001", body | {"direction": "exit"})
    wind = {"wind_from_deg": 10.0, "wind_mps": 3.0, "temp_c": 20.0, "humidity_pct": None, "cloud_oktas": None}
    weather = [
        JournalEntry(5 + i, T0 - t * S, "weather", "", wind | {"wind_mps": float(t)}) for i, t in ((0, 80), (1, 30))
    ]
    gap = JournalEntry(9, T0 - 20 * S, "gap", "", {"from_ns": T0 - 25 * S, "to_ns": T0 - 20 * S, "reason": "missed"})
    with transaction(engine) as connection:
        append_entries(connection, "TEST-1", [raised, ack, entered, left, *weather, gap])
        t_ns = T0 - 120 * S + np.arange(120) * S
        append_readings(connection, "TEST-1", ["LT-1"] * 120, t_ns, np.arange(120.0), ["good"] * 120)
    asked = {"from": (T0 - 60 * S) // MS, "to": T0 // MS, "points": 6}
    answer = twin.client.get(f"{P}/replay/events", params=asked)
    assert answer.status_code == 200, answer.text
    events = ReplayEvents.model_validate_json(answer.text)
    assert [(one.cause, one.alarm.state) for one in events.alarms] == [
        ("standing", "unacknowledged"),
        ("acknowledged", "acknowledged"),
    ]
    assert [(one.subject, one.fence) for one in events.inside] == [("P001", "F-1")]
    assert [one.direction for one in events.crossings] == ["exit"]
    assert [one.wind_mps for one in events.weather] == [80.0, 30.0]
    assert [one.reason for one in events.gaps] == ["missed"]
    # Both versions of the fence that held in the stretch come with their times.
    assert {one.code for one in events.fences} >= {"F-1"}
    assert all(one.valid_from < events.t_to for one in events.fences)
    (level,) = events.readings
    assert level.value == [59.0, 69.0, 79.0, 89.0, 99.0, 109.0, 119.0]
    none = ReplayEvents.model_validate_json(twin.client.get(f"{P}/replay/events").text)
    assert none.readings == []
