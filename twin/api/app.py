"""The application: routes, errors, headers, and the hubs that live as long as it does."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from twin.api import headers, openapi, problems
from twin.api.answers import PREFIX
from twin.api.page import Page
from twin.api.permissions import operator_on_duty
from twin.api.routes import (
    alarm_catalogue,
    alarm_commands,
    alarm_explain,
    alarm_journal,
    alarm_statistics,
    alarms,
    collections,
    commissioning,
    exports,
    fence_drafts,
    fence_files,
    fence_previews,
    fences,
    history,
    live,
    models,
    muster,
    ogc,
    ogc_tracks,
    people,
    plants,
    questions,
    replay,
    tiles,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from twin.api.context import Deps
    from twin.api.live import Hub

MAX_BODY_BYTES = 1_000_000
RESTART_AFTER_S = 1.0
_log = logging.getLogger(__name__)


def create_app(deps: Deps) -> FastAPI:
    """The whole HTTP and WebSocket face of the twin.

    Plants are served once they are in `deps` (`Deps.load_plants`, `Deps.add_plant`); the bus is followed by
    `twin.api.follow.follow`, beside the server and in the same event loop.
    """
    app = FastAPI(
        title="Plant Twin",
        version=version("plant-twin"),
        summary="The live spatial picture of hazardous-chemical plants (危化品厂区数字孪生)",
        openapi_url=f"{PREFIX}/openapi.json",
        # The stock documentation pages load scripts from other machines.
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        middleware=[
            Middleware(
                headers.Shell,
                hosts=(*headers.LOOPBACK_NAMES, *deps.hosts),
                max_body_bytes=MAX_BODY_BYTES,
                larger={fence_files.IMPORTS: fence_files.MAX_FILE_BYTES},
            ),
            Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5),
        ],
    )
    app.state.deps = deps
    app.state.sign_in = operator_on_duty
    problems.install(app)
    for slice_ in (
        plants,
        people,
        fences,
        fence_drafts,
        fence_files,
        fence_previews,
        collections,
        alarms,
        alarm_catalogue,
        alarm_commands,
        alarm_explain,
        alarm_journal,
        alarm_statistics,
        # Before the tracks of one subject, whose name could be `export`.
        exports,
        history,
        replay,
        models,
        tiles,
        commissioning,
        muster,
        questions,
    ):
        app.include_router(slice_.router, prefix=PREFIX)
    app.include_router(models.files)
    # Before the collections of any name.
    app.include_router(ogc_tracks.router)
    app.include_router(ogc.router)
    app.include_router(live.router)
    app.mount("/", Page(directory=deps.web_dir, html=True, check_dir=False), name="page")
    app.openapi = lambda: openapi.document(app)  # type: ignore[method-assign]  # FastAPI's own way to extend it
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    deps: Deps = app.state.deps
    running: set[asyncio.Task[Any]] = set()

    def watch(hub: Hub) -> None:
        running.add(asyncio.create_task(_keep_running(hub), name=f"hub {hub.model.plant.head.code}"))

    deps.watch = watch
    for hub in deps.hubs.values():
        watch(hub)
    try:
        yield
    finally:
        deps.watch = None
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await deps.previews.close()
        deps.history.close()


async def _keep_running(hub: Hub) -> None:
    while True:
        try:
            await hub.run()
        except Exception:  # noqa: BLE001 - the boundary of the hub
            # One fault must not leave every screen of the plant without frames for good.
            _log.exception("the live hub of %s failed and starts again", hub.model.plant.head.code)
            await asyncio.sleep(RESTART_AFTER_S)
