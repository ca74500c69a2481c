"""What surrounds every answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.twin.api.conftest import Twin

ADDRESSES = ("/", "/api/v1/health", "/api/v1/nothing", "/ogc", "/assets/main-abc123.js", "/api/v1/plants/NONE/people")


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_keeps_the_page_on_this_machine(lonely: Twin, address: str) -> None:
    answer = lonely.client.get(address)
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["worker-src"] == policy["style-src"] == "'self'"
    assert policy["connect-src"] == "'self' ws://127.0.0.1:8800 wss://127.0.0.1:8800"
    assert policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost@evil", "a b", "", "127.0.0.1:x"])
def test_other_host_names_are_not_answered(lonely: Twin, host: str) -> None:
    answer = lonely.client.get("/api/v1/health", headers={"host": host})
    assert answer.status_code == 421
    assert answer.json()["code"] == "unknown_host"
    assert "content-security-policy" not in answer.headers


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:5", "[::1]:8800", "192.168.3.4:8800"])
def test_loopback_and_plain_addresses_are(lonely: Twin, host: str) -> None:
    assert lonely.client.get("/api/v1/health", headers={"host": host}).status_code == 200


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40))
def test_no_host_name_gets_into_the_policy_unchecked(lonely: Twin, host: str) -> None:
    answer = lonely.client.get("/api/v1/me", headers={"host": host})
    assert answer.status_code in {200, 421}
    assert ";" not in answer.headers.get("content-security-policy", "").split("connect-src ", 1)[-1].split("; ")[0]


def test_writes_from_another_site_are_refused(lonely: Twin) -> None:
    answer = lonely.client.post("/api/v1/plants/TEST-1/alarms/X/acknowledge", headers={"origin": "http://evil.example"})
    assert (answer.status_code, answer.json()["code"]) == (403, "other_site")
    own = lonely.client.post("/api/v1/plants/TEST-1/alarms/X/acknowledge", headers={"origin": "http://127.0.0.1:8800"})
    assert own.status_code == 404


def test_the_page_its_files_and_its_own_addresses(lonely: Twin) -> None:
    page = lonely.client.get("/")
    assert "the page" in page.text
    assert page.headers["cache-control"] == "no-cache"
    assert page.headers["content-encoding"] == "gzip"
    assert lonely.client.get("/plants/TEST-1/alarms").text == page.text
    script = lonely.client.get("/assets/main-abc123.js")
    assert "immutable" in script.headers["cache-control"]
    assert (
        lonely.client.get("/assets/main-abc123.js", headers={"if-none-match": script.headers["etag"]}).status_code
        == 304
    )
    for missing in (
        "/assets/main-gone.js",
        "/favicon.png",
        "/api/v2/x",
        "/ogc/x",
        "/models/x.glb",
        "/..%2f..%2fsecret.txt",
    ):
        answer = lonely.client.get(missing)
        assert answer.status_code == 404, missing
        assert answer.json()["status"] == 404


def test_a_page_that_is_not_built_says_so_in_both_languages(lonely: Twin) -> None:
    (lonely.deps.web_dir / "index.html").unlink()
    answer = lonely.client.get("/")
    assert answer.status_code == 503
    assert "make setup" in answer.text
    assert "尚未构建" in answer.text


@pytest.mark.parametrize("told", [True, False])
def test_a_huge_body_is_refused(lonely: Twin, told: bool) -> None:
    """Whether it says how long it is or comes in pieces."""

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 100_000

    answer = lonely.client.post(
        "/api/v1/plants/TEST-1/alarms/X/acknowledge",
        content=b"x" * 2_000_000 if told else pieces(),
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
