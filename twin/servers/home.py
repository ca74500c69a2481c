"""Where the private servers keep their files, their ports and their passwords.

Everything lives under the twin's `var/`. Servers that run as an account of their own need directories that this account
can reach; where a folder on the way is closed to it, they live under `/var/tmp/plant-twin-HASH` instead, and `var/home`
says so. Passwords are random, made on first use, and kept in `var/secrets` for the owner only.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from twin.servers.errors import ServerError
from twin.servers.processes import write_private

if TYPE_CHECKING:
    from twin.servers.processes import Account

LOOPBACK = "127.0.0.1"


class Home:
    """The files of one twin's private servers.

    Args:
        var: the twin's `var` directory; it is made when absent.
        accounts: the accounts that must be able to reach the servers' directories.
    """

    def __init__(self, var: Path, *accounts: Account | None) -> None:
        self.var = var.resolve()
        self.var.mkdir(parents=True, exist_ok=True)
        self.logs = self.var / "log"
        self.logs.mkdir(exist_ok=True)
        self._secrets = self.var / "secrets"
        self._secrets.mkdir(mode=0o700, exist_ok=True)
        self._secrets.chmod(0o700)
        self.servers = self._place([account for account in accounts if account is not None])

    def _place(self, accounts: list[Account]) -> Path:
        inside = self.var / "servers"
        inside.mkdir(exist_ok=True)
        if all(_reaches(account, inside) for account in accounts):
            return inside
        digest = hashlib.sha256(str(self.var).encode()).hexdigest()[:12]
        outside = Path("/var/tmp") / f"plant-twin-{digest}"  # noqa: S108 - owner and kind are checked below
        outside.mkdir(mode=0o755, exist_ok=True)
        if outside.is_symlink() or not outside.is_dir() or outside.stat().st_uid != os.geteuid():
            raise ServerError(f"{outside} belongs to somebody else; remove it and start again")
        outside.chmod(0o755)
        for account in accounts:
            if not _reaches(account, outside):
                raise ServerError(f"the account {account.name} can reach neither {inside} nor {outside}")
        (self.var / "home").write_text(f"{outside}\n")
        return outside

    def directory(self, name: str, account: Account | None) -> Path:
        """A server's own directory, closed to everybody else."""
        path = self.servers / name
        path.mkdir(mode=0o700, exist_ok=True)
        if account is not None:
            os.chown(path, account.uid, account.gid)
        path.chmod(0o700)
        return path

    def password(self, name: str) -> str:
        """The password of that name, made when there is none yet."""
        path = self._secrets / name
        try:
            kept = path.read_text().strip()
        except FileNotFoundError:
            kept = ""
        if not kept:
            kept = secrets.token_urlsafe(24)
            write_private(path, kept.encode())
        return kept

    def port(self, name: str) -> int:
        """The server's remembered port when it is free, else a free one; call `keep_port` once it works."""
        kept = self._ports().get(name)
        return kept if kept is not None and _is_free(kept) else _free_port()

    def keep_port(self, name: str, port: int) -> None:
        """Remember a port for the next start."""
        ports = self._ports() | {name: port}
        write_private(self.var / "ports.json", msgspec.json.encode(ports))

    def _ports(self) -> dict[str, int]:
        try:
            return msgspec.json.decode((self.var / "ports.json").read_bytes(), type=dict[str, int])
        except (OSError, msgspec.DecodeError):
            return {}

    def discard(self) -> None:
        """Remove everything, wherever it lies."""
        shutil.rmtree(self.servers, ignore_errors=True)
        shutil.rmtree(self.var, ignore_errors=True)


def _reaches(account: Account, directory: Path) -> bool:
    asked = subprocess.run(  # noqa: S603 - fixed command line
        ["/bin/sh", "-c", 'cd "$1"', "sh", str(directory)],
        check=False,
        cwd="/",
        user=account.uid,
        group=account.gid,
        extra_groups=[],
        capture_output=True,
    )
    return asked.returncode == 0


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # Servers bind with SO_REUSEADDR; without it a port in TIME_WAIT would look taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
