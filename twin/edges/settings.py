"""Settings from the environment, read once by the command line and passed down as plain values.

| Variable | What it sets | Default |
|---|---|---|
| `DATABASE_URL` | PostgreSQL + PostGIS to use | a private cluster under `var/` |
| `MQTT_URL` | broker to use, `mqtt://[user:password@]host[:port]` | a private broker under `var/` |
| `TWIN_VAR` | where the running twin keeps its files | `var` in the current folder |
| `TWIN_HOST`, `TWIN_PORT` | where the page is served | `127.0.0.1`, `8800` |
| `TWIN_INLET_QUEUE` | most messages that wait before the oldest is dropped | 20000 |
| `TWIN_FEEDS` | YAML file of vendors' positioning engines to take from (`docs/adapters/`) | none |
| `TWIN_SPOOL_MB` | disk for what the database could not take yet | 512 |
| `TWIN_ARCHIVE` | where days that leave the database go | `archive` in `TWIN_VAR` |
| `TWIN_ONLINE_DAYS_TRACKS`, `…_READINGS`, `…_JOURNAL` | days in the database, 7 to 36500 | 90, 90, 1095 |
| `TWIN_LOG` | `debug`, `info`, `warning` | `info` |
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from gis.store.retention import LEAST, MOST, Retention
from twin.addresses import BrokerAddress, read_broker_url

if TYPE_CHECKING:
    from locator.adapters.config import FeedConfig

PROJECT = Path(__file__).resolve().parents[2]


class OutsideServers(BaseSettings):
    """Servers that somebody else runs."""

    model_config = SettingsConfigDict(frozen=True)

    database_url: str | None = None
    mqtt_url: str | None = None

    @field_validator("database_url")
    @classmethod
    def _driver(cls, value: str | None) -> str | None:
        if not value:
            return None
        scheme, separator, rest = value.partition("://")
        if not separator or scheme.split("+")[0] not in {"postgresql", "postgres"}:
            raise ValueError("DATABASE_URL begins with postgresql://")
        return f"postgresql+psycopg://{rest}"

    @property
    def broker(self) -> BrokerAddress | None:
        """The broker of `MQTT_URL`, if one is set."""
        return read_broker_url(self.mqtt_url) if self.mqtt_url else None


class TwinSettings(BaseSettings):
    """What a twin on this machine may be told."""

    model_config = SettingsConfigDict(env_prefix="TWIN_", frozen=True)

    var: Path = Path("var")
    host: str = "127.0.0.1"
    port: int = Field(default=8800, ge=0, le=65535)
    inlet_queue: int = Field(default=20_000, ge=100, le=1_000_000)
    feeds: Path | None = None
    spool_mb: int = Field(default=512, ge=16, le=65_536)
    archive: Path | None = None
    online_days_tracks: int = Field(default=90, ge=LEAST, le=MOST)
    online_days_readings: int = Field(default=90, ge=LEAST, le=MOST)
    online_days_journal: int = Field(default=1095, ge=LEAST, le=MOST)
    log: Literal["debug", "info", "warning"] = "info"

    @property
    def archive_dir(self) -> Path:
        """Where archive files are."""
        return (self.archive or self.var / "archive").resolve()

    @property
    def retention(self) -> Retention:
        """How long what stays in the database."""
        return Retention(self.online_days_tracks, self.online_days_readings, self.online_days_journal)


@dataclass(frozen=True)
class RoleSettings:
    """All that a role is told, as plain values.

    Attributes:
        database_url: SQLAlchemy address of the store.
        ingest: broker that brings measurements.
        outbound: broker that carries what the twin puts out (often the same one under another login).
        instance: distinguishes this twin's sessions on a broker that others use too.
        host: address the page is served on.
        port: port of the page.
        inlet_queue: most messages that wait in an inlet.
        spool_dir: where sinks keep what the database could not take yet.
        spool_bytes: bound of that.
        archive_dir: where days that leave the database go.
        retention: how long what stays in it.
        models_dir: GLB files and manifests, by plant.
        web_dir: the built page.
        project_dir: root of the project (data, built page).
        feeds: vendors' positioning engines that the locator takes from.
    """

    database_url: str
    ingest: BrokerAddress
    outbound: BrokerAddress
    instance: str
    host: str
    port: int
    inlet_queue: int
    spool_dir: Path
    spool_bytes: int
    archive_dir: Path
    retention: Retention
    models_dir: Path
    web_dir: Path
    project_dir: Path = PROJECT
    feeds: tuple[FeedConfig, ...] = ()
