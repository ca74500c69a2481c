"""Accounts that may do what they need and nothing else."""

from __future__ import annotations

import itertools
import secrets
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from gis.errors import StoreError
from gis.files import read_plant
from gis.store import partitions
from gis.store.database import connect, transaction
from gis.store.journal import append_entries
from gis.store.migrate import upgrade
from gis.store.plants import load_plant, save_plant
from gis.store.privileges import Right, grant
from gis.store.readings import append_readings
from tests.gis.store.test_journal import T0, alarm, crossing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection, Engine

    from twin.servers.postgres import PostgresServer

pytestmark = pytest.mark.servers

DEMO = read_plant(Path(__file__).parents[3] / "data" / "demo-plant")
CODE = DEMO.head.code
DAYS = itertools.count()


def write(connection: Connection) -> None:
    # A day of its own each time: its partition has to be made, too.
    second = 86_400 * next(DAYS)
    for number, state in ((second, "unacknowledged"), (second + 2, "normal")):
        entries = [alarm(number, second, "A", state, second), crossing(number + 1, second, "P", "F", "enter")]
        append_entries(connection, CODE, entries)
    append_readings(connection, CODE, ["L"], [T0 + second * 10**9], [1.0], ["good"])


def edit(connection: Connection) -> None:
    connection.execute(text("UPDATE fence SET valid_to_ns = valid_from_ns + 1 WHERE ordinal = 0"))


def replace(connection: Connection) -> None:
    save_plant(connection, DEMO)


def rewrite(connection: Connection) -> None:
    connection.execute(text("UPDATE journal SET subject = 'somebody else'"))


def forget(connection: Connection) -> None:
    connection.execute(text("DELETE FROM journal"))


def create(connection: Connection) -> None:
    connection.execute(text("CREATE TABLE mine (x int)"))


@pytest.fixture
def accounts(postgis_server: PostgresServer, engine: Engine) -> Iterator[dict[Right, str]]:
    """One login per kind of account on the test's database."""
    superuser = connect(postgis_server.superuser_url)
    names = {right: f"{right}_{secrets.token_hex(4)}" for right in Right}
    with transaction(superuser) as connection:
        for name in names.values():
            connection.execute(text(f"CREATE ROLE {name} LOGIN"))
            # So that the owner may act as each of them.
            connection.execute(text(f'GRANT {name} TO "{engine.url.username}"'))
    with transaction(engine) as connection:
        save_plant(connection, DEMO)
        write(connection)
        for right, name in names.items():
            grant(connection, name, right)
    yield names
    with transaction(engine) as connection:
        for name in names.values():
            connection.execute(text(f"DROP OWNED BY {name}"))
    with transaction(superuser) as connection:
        for name in names.values():
            connection.execute(text(f"DROP ROLE {name}"))
    superuser.dispose()


def merge(connection: Connection) -> None:
    connection.execute(text("SELECT 1 FROM track_chunk FOR UPDATE"))
    connection.execute(text("DELETE FROM track_chunk"))


def archive(connection: Connection) -> None:
    day = date(2026, 11, 1)
    partitions.ensure_days(connection, day, day)
    connection.execute(text("UPDATE archived_day SET changed_ns = 0"))
    connection.execute(text("SELECT drop_archived_day('reading', :day)"), {"day": day})


def drop(connection: Connection) -> None:
    day = date(2026, 11, 2)
    partitions.ensure_days(connection, day, day)
    connection.execute(text("DROP TABLE reading_20261102"))


DEEDS: list[tuple[Callable[[Connection], object], set[Right]]] = [
    (lambda connection: load_plant(connection, CODE), set(Right)),
    (write, {Right.WRITER, Right.EDITOR, Right.IMPORTER, Right.KEEPER, Right.ARCHIVIST}),
    (edit, {Right.EDITOR, Right.IMPORTER}),
    (replace, {Right.IMPORTER}),
    (merge, {Right.KEEPER}),
    (archive, {Right.ARCHIVIST}),
    (drop, set()),
    (rewrite, set()),
    (forget, set()),
    (create, set()),
]


def test_each_account_may_do_its_own_and_no_more(engine: Engine, accounts: dict[Right, str]) -> None:
    for right, name in accounts.items():
        for deed, may in DEEDS:
            allowed = right in may
            refused = None
            try:
                with transaction(engine) as connection:
                    connection.execute(text(f"SET LOCAL ROLE {name}"))
                    deed(connection)
            except StoreError as error:
                refused = str(error)
            assert (refused is None) == allowed, (right, deed, refused)
            assert allowed or "permission denied" in str(refused) or "must be owner" in str(refused)


def test_any_account_may_find_that_nothing_is_to_be_migrated(postgis_url: str, accounts: dict[Right, str]) -> None:
    for name in accounts.values():
        upgrade(f"{postgis_url}?options=-crole%3D{name}")
