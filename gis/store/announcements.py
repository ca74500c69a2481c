"""Hears that a plant's records changed (`NOTIFY plant_changed, 'CODE'`)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import psycopg
from sqlalchemy.engine import make_url

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

# A server that vanished without a word would otherwise leave the listener waiting for ever.
_ASK_EVERY_S = 15.0


async def plant_changes(url: str, *, retry_s: float = 2.0) -> AsyncGenerator[str | None, None]:
    """Codes of plants whose records changed, as they are announced.

    `None` means: listening begins (again), and anything may have changed meanwhile. It comes first, and after every
    loss of the connection. The iterator never ends by itself.

    Args:
        url: address of the database, with or without `+psycopg`.
        retry_s: seconds between attempts while the server is away.
    """
    dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    while True:
        try:
            connection = await psycopg.AsyncConnection.connect(
                dsn, autocommit=True, connect_timeout=5, application_name="plant-twin listen"
            )
            async with connection:
                await connection.execute("LISTEN plant_changed")
                yield None
                while True:
                    async for notice in connection.notifies(timeout=_ASK_EVERY_S):
                        yield notice.payload
                    await connection.execute("SELECT 1")
        except psycopg.OperationalError:
            await asyncio.sleep(retry_s)
