"""The whole twin as a user starts it: people on the page, bad messages counted, status told, a clean stop."""

from __future__ import annotations

import json
import socket
import stat
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from twin.servers.processes import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.livetwin import LiveTwin

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("twin")]

PLANT = "HUANGHE-1"


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def _verb(twin: LiveTwin, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "twin", *words],
        cwd=twin.folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_people_are_live_on_the_page(demo_twin: LiveTwin) -> None:
    def live() -> bool:
        people = demo_twin.get(f"/plants/{PLANT}/people")
        return len([person for person in people if person["status"] == "fix"]) >= 60

    assert wait_until(live, timeout_s=60)
    first = {person["id"]: person["t"] for person in demo_twin.get(f"/plants/{PLANT}/people") if person["t"]}

    def moved_on() -> bool:
        people = demo_twin.get(f"/plants/{PLANT}/people")
        return len([person for person in people if person["t"] > first.get(person["id"], "9")]) >= 60

    assert wait_until(moved_on, timeout_s=30)


def test_all_roles_are_well(demo_twin: LiveTwin) -> None:
    assert wait_until(lambda: demo_twin.health()["status"] == "ok", timeout_s=30), demo_twin.health()
    assert set(demo_twin.health()["roles"]) >= {"locator", "vision", "core", "sinks", "api"}


def test_what_is_live_is_also_stored(demo_twin: LiveTwin) -> None:
    def stored() -> bool:
        return bool(demo_twin.get(f"/plants/{PLANT}/tracks?limit=5"))

    assert wait_until(stored, timeout_s=60)


def test_the_status_names_everything_and_is_private(demo_twin: LiveTwin) -> None:
    said = _verb(demo_twin, "status", "--json")
    assert said.returncode == 0, said.stderr
    status = json.loads(said.stdout)
    assert status["url"] == demo_twin.url
    assert set(status["mqtt"]) == {"host", "port", "username", "password"}
    assert status["database"].startswith("postgresql+psycopg://")
    assert status["roles"]["core"] == "ok"
    assert stat.S_IMODE((demo_twin.var / "status.json").stat().st_mode) == 0o600


def test_a_second_start_in_the_same_folder_is_told_where_the_first_is(demo_twin: LiveTwin) -> None:
    said = _verb(demo_twin, "up", "--port", "0")
    assert said.returncode == 1
    assert demo_twin.url in said.stderr


def test_a_taken_port_is_told_before_anything_starts(demo_twin: LiveTwin, tmp_path: Path) -> None:
    port = demo_twin.url.rsplit(":", 1)[1]
    said = subprocess.run(
        [sys.executable, "-m", "twin", "up", "--port", port],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert said.returncode == 1
    assert port in said.stderr
    assert not list((tmp_path / "var").glob("*.child"))


def test_nothing_listens_beyond_loopback(demo_twin: LiveTwin) -> None:
    outward = _own_address()
    for port in (int(demo_twin.url.rsplit(":", 1)[1]), demo_twin.status["mqtt"]["port"]):
        with pytest.raises(OSError, match=r"refused|timed out|unreachable"):
            socket.create_connection((outward, port), timeout=2).close()


def _own_address() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.2"
        return str(probe.getsockname()[0])


def _range(tag: object = "T0001", **changes: Any) -> dict[str, Any]:
    ranges = [{"anchor": "A-001", "d": 5.0}]
    return {"tag": tag, "t": _now(), "seq": time.time_ns(), "ranges": ranges} | changes


_RANGES = f"twin/v1/{PLANT}/uwb/UWB/ranges"


_BAD: list[tuple[str, str, bytes | dict[str, Any]]] = [
    ("not_json", _RANGES, b"{"),
    ("not_json", _RANGES, b"\xff\xfe"),
    ("wrong_type", _RANGES, {"tag": 7}),
    ("missing_field", _RANGES, b"{}"),
    ("not_finite", _RANGES, b'{"tag":"T0001","t":1.8e12,"seq":1,"ranges":[{"anchor":"A","d":NaN}]}'),
    ("out_of_range", _RANGES, {"ranges": [{"anchor": "A-001", "d": -1}]}),
    ("out_of_range", _RANGES, {"ranges": [{"anchor": "A-001", "d": 10_000}]}),
    ("unknown_tag", _RANGES, {"tag": "T-NOBODY"}),
    ("unknown_anchor", _RANGES, {"ranges": [{"anchor": "A-NOWHERE", "d": 5}]}),
    ("unknown_plant", "twin/v1/NOWHERE/uwb/UWB/ranges", b"{}"),
    ("unknown_engine", f"twin/v1/{PLANT}/uwb/NOBODYS/ranges", b"{}"),
    ("naive_time", _RANGES, {"t": "2026-01-01T00:00:00"}),
    ("future_time", _RANGES, {"t": "2090-01-01T00:00:00Z"}),
    ("too_old", _RANGES, {"t": "2020-01-01T00:00:00Z"}),
    ("unknown_sensor", f"twin/v1/{PLANT}/sensor", b'{"sensor":"S","t":1800000000000,"v":1}'),
    ("unknown_camera", f"twin/v1/{PLANT}/camera/CAM-X/state", b"{}"),
    ("not_json", f"twin/v1/{PLANT}/weather", b"sunny"),
    ("too_large", _RANGES, b"x" * 10_000_000),
]


@pytest.mark.parametrize("number", range(len(_BAD)), ids=[f"{n}-{bad[0]}" for n, bad in enumerate(_BAD)])
def test_bad_messages_are_refused_with_a_counted_reason(demo_twin: LiveTwin, number: int) -> None:
    reason, topic, wrong = _BAD[number]
    payload = wrong if isinstance(wrong, bytes) else json.dumps(_range(**wrong)).encode()
    topic = topic.replace("/UWB/", f"/{_engine(demo_twin)}/")
    before = demo_twin.health()["ingest"]["rejected"].get(reason, 0)
    with demo_twin.gateway() as client:
        client.publish(topic, payload, qos=1).wait_for_publish(20)

    def counted() -> bool:
        return bool(demo_twin.health()["ingest"]["rejected"].get(reason, 0) > before)

    assert wait_until(counted, timeout_s=15), demo_twin.health()["ingest"]
    assert demo_twin.process.poll() is None


def test_a_repeated_number_is_refused(demo_twin: LiveTwin) -> None:
    before = demo_twin.health()["ingest"]["rejected"].get("duplicate", 0)
    topic = _RANGES.replace("/UWB/", f"/{_engine(demo_twin)}/")
    payload = json.dumps(_range(ranges=[{"anchor": _anchor(demo_twin), "d": 5.0}])).encode()
    with demo_twin.gateway() as client:
        for _ in range(2):
            client.publish(topic, payload, qos=1).wait_for_publish(20)
    assert wait_until(lambda: int(demo_twin.health()["ingest"]["rejected"].get("duplicate", 0)) > before, timeout_s=15)


def _engine(twin: LiveTwin) -> str:
    anchors = twin.get(f"/plants/{PLANT}/assets?kind=anchor&limit=1")
    item = (anchors["items"] if isinstance(anchors, dict) else anchors)[0]
    return str(item["attributes"]["engine"])


def _anchor(twin: LiveTwin) -> str:
    anchors = twin.get(f"/plants/{PLANT}/assets?kind=anchor&limit=1")
    item = (anchors["items"] if isinstance(anchors, dict) else anchors)[0]
    return str(item.get("code") or item["id"])
