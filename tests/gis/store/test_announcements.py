"""Listening for changed plants, on a real database that goes away in between."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import psycopg
import pytest

from gis.store.announcements import plant_changes

pytestmark = pytest.mark.servers


def test_changes_are_heard_and_a_lost_connection_is_told(postgis_url: str) -> None:
    dsn = postgis_url.replace("+psycopg", "")

    async def listen() -> list[str | None]:
        heard = []
        async with aclosing(plant_changes(postgis_url, retry_s=0.05)) as changes:
            heard.append(await anext(changes))
            with psycopg.connect(dsn, autocommit=True) as connection:
                connection.execute("NOTIFY plant_changed, 'HUANGHE-1'")
                heard.append(await anext(changes))
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name = 'plant-twin listen' AND datname = current_database()"
                )
                heard.append(await anext(changes))
                connection.execute("NOTIFY plant_changed, 'NEXT'")
                heard.append(await anext(changes))
        return heard

    assert asyncio.run(asyncio.wait_for(listen(), 30)) == [None, "HUANGHE-1", None, "NEXT"]
