"""Every transport against a real server of it: what arrives, what is too large, what is lost and found again."""

from __future__ import annotations

import http.client
import socket
import time
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from gis.feed import Feed
from gis.messages import MAX_BYTES
from gis.refusal import RefusalReason
from locator.adapters.config import HttpPoll, HttpPush, Udp, WebSocket
from locator.adapters.port import MAX_ANSWER_BYTES
from locator.feeds.build import feed_for
from locator.feeds.http_poll import HttpPollFeed
from locator.feeds.http_push import HttpPushFeed
from locator.feeds.udp import UdpFeed
from locator.feeds.websocket import WebSocketFeed
from tests.locator.feeds.engines import HttpEngine, WebSocketEngine, arrivals, running, until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def websocket() -> Iterator[Callable[..., WebSocketEngine]]:
    made: list[WebSocketEngine] = []

    def make(messages: list[str], port: int = 0) -> WebSocketEngine:
        made.append(WebSocketEngine(messages, port))
        return made[-1]

    yield make
    for engine in made:
        engine.close()


@pytest.fixture
def http_engine() -> Iterator[Callable[..., HttpEngine]]:
    made: list[HttpEngine] = []

    def make(*answers: tuple[int, bytes]) -> HttpEngine:
        made.append(HttpEngine(list(answers)))
        return made[-1]

    yield make
    for engine in made:
        engine.close()


