"""Where a broker is and how to log in there, as a value and as a URL."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urlsplit

from gis.errors import TwinError

DEFAULT_PORT = 1883


class AddressError(TwinError):
    """A broker URL that cannot be read."""


@dataclass(frozen=True)
class BrokerAddress:
    """A broker and a login (none: anonymous). Its `repr` does not show the password."""

    host: str
    port: int = DEFAULT_PORT
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """The address as `mqtt://[user[:password]@]host:port`."""
        login = ""
        if self.username is not None:
            secret = "" if self.password is None else f":{quote(self.password, safe='')}"
            login = f"{quote(self.username, safe='')}{secret}@"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"mqtt://{login}{host}:{self.port}"


def read_broker_url(url: str) -> BrokerAddress:
    """Read `mqtt://[user[:password]@]host[:port]`.

    Raises:
        AddressError: another scheme, no host, or a port that is none.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressError(f"not a broker URL: {error}") from error
    if parts.scheme not in {"mqtt", "tcp"}:
        raise AddressError(f"a broker URL begins with mqtt://, not {parts.scheme or url[:20]!r}")
    if not parts.hostname or parts.path not in {"", "/"}:
        raise AddressError("a broker URL is mqtt://[user:password@]host[:port]")
    return BrokerAddress(
        parts.hostname,
        port if port is not None else DEFAULT_PORT,
        unquote(parts.username) if parts.username is not None else None,
        unquote(parts.password) if parts.password is not None else None,
    )
