"""A private Mosquitto broker on loopback, with one login per use and the least each needs.

| login | may |
|---|---|
| `gateway` | publish measurements, read what the twin puts out: for engines, gateways and tools outside |
| `ingest` | read measurements |
| `bus` | read and write the bus between roles |
| `outbound` | write what the twin puts out |

Messages up to 16 MiB are let through so that the twin itself can refuse and count what is too large (its own limit is
1 MiB); larger ones end at the broker. A reader that is away is kept up to 100,000 messages or 64 MiB.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

from twin.addresses import BrokerAddress
from twin.servers.errors import ServerError, ServerMissingError
from twin.servers.home import LOOPBACK, Home
from twin.servers.processes import Account, end, living, record, spawn, stop, tail, unprivileged, wait_until

_STOP_SIGNALS = ((signal.SIGTERM, 5.0), (signal.SIGKILL, 2.0))
_MEASUREMENTS = ("uwb/#", "sensor", "weather", "camera/#")
_RIGHTS: dict[str, tuple[str, ...]] = {
    "gateway": (*(f"readwrite twin/v1/+/{rest}" for rest in _MEASUREMENTS), "read twin/v1/+/out/#"),
    "ingest": (*(f"read twin/v1/+/{rest}" for rest in _MEASUREMENTS), "read $SYS/#"),
    "bus": ("readwrite twin/v1/bus/#",),
    "outbound": ("write twin/v1/+/out/#",),
}
USERS = tuple(_RIGHTS)


def account() -> Account | None:
    """The account the broker runs as (`None`: the twin's own).

    Raises:
        ServerMissingError: root has no account to run a broker as.
    """
    try:
        return unprivileged("mosquitto", "nobody")
    except KeyError as error:
        raise _missing() from error


def _missing() -> ServerMissingError:
    return ServerMissingError("Mosquitto ≥ 2", "mosquitto", "Eclipse Mosquitto 2 or newer (mosquitto on the PATH)")


def find_binary() -> Path | None:
    """The broker program; Debian keeps it in `/usr/sbin`, which is not on every PATH."""
    found = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin")
    return Path(found) if found else None


class MosquittoServer:
    """One broker: launch it, wait until it answers, give `login(user)` to whoever needs it, stop it.

    Args:
        home: where its files, port and passwords are.
        name: file and port name, for a second broker beside the first.
        anonymous: no logins and no rights (tests of what speaks MQTT).
    """

    def __init__(self, home: Home, *, name: str = "mosquitto", anonymous: bool = False) -> None:
        self._home = home
        self._anonymous = anonymous
        self.name = name
        self._account = account()
        self._directory = home.directory(name, self._account)
        self._log = home.logs / f"{name}.log"
        self._record = home.var / f"{name}.child"
        self._child: subprocess.Popen[bytes] | None = None
        self.host = LOOPBACK
        self.port = 0

    def login(self, user: str) -> BrokerAddress:
        """The login of one of `USERS`."""
        if user not in _RIGHTS:
            raise KeyError(user)
        return BrokerAddress(self.host, self.port, user, self._home.password(f"mqtt-{user}"))

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        """The running child, if any."""
        return self._child

    def launch(self) -> None:
        """Write its configuration and start it; ends a broker that a killed twin left behind. Main thread only.

        Raises:
            ServerMissingError: Mosquitto is not installed.
            ServerError: its password file cannot be made.
        """
        binary = find_binary()
        if binary is None:
            raise _missing()
        self.clear()
        self.port = self._home.port(self.name)
        self._set_aside_torn_store()
        self._write_logins(binary)
        configuration = self._own("mosquitto.conf", self._configuration())
        argv = [str(binary), "-c", str(configuration)]
        self._child = spawn(argv, log=self._log, account=self._account, death_signal=signal.SIGTERM, cwd=Path("/"))
        record(self._record, self._child, argv)

    def clear(self) -> None:
        """End a broker that a killed twin left behind."""
        orphan = living(self._record)
        if orphan is not None:
            end(orphan, _STOP_SIGNALS)

    def wait_ready(self, timeout_s: float = 20.0) -> None:
        """Wait until the broker accepts connections.

        Raises:
            ServerError: it ended or did not answer in time; the message holds the end of its log.
        """
        if not wait_until(self.answers, timeout_s=timeout_s, child=self._child):
            raise ServerError(f"Mosquitto did not start; the end of {self._log}:\n{tail(self._log)}")
        self._home.keep_port(self.name, self.port)

    def answers(self) -> bool:
        """Whether it accepts a connection now."""
        try:
            socket.create_connection((self.host, self.port), timeout=1).close()
        except OSError:
            return False
        return self._child is None or self._child.poll() is None

    def stop(self) -> None:
        """Stop it; sessions and queued messages are saved."""
        if self._child is not None:
            stop(self._child, _STOP_SIGNALS)
            self._child = None
        self._record.unlink(missing_ok=True)

    def _configuration(self) -> str:
        return "\n".join(
            [
                f"listener {self.port} {LOOPBACK}",
                *self._access(),
                "persistence true",
                f"persistence_location {self._directory}/",
                "autosave_interval 5",
                "persistent_client_expiration 1d",
                "message_size_limit 16777216",
                "max_queued_messages 100000",
                "max_queued_bytes 67108864",
                "max_inflight_messages 1000",
                "max_keepalive 120",
                "set_tcp_nodelay true",
                "log_dest stderr",
                "log_type error",
                "log_type warning",
                "log_timestamp_format %Y-%m-%dT%H:%M:%SZ",
                *([f"user {self._account.name}"] if self._account else []),
                "",
            ]
        )

    def _access(self) -> list[str]:
        if self._anonymous:
            return ["allow_anonymous true"]
        return [
            "allow_anonymous false",
            f"password_file {self._directory / 'passwords'}",
            f"acl_file {self._directory / 'acl'}",
        ]

    def _write_logins(self, binary: Path) -> None:
        acl = "\n".join(
            f"user {user}\n" + "".join(f"topic {right}\n" for right in rights) for user, rights in _RIGHTS.items()
        )
        self._own("acl", acl)
        plain = "".join(f"{user}:{self._home.password(f'mqtt-{user}')}\n" for user in _RIGHTS)
        passwords = self._own("passwords", plain)
        tool = shutil.which("mosquitto_passwd", path=f"{os.environ.get('PATH', '')}:{binary.parent}:/usr/bin")
        if tool is None:
            raise _missing()
        hashed = subprocess.run([tool, "-U", str(passwords)], check=False, capture_output=True, text=True)  # noqa: S603
        if hashed.returncode != 0:
            raise ServerError(f"mosquitto_passwd failed: {hashed.stderr.strip()}")
        self._give(passwords)

    def _own(self, name: str, text: str) -> Path:
        path = self._directory / name
        path.touch(mode=0o600)
        path.write_text(text)
        self._give(path)
        return path

    def _give(self, path: Path) -> None:
        path.chmod(0o600)
        if self._account is not None:
            os.chown(path, self._account.uid, self._account.gid)

    def _set_aside_torn_store(self) -> None:
        """A broker killed while it saved leaves an empty store, which it would refuse to start with."""
        store = self._directory / "mosquitto.db"
        if store.exists() and store.stat().st_size == 0:
            store.rename(store.with_suffix(".torn"))
