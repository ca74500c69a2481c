"""Questions to the store, off the event loop: few at a time, each with a time limit; the answer or a plain refusal.

At most `WAITING` questions wait; more are refused at once, so that a slow database cannot pile up requests.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from gis.errors import StoreUnavailableError
from gis.store.database import transaction
from twin.api.problems import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Engine

    from twin.api.healthmodel import HealthModel

THREADS = 4
WAITING = 64
STATEMENT_TIMEOUT_MS = 5_000
T = TypeVar("T")


class History:
    """The store as the API sees it.

    Args:
        engine: the database.
        health: told whether the database answers.
    """

    def __init__(self, engine: Engine, health: HealthModel) -> None:
        self._engine = engine
        self._health = health
        self._threads = ThreadPoolExecutor(THREADS, "api-store")
        self._waiting = 0

    async def ask(self, question: Callable[[Connection], T], timeout_ms: int = STATEMENT_TIMEOUT_MS) -> T:
        """The answer of a function that is given a connection in a transaction of its own.

        Raises:
            UnavailableError: the database is away, too slow, or too many wait already.
            StoreError: the store refused.
        """
        if self._waiting >= WAITING:
            raise UnavailableError("too many questions wait for the database", "busy")
        self._waiting += 1
        try:
            answer = await asyncio.get_running_loop().run_in_executor(self._threads, self._ask, question, timeout_ms)
        except StoreUnavailableError as error:
            if _cancelled(error):
                raise UnavailableError("the question took too long", "too_slow") from error
            self._health.database_ok = False
            raise UnavailableError("the database is not reachable", "database_down") from error
        except PoolTimeoutError as error:
            raise UnavailableError("all connections to the database are in use", "busy") from error
        finally:
            self._waiting -= 1
        self._health.database_ok = True
        return answer

    def _ask(self, question: Callable[[Connection], T], timeout_ms: int) -> T:
        with transaction(self._engine) as connection:
            connection.execute(text(f"SET LOCAL statement_timeout = {int(timeout_ms)}"))
            return question(connection)

    async def probe(self) -> None:
        """Find out whether the database answers."""
        try:
            await self.ask(lambda connection: connection.execute(text("SELECT 1")), 2_000)
        except UnavailableError:
            return

    def close(self) -> None:
        """Take no more questions; those under way end by their time limit."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _cancelled(error: StoreUnavailableError) -> bool:
    # SQLSTATE 57014: the statement timeout.
    return getattr(getattr(error.__cause__, "orig", None), "sqlstate", None) == "57014"
