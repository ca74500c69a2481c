"""A page that is asked again and again."""

from __future__ import annotations

import base64
import http.client
import ssl
import time
from urllib.parse import urlsplit

from gis.feed import Feed
from gis.refusal import RefusalReason
from locator.adapters.port import MAX_ANSWER_BYTES
from locator.errors import LocatorError


class PollError(LocatorError):
    """The engine answered with something else than its data."""


class HttpPollFeed(Feed):
    """Asks an HTTP server at a steady rate over one kept connection. A slow answer delays the next question.

    Args:
        name: what it is called.
        url: `http://` or `https://`.
        period_s: from one question to the next.
        timeout_s: longest wait for an answer.
        login: user and password for basic authentication.
        capacity: most messages that wait.
        first_pause_s: pause before the first new attempt.
    """

    def __init__(
        self,
        name: str,
        url: str,
        *,
        period_s: float,
        timeout_s: float,
        login: tuple[str, str] | None = None,
        capacity: int = 20_000,
        first_pause_s: float = 0.5,
    ) -> None:
        super().__init__(name, capacity=capacity, first_pause_s=first_pause_s, max_bytes=MAX_ANSWER_BYTES)
        parts = urlsplit(url)
        assert parts.hostname is not None, "the URL was checked with the feeds file"
        self._secure = parts.scheme == "https"
        self._host, self._port = parts.hostname, parts.port
        self._target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._period_s = period_s
        self._timeout_s = timeout_s
        self._headers = {"Accept": "application/json"}
        if login is not None:
            secret = base64.b64encode(f"{login[0]}:{login[1]}".encode()).decode()
            self._headers["Authorization"] = f"Basic {secret}"

    def _session(self) -> None:
        connection = self._connection()
        try:
            met = False
            while not self._stopping.is_set():
                asked_s = time.monotonic()
                payload = self._ask(connection)
                if not met:
                    self._met()
                    met = True
                if payload is None:
                    self._refuse(RefusalReason.TOO_LARGE)
                    # What is left of the answer would be read as the next one.
                    connection.close()
                else:
                    self._put(payload)
                self._stopping.wait(max(0.0, self._period_s - (time.monotonic() - asked_s)))
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        if self._secure:
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(self._host, self._port, timeout=self._timeout_s, context=context)
        return http.client.HTTPConnection(self._host, self._port, timeout=self._timeout_s)

    def _ask(self, connection: http.client.HTTPConnection) -> bytes | None:
        """One answer; None if it is too large."""
        connection.request("GET", self._target, headers=self._headers)
        response = connection.getresponse()
        payload = response.read(MAX_ANSWER_BYTES + 1)
        if response.status != http.HTTPStatus.OK:
            raise PollError(f"the engine answered {response.status} {response.reason[:60]}")
        return payload if len(payload) <= MAX_ANSWER_BYTES else None
