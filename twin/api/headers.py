"""The shell around every answer: which hosts are answered, which sites may write, and what a page may do.

Nothing may come from, or go to, another machine: the policy allows this origin only. Requests for another host name
are refused (a page elsewhere could otherwise reach a twin on this machine by a name of its own; a plain address cannot
be made to point elsewhere, so it passes), and so are writes and live connections whose `Origin` is another site.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException

from twin.api.problems import problem_response

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1")
_HOST = re.compile(r"(?:(?P<name>[a-z0-9][a-z0-9.\-]*)|\[(?P<v6>[0-9a-f:.]+)\])(?::\d{1,5})?")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def content_security_policy(host: str) -> str:
    """The policy for pages served under a checked host name (`name[:port]`)."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "worker-src 'self'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            f"connect-src 'self' ws://{host} wss://{host}",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


class Shell:
    """ASGI middleware: checks host and origin, adds the security headers.

    Args:
        app: the application inside.
        hosts: host names that are answered, without port.
        max_body_bytes: longest body of a request.
        larger: the same for paths with these endings.
    """

    def __init__(
        self,
        app: ASGIApp,
        hosts: Sequence[str] = LOOPBACK_NAMES,
        max_body_bytes: int = 1_000_000,
        larger: Mapping[str, int] | None = None,
    ) -> None:
        self._app = app
        self._max_body_bytes = max_body_bytes
        self._larger = dict(larger or {})
        self._hosts = frozenset(name.lower() for name in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass inwards."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        fault = self._fault(scope, host, headers)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered = MutableHeaders(scope=message)
                for name, value in _FIXED.items():
                    answered.setdefault(name, value)
                if fault is None:
                    answered.setdefault("Content-Security-Policy", content_security_policy(host))
            await send(message)

        if fault is None:
            await self._app(scope, self._bounded(receive, self._most_bytes(scope)), send_with_headers)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 4403, "reason": fault[2]})
        else:
            status, code, detail = fault
            await problem_response(status, code, detail, scope["path"])(scope, receive, send_with_headers)

    def _most_bytes(self, scope: Scope) -> int:
        path = scope.get("path", "")
        return next((most for end, most in self._larger.items() if path.endswith(end)), self._max_body_bytes)

    @staticmethod
    def _bounded(receive: Receive, most_bytes: int) -> Receive:
        """A body that did not say how long it is, cut where it grows too long."""
        taken = 0

        async def bounded() -> Message:
            nonlocal taken
            message = await receive()
            if message["type"] == "http.request":
                taken += len(message.get("body", b""))
                if taken > most_bytes:
                    raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"at most {most_bytes} bytes")
            return message

        return bounded

    def _fault(self, scope: Scope, host: str, headers: Headers) -> tuple[HTTPStatus, str, str] | None:
        name = _host_name(host)
        if name is None or not (name in self._hosts or _is_address(name)):
            return HTTPStatus.MISDIRECTED_REQUEST, "unknown_host", "this host name is not answered"
        origin = headers.get("origin")
        reading = scope["type"] == "http" and scope["method"] in _SAFE
        if not reading and origin is not None and urlsplit(origin).netloc.lower() != host.lower():
            return HTTPStatus.FORBIDDEN, "other_site", "writes and live connections from other sites are refused"
        length = headers.get("content-length", "0")
        most = self._most_bytes(scope)
        if len(length) > 12 or (length.isdecimal() and int(length) > most):
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", f"at most {most} bytes"
        return None


def _host_name(host: str) -> str | None:
    # Strictly `name[:port]` or `[v6][:port]`: the host goes into the policy header.
    match = _HOST.fullmatch(host.lower())
    return (match["name"] or match["v6"]) if match is not None else None


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
