"""A feed of an engine as it stands in the feeds file: which engine of which plant, which vendor, over which wire. Pure.

```yaml
feeds:
  - plant: HUANGHE-1
    engine: UWB-2
    adapter: {kind: quuppa, coordinate_system: CoordinateSystem1, tags: {a4da22e1dc9b: T-0001}}
    connection: {kind: http_poll, url: "http://qpe:8080/qpe/getTagData?format=defaultLocation", period_s: 0.5}
```
"""

from __future__ import annotations

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, model_validator

from gis.errors import TimeError
from gis.plant import Code, Record
from locator.adapters.engine_time import zone_of

VendorId = Annotated[str, Field(min_length=1, max_length=64)]


def _zone(text: str) -> str:
    try:
        zone_of(text)
    except TimeError as error:
        raise ValueError(str(error)) from error
    return text


def _check_url(text: str, schemes: tuple[str, ...]) -> str:
    parts = urlsplit(text)
    _ = parts.port  # raises ValueError for a port that is none
    if parts.scheme not in schemes or not parts.hostname:
        # The text itself may hold a password and is not repeated.
        raise ValueError(f"not a URL that begins with {' or '.join(f'{scheme}://' for scheme in schemes)}")
    return text


def _url(*schemes: str) -> AfterValidator:
    return AfterValidator(lambda text: _check_url(text, schemes))


class _Adapter(Record):
    """What every engine may be told.

    Attributes:
        tags: the engine's tag ids → tag codes; an id that is not here is the code itself.
        anchors: the engine's anchor ids → anchor codes, likewise.
        sigma_m: standard deviation of its positions where it states none, metres.
        use_height: false where its heights are worse than the height of the level.
        level: walking level of all its positions, if it has but one.
    """

    tags: dict[VendorId, Code] = Field(default_factory=dict)
    anchors: dict[VendorId, Code] = Field(default_factory=dict)
    sigma_m: float | None = Field(default=None, gt=0, le=100)
    use_height: bool = True
    level: Code | None = None


class Drtls(_Adapter):
    """Qorvo / Decawave DRTLS (PANS).

    Attributes:
        superframe_wraps_at: the superframe counter runs from 0 to this, exclusive; absent: not known.
        latency_ms: shortest delay from radio to arrival.
    """

    kind: Literal["drtls"]
    superframe_wraps_at: int | None = Field(default=None, ge=256, le=2**32)
    latency_ms: float = Field(default=0.0, ge=0, le=2000)


class Leaps(_Adapter):
    """LEAPS RTLS."""

    kind: Literal["leaps"]


class Pozyx(_Adapter):
    """Pozyx gateway."""

    kind: Literal["pozyx"]


class Quuppa(_Adapter):
    """Quuppa Positioning Engine.

    Attributes:
        coordinate_system: id of the one this feed takes; tags in others are counted as elsewhere.
        radius_probability: share of the tags inside their stated radius.
        sos_button: button that calls for help.
    """

    kind: Literal["quuppa"]
    coordinate_system: str = Field(min_length=1, max_length=200)
    radius_probability: float = Field(default=0.68, gt=0.05, lt=0.999)
    sos_button: Literal[1, 2] | None = None


class Sewio(_Adapter):
    """Sewio RTLS Studio or SICK Tag-LOC.

    Attributes:
        zone: of its times, which carry no mark; documented as UTC.
    """

    kind: Literal["sewio"]
    zone: Annotated[str, AfterValidator(_zone)] = "UTC"


class OpenRtls(_Adapter):
    """OpenRTLS.

    Attributes:
        take: its ranges (through the twin's own filter) or the positions it solved from them.
    """

    kind: Literal["openrtls"]
    take: Literal["ranges", "positions"] = "ranges"


AdapterConfig = Annotated[Drtls | Leaps | Pozyx | Quuppa | Sewio | OpenRtls, Field(discriminator="kind")]


class Mqtt(Record):
    """A subscription.

    Attributes:
        broker: `mqtt://[user:password@]host[:port]`; absent: the broker of the twin's own measurements.
        topics: topic filters; empty: those of the vendor's documents.
    """

    kind: Literal["mqtt"]
    broker: SecretStr | None = None
    topics: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = ()

    @model_validator(mode="after")
    def _readable(self) -> Self:
        if self.broker is not None:
            _check_url(self.broker.get_secret_value(), ("mqtt", "tcp"))
        return self


