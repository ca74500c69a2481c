"""What the API works with, as one plain object: no globals, everything handed in."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gis.errors import StoreError
from gis.store.plants import list_plants, load_plant
from twin.api.healthmodel import HealthModel
from twin.api.history import History
from twin.api.live import Hub
from twin.api.ogc.tables import Tables
from twin.api.previews import Previews
from twin.api.problems import MissingError, UnavailableError
from twin.api.readmodel import ReadModel

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection
    from pathlib import Path

    from sqlalchemy import Engine

    from gis.clock import Clock
    from gis.plant import Plant

EXPECTED_ROLES = ("locator", "core", "sinks", "api")
_log = logging.getLogger(__name__)


@dataclass
class Deps:
    """Everything the application needs from outside.

    Attributes:
        engine: the database.
        publish: puts a payload on the bus, given topic and bytes.
        clock: UTC now.
        models_dir: GLB files and manifests.
        web_dir: the built page.
        expected_roles: roles without which the twin is degraded.
        keys_dir: where the key that signs reports is kept; None: reports are not offered.
        hosts: further host names under which the page may be opened, besides those of loopback.
    """

    engine: Engine
    publish: Callable[[str, bytes], Awaitable[None]]
    clock: Clock
    models_dir: Path
    web_dir: Path
    expected_roles: Collection[str] = EXPECTED_ROLES
    hosts: tuple[str, ...] = ()
    keys_dir: Path | None = None
    hubs: dict[str, Hub] = field(default_factory=dict)
    """Every plant that is served, by code."""
    plants_wanted: set[str] = field(default_factory=set)
    """Plants the bus speaks of that are not served yet."""
    ogc: Tables = field(default_factory=Tables)
    """Features of the OGC API that hold for a while."""
    watch: Callable[[Hub], None] | None = None
    """Called for each plant that is added; the application starts its hub with it."""

    def __post_init__(self) -> None:
        self.health = HealthModel(self.expected_roles, self.clock.now_ns())
        self.history = History(self.engine, self.health)
        self.previews = Previews(self.history)

    def add_plant(self, plant: Plant) -> Hub:
        """Serve a plant, or take over its new records."""
        now_ns = self.clock.now_ns()
        hub = self.hubs.get(plant.head.code)
        if hub is not None:
            hub.tell(hub.model.replace_plant(plant, now_ns))
            return hub
        hub = self.hubs[plant.head.code] = Hub(ReadModel(plant, now_ns), self.health, self.clock)
        if self.watch is not None:
            self.watch(hub)
        return hub

    def model(self, code: str) -> ReadModel:
        """The present of a plant.

        Raises:
            MissingError: no such plant is served.
        """
        hub = self.hubs.get(code)
        if hub is None:
            raise MissingError(f"no plant {code!r}", "unknown_plant", plant=code)
        return hub.model

    async def load_plants(self) -> None:
        """Read every plant of the store that is not served yet.

        Raises:
            UnavailableError: the database is away.
        """
        for head in await self.history.ask(list_plants):
            if head.code not in self.hubs:
                await self.load_plant(head.code)

    async def load_plant(self, code: str) -> None:
        """Read a plant's records and serve them.

        Raises:
            UnavailableError: the database is away.
            StoreError: the store holds no such plant, or none that can be read.
        """
        self.add_plant(await self.history.ask(lambda connection: load_plant(connection, code), 30_000))

    @property
    def wanting(self) -> bool:
        """Records of some plant are to be read."""
        return bool(self.plants_wanted) or any(hub.model.plant_wanted for hub in self.hubs.values())

    async def reload_wanted(self) -> bool:
        """Read again the plants whose records changed; what cannot be read now is tried at the next call.

        Returns:
            Whether all could be read.
        """
        read = True
        for code, hub in list(self.hubs.items()):
            if hub.model.plant_wanted:
                # A change announced while the records are being read asks once more.
                hub.model.plant_wanted = False
                if not await self._try_load(code):
                    hub.model.plant_wanted = True
                    read = False
        return read

    async def load_wanted(self) -> bool:
        """Read the plants the bus speaks of that are not served yet; those the store lacks are forgotten.

        Returns:
            Whether all could be read.
        """
        wanted, self.plants_wanted = self.plants_wanted, set()
        return all([await self._try_load(code) for code in sorted(wanted)])

    async def _try_load(self, code: str) -> bool:
        try:
            await self.load_plant(code)
        except (UnavailableError, StoreError) as error:
            _log.warning("records of %s not read: %s", code, error)
            return False
        return True