def send(port: int, *datagrams: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
        for datagram in datagrams:
            sending.sendto(datagram, ("127.0.0.1", port))


def post(port: int, path: str, body: bytes, method: str = "POST", token: str | None = None) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    connection.request(method, path, body=body, headers=headers)
    status = connection.getresponse().status
    connection.close()
    return status


def test_datagrams_arrive_in_order_with_their_arrival() -> None:
    before_ns = time.time_ns()
    with running(UdpFeed("YARD/E1", "127.0.0.1", 0)) as feed:
        assert isinstance(feed, UdpFeed)
        send(feed.port, b"one", b"two", b"")
        got = arrivals(feed, 3)
    assert [arrival.payload for arrival in got] == [b"one", b"two", b""]
    assert {arrival.topic for arrival in got} == {"YARD/E1"}
    times = [arrival.received_ns for arrival in got]
    assert before_ns <= times[0] <= times[-1] <= time.time_ns()
    assert times == sorted(times)
    assert (feed.received, feed.rejected.total()) == (3, 0)
    assert (feed.connected, feed.trouble) == (False, "stopped")


def test_datagrams_of_strangers_are_counted_and_dropped() -> None:
    with running(UdpFeed("E1", "127.0.0.1", 0, senders=["192.0.2.7"])) as feed:
        assert isinstance(feed, UdpFeed)
        send(feed.port, b"{}", b"{}")
        until(lambda: feed.rejected[RefusalReason.UNKNOWN_ENGINE] == 2)
        assert feed.take() == []


def test_a_full_queue_drops_its_oldest_and_counts() -> None:
    with running(UdpFeed("E1", "127.0.0.1", 0, capacity=3)) as feed:
        assert isinstance(feed, UdpFeed)
        for k in range(5):
            send(feed.port, str(k).encode())
            until(lambda k=k: feed.received == k + 1)  # type: ignore[misc]  # bound now
        assert (feed.waiting, feed.dropped) == (3, 2)
        assert [arrival.payload for arrival in feed.take()] == [b"2", b"3", b"4"]
        assert feed.waiting == 0


def test_a_port_that_is_taken_is_shown_and_tried_again() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        feed = UdpFeed("E1", "127.0.0.1", other.getsockname()[1])
        feed.start()
        until(lambda: "in use" in feed.trouble)
        assert not feed.connected
    until(lambda: feed.connected)
    assert feed.trouble == ""
    feed.stop()


def test_a_websocket_is_subscribed_again_after_a_loss(websocket: Callable[..., WebSocketEngine]) -> None:
    engine = websocket(["first", "second"])
    with running(WebSocketFeed("E1", engine.url, ["a", "b"], first_pause_s=0.02)) as feed:
        assert [arrival.payload for arrival in arrivals(feed, 4)] == [b"first", b"second"] * 2
        assert engine.subscriptions == ["a", "b"]
        engine.drop()
        assert len(arrivals(feed, 4)) == 4
        assert engine.subscriptions == ["a", "b"] * 2
        assert feed.connections == 2


def test_a_websocket_server_that_stops_is_waited_for(websocket: Callable[..., WebSocketEngine]) -> None:
    engine = websocket(["hello"])
    with running(WebSocketFeed("E1", engine.url, ["a"], first_pause_s=0.02)) as feed:
        arrivals(feed, 1)
        engine.close()
        until(lambda: not feed.connected and "refused" in feed.trouble)
        websocket(["back"], engine.port)
        assert arrivals(feed, 1)[0].payload == b"back"
        assert feed.trouble == ""


def test_a_websocket_message_that_is_too_large_is_counted(websocket: Callable[..., WebSocketEngine]) -> None:
    engine = websocket(["x" * (MAX_BYTES + 1)])
    with running(WebSocketFeed("E1", engine.url, ["a"], first_pause_s=0.02)) as feed:
        until(lambda: feed.rejected[RefusalReason.TOO_LARGE] >= 1)
        engine.messages[:] = ["small"]
        assert arrivals(feed, 1)[0].payload == b"small"


def test_a_page_is_asked_again_and_again_with_the_login(http_engine: Callable[..., HttpEngine]) -> None:
    engine = http_engine((200, b"1"), (200, b"2"), (200, b"3"))
    feed = HttpPollFeed("E1", f"{engine.url}/qpe/getTagData?format=x", period_s=0.05, timeout_s=5, login=("u", "p"))
    with running(feed):
        assert [arrival.payload for arrival in arrivals(feed, 3)][:3] == [b"1", b"2", b"3"]
        assert feed.connections == 1
    assert set(engine.asked) == {("/qpe/getTagData?format=x", "Basic dTpw")}


def test_an_answer_that_is_none_is_trouble_and_asked_again(http_engine: Callable[..., HttpEngine]) -> None:
    engine = http_engine((200, b"1"), (401, b""), (200, b"2"))
    feed = HttpPollFeed("E1", engine.url, period_s=0.05, timeout_s=5, first_pause_s=0.02)
    with running(feed):
        got = arrivals(feed, 2)
        assert [arrival.payload for arrival in got][:2] == [b"1", b"2"]
        assert feed.connections == 2


def test_a_refused_login_is_told(http_engine: Callable[..., HttpEngine]) -> None:
    engine = http_engine((401, b""))
    feed = HttpPollFeed("E1", engine.url, period_s=0.05, timeout_s=5)
    feed.start()
    until(lambda: "401" in feed.trouble)
    assert not feed.connected
    feed.stop()


def test_an_answer_that_is_too_large_is_counted_and_the_next_is_read(http_engine: Callable[..., HttpEngine]) -> None:
    engine = http_engine((200, b"x" * (MAX_ANSWER_BYTES + 1)), (200, b"small"))
    with running(HttpPollFeed("E1", engine.url, period_s=0.05, timeout_s=5)) as feed:
        assert arrivals(feed, 1)[0].payload == b"small"
        assert feed.rejected[RefusalReason.TOO_LARGE] == 1


def test_an_engine_posts_to_the_listener() -> None:
    with running(HttpPushFeed("E1", "127.0.0.1", 0, path="/quuppa", token="s3")) as feed:
        assert isinstance(feed, HttpPushFeed)
        assert post(feed.port, "/quuppa", b"one", token="s3") == 204
        assert post(feed.port, "/quuppa", b"two", "PUT", token="s3") == 204
        assert post(feed.port, "/quuppa", b"no", token="other") == 401
        assert post(feed.port, "/quuppa", b"no") == 401
        assert post(feed.port, "/elsewhere", b"no", token="s3") == 404
        assert post(feed.port, "/quuppa", b"", "GET", token="s3") == 405
        assert [arrival.payload for arrival in feed.take()] == [b"one", b"two"]
        assert post(feed.port, "/quuppa", b"x" * (MAX_BYTES + 1), token="s3") == 413
        assert feed.rejected == {RefusalReason.TOO_LARGE: 1}


def test_what_goes_wrong_inside_a_session_is_shown_and_survived() -> None:
    class Odd(Feed):
        tries = 0

        def _session(self) -> None:
            self.tries += 1
            if self.tries == 1:
                raise KeyError("line one\nline two")
            self._met()
            self._stopping.wait()

    feed = Odd("E1", first_pause_s=0.02)
    with running(feed):
        assert (feed.tries, feed.trouble) == (2, "")


@pytest.mark.parametrize(
    ("wire", "kind"),
    [
        (WebSocket(kind="websocket", url="ws://x", api_key=SecretStr("k"), resources=("/feeds/1",)), WebSocketFeed),
        (HttpPoll(kind="http_poll", url="https://x:8443/a?b=c", username="u", password=SecretStr("p")), HttpPollFeed),
        (HttpPush(kind="http_push", port=0), HttpPushFeed),
        (Udp(kind="udp", port=0), UdpFeed),
    ],
)
def test_every_description_makes_its_feed(wire: WebSocket | HttpPoll | HttpPush | Udp, kind: type[Feed]) -> None:
    feed = feed_for("YARD/E1", wire, 10)
    assert type(feed) is kind
    assert (feed.name, feed.connected, feed.waiting, feed.trouble) == ("YARD/E1", False, 0, "not started")
    feed.stop()