class WebSocket(Record):
    """A WebSocket client that subscribes to resources.

    Attributes:
        url: `ws://` or `wss://`.
        api_key: sent with every subscription; or in a file of its own, `api_key_file`.
        resources: what to subscribe to, e.g. `/feeds/18`.
    """

    kind: Literal["websocket"]
    url: Annotated[str, _url("ws", "wss")]
    api_key: SecretStr | None = None
    api_key_file: str | None = None
    resources: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = Field(min_length=1, max_length=5000)

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        if (self.api_key is None) == (self.api_key_file is None):
            raise ValueError("exactly one of api_key and api_key_file must be given")
        return self


class HttpPoll(Record):
    """A page that is asked for again and again.

    Attributes:
        url: `http://` or `https://`, with the format in its query.
        period_s: from one question to the next.
        timeout_s: longest wait for an answer.
        username, password: basic authentication, both or neither.
    """

    kind: Literal["http_poll"]
    url: Annotated[str, _url("http", "https")]
    period_s: float = Field(default=0.5, ge=0.05, le=60)
    timeout_s: float = Field(default=5.0, gt=0, le=60)
    username: str | None = None
    password: SecretStr | None = None

    @model_validator(mode="after")
    def _whole_login(self) -> Self:
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password go together")
        return self


class HttpPush(Record):
    """A listener that the engine posts to.

    Attributes:
        host: address to listen on; the machine's own in the engine's network, or 127.0.0.1.
        port: to listen on.
        path: the only one that is answered.
        token: expected as `Authorization: Bearer …`; needed unless only this machine is listened to.
    """

    kind: Literal["http_push"]
    host: str = "127.0.0.1"
    port: int = Field(ge=0, le=65535)
    path: str = Field(default="/", pattern=r"^/[\x21-\x7e]*$", max_length=200)
    token: SecretStr | None = None

    @model_validator(mode="after")
    def _guarded(self) -> Self:
        if self.token is None and self.host not in {"127.0.0.1", "::1", "localhost"}:
            raise ValueError("a listener beyond this machine needs a token")
        return self


class Udp(Record):
    """A socket that datagrams come to.

    Attributes:
        host: address to listen on.
        port: to listen on.
        senders: addresses that are listened to; needed unless only this machine is, for anybody can send a datagram.
    """

    kind: Literal["udp"]
    host: str = "127.0.0.1"
    port: int = Field(ge=0, le=65535)
    senders: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _guarded(self) -> Self:
        if not self.senders and self.host not in {"127.0.0.1", "::1", "localhost"}:
            raise ValueError("a listener beyond this machine needs the addresses of its senders")
        return self


ConnectionConfig = Annotated[Mqtt | WebSocket | HttpPoll | HttpPush | Udp, Field(discriminator="kind")]

WIRES: dict[str, tuple[str, ...]] = {
    "drtls": ("mqtt",),
    "leaps": ("mqtt",),
    "pozyx": ("mqtt",),
    "quuppa": ("http_poll", "http_push", "udp", "mqtt"),
    "sewio": ("websocket",),
    "openrtls": ("udp",),
}
"""What each engine speaks over."""


class FeedConfig(Record):
    """One feed."""

    plant: Code
    engine: Code
    adapter: AdapterConfig
    connection: ConnectionConfig

    @property
    def name(self) -> str:
        """What counts and log lines call it."""
        return f"{self.plant}/{self.engine}"

    @model_validator(mode="after")
    def _speaks(self) -> Self:
        wires = WIRES[self.adapter.kind]
        if self.connection.kind not in wires:
            raise ValueError(f"{self.adapter.kind} comes over {' or '.join(wires)}, not {self.connection.kind}")
        if self.adapter.kind == "quuppa" and isinstance(self.connection, Mqtt) and not self.connection.topics:
            raise ValueError("quuppa over mqtt needs the topics of its output target")
        return self


class FeedsConfig(Record):
    """All feeds of one installation; an engine of a plant has one."""

    feeds: tuple[FeedConfig, ...] = Field(default=(), max_length=200)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        names = [feed.name for feed in self.feeds]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"more than one feed of {', '.join(twice)}: its people would be counted twice")
        return self
