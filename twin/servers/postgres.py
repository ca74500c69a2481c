"""A private PostgreSQL + PostGIS cluster on loopback.

The cluster belongs to the account `postgres` when the twin runs as root (PostgreSQL refuses root). Its superuser only
makes the database and its extension; the twin itself logs in as `twin`, owner of the database `twin` and no more.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import psycopg
from psycopg import sql

from twin.servers.errors import ServerError, ServerMissingError
from twin.servers.home import LOOPBACK, Home
from twin.servers.processes import Account, end, living, record, spawn, stop, tail, unprivileged, wait_until

if TYPE_CHECKING:
    from collections.abc import Sequence

MIN_MAJOR = 15
_SUPERUSER = "postgres"
_OWNER = "twin"
_DATABASE = "twin"
# SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one (recovers at the next start).
_STOP_SIGNALS = ((signal.SIGINT, 15.0), (signal.SIGQUIT, 3.0), (signal.SIGKILL, 3.0))
_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "effective_cache_size": "512MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "512MB",
    "checkpoint_completion_target": "0.9",
    "password_encryption": "scram-sha-256",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "autovacuum_max_workers": "2",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "idle_in_transaction_session_timeout": "60s",
}
_WITHOUT_DURABILITY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def account() -> Account | None:
    """The account the cluster runs as (`None`: the twin's own).

    Raises:
        ServerMissingError: root has no account to run PostgreSQL as, so it is not installed.
    """
    try:
        return unprivileged("postgres")
    except KeyError as error:
        raise _missing() from error


def _missing() -> ServerMissingError:
    return ServerMissingError(
        f"PostgreSQL ≥ {MIN_MAJOR} with PostGIS 3",
        "postgresql postgis postgresql-postgis",
        f"PostgreSQL {MIN_MAJOR} or newer and PostGIS 3 (initdb and postgres on the PATH)",
    )


def find_binaries() -> dict[int, Path]:
    """Directories that hold `initdb` and `postgres`, by major version, newest first."""
    candidates = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    on_path = shutil.which("postgres")
    if on_path:
        candidates.append(Path(on_path).resolve().parent)
    found = {}
    for directory in candidates:
        if (directory / "postgres").exists() and (directory / "initdb").exists():
            major = _major(directory)
            if major >= MIN_MAJOR:
                found[major] = directory
    return dict(sorted(found.items(), reverse=True))


def _major(directory: Path) -> int:
    named = re.search(r"postgresql/(\d+)/bin$", str(directory))
    if named:
        return int(named[1])
    said = subprocess.run([directory / "postgres", "--version"], check=False, capture_output=True, text=True)  # noqa: S603
    version = re.search(r"(\d+)", said.stdout)
    return int(version[1]) if version else 0


class PostgresServer:
    """One cluster: launch it, wait until it answers, use `url`, stop it.

    Args:
        home: where its files, port and passwords are.
        durable: `False` gives up safety against power loss for speed (throw-away test clusters).
    """

    name = "PostgreSQL"

    def __init__(self, home: Home, *, durable: bool = True) -> None:
        self._home = home
        self._durable = durable
        self._account = account()
        self._data = home.directory("postgres", self._account) / "data"
        self._log = home.logs / "postgres.log"
        self._record = home.var / "postgres.child"
        self._child: subprocess.Popen[bytes] | None = None
        self.port = 0
        self.fresh = False
        """Whether this start made the cluster."""

    @property
    def url(self) -> str:
        """SQLAlchemy address of the twin's database, with its password."""
        return self._url(_OWNER, self._home.password("postgres-twin"), _DATABASE)

    @property
    def superuser_url(self) -> str:
        """SQLAlchemy address of the maintenance database as superuser: for making databases only."""
        return self._url(_SUPERUSER, self._home.password("postgres-superuser"), "postgres")

    def _url(self, user: str, password: str, database: str) -> str:
        return f"postgresql+psycopg://{user}:{password}@{LOOPBACK}:{self.port}/{database}"

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        """The running child, if any."""
        return self._child

    def launch(self) -> None:
        """Start the cluster, making it first when absent; ends whatever a killed twin left behind. Main thread only.

        Raises:
            ServerMissingError: PostgreSQL is not installed.
            ServerError: the cluster cannot be made.
        """
        self.clear()
        binaries = self._binaries()
        if not (self._data / "PG_VERSION").exists():
            self._make(binaries)
        self.port = self._home.port("postgres")
        settings = _SETTINGS | ({} if self._durable else _WITHOUT_DURABILITY)
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        argv = [str(binaries / "postgres"), "-D", str(self._data), "-p", str(self.port), *options]
        self._child = spawn(
            argv,
            log=self._log,
            account=self._account,
            death_signal=signal.SIGINT,
            cwd=Path("/"),
            env=_plain_environment(),
        )
        record(self._record, self._child, argv)

    def wait_ready(self, timeout_s: float = 120.0) -> None:
        """Wait until the cluster answers (crash recovery included), and see that the twin's database exists.

        Raises:
            ServerError: it ended or did not answer in time; the message holds the end of its log.
        """
        if not wait_until(self.answers, timeout_s=timeout_s, child=self._child):
            raise ServerError(f"PostgreSQL did not start; the end of {self._log}:\n{tail(self._log)}")
        self._home.keep_port("postgres", self.port)
        self._make_database()

    def answers(self) -> bool:
        """Whether a login works now."""
        try:
            psycopg.connect(self._dsn("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """Fast shutdown: running transactions are rolled back, everything confirmed is on disk."""
        if self._child is not None:
            stop(self._child, _STOP_SIGNALS)
            self._child = None
        self._record.unlink(missing_ok=True)

    def _dsn(self, database: str) -> str:
        return self.superuser_url.replace("+psycopg", "").rsplit("/", 1)[0] + f"/{database}"

    def _binaries(self) -> Path:
        found = find_binaries()
        if not found:
            raise _missing()
        try:
            major = int((self._data / "PG_VERSION").read_text())
        except (OSError, ValueError):
            return next(iter(found.values()))
        if major not in found:
            raise ServerError(
                f"the cluster in {self._data} was made by PostgreSQL {major}, which is not installed any more; "
                f"install it again, or move {self._data.parent} away to begin with an empty database"
            )
        return found[major]

    def _make(self, binaries: Path) -> None:
        # A first start that was killed halfway leaves a directory without PG_VERSION, or one without the marker.
        making = self._data.with_name("making")
        shutil.rmtree(making, ignore_errors=True)
        shutil.rmtree(self._data, ignore_errors=True)
        password = self._data.with_name("password")
        password.write_text(self._home.password("postgres-superuser"))
        password.chmod(0o600)
        if self._account is not None:
            os.chown(password, self._account.uid, self._account.gid)
        argv: Sequence[str] = [
            str(binaries / "initdb"),
            f"--pgdata={making}",
            f"--username={_SUPERUSER}",
            f"--pwfile={password}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            *([] if self._durable else ["--no-sync"]),
        ]
        child = spawn(argv, log=self._log, account=self._account, cwd=Path("/"), env=_plain_environment())
        status = child.wait()
        password.unlink()
        if status != 0:
            raise ServerError(f"initdb failed; the end of {self._log}:\n{tail(self._log)}")
        making.rename(self._data)
        self.fresh = True

    def _make_database(self) -> None:
        with psycopg.connect(self._dsn("postgres"), autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (_OWNER,)).fetchone() is None:
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(_OWNER)))
            connection.execute(
                sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                    sql.Identifier(_OWNER), sql.Literal(self._home.password("postgres-twin"))
                )
            )
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (_DATABASE,)).fetchone() is None:
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(_DATABASE), sql.Identifier(_OWNER))
                )
        with psycopg.connect(self._dsn(_DATABASE), autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_extension WHERE extname = 'postgis'").fetchone() is not None:
                return
            try:
                connection.execute("CREATE EXTENSION postgis")
            except psycopg.errors.FeatureNotSupported as error:
                raise _missing() from error

    def clear(self) -> None:
        """End what a killed twin or a killed postmaster left behind, and unlock the cluster."""
        orphan = living(self._record)
        if orphan is not None:
            end(orphan, _STOP_SIGNALS)
        # Children of a postmaster that was killed end by themselves, but hold shared memory until they have.
        for process in self._of_this_cluster():
            end(process, _STOP_SIGNALS[1:])
        lock = self._data / "postmaster.pid"
        if lock.exists() and not self._of_this_cluster():
            lock.unlink()  # its pid may meanwhile be a stranger's, which would make PostgreSQL refuse to start

    def _of_this_cluster(self) -> list[psutil.Process]:
        """Living PostgreSQL processes that work in this cluster's directory."""
        found = []
        for process in psutil.process_iter(["name"]):
            if "postgres" not in (process.info["name"] or ""):
                continue
            try:
                if Path(process.cwd()) == self._data:
                    found.append(process)
            except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
                continue
        return found


def _plain_environment() -> dict[str, str]:
    """Only what PostgreSQL needs: a PG* variable of the user's must not reach it."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
