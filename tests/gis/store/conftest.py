"""A connection to a migrated database of the test's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gis.store.database import connect, transaction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine


@pytest.fixture
def engine(postgis_url: str) -> Iterator[Engine]:
    engine = connect(postgis_url)
    yield engine
    engine.dispose()


@pytest.fixture
def conn(engine: Engine) -> Iterator[Connection]:
    with transaction(engine) as connection:
        yield connection
