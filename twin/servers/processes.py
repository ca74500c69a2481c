"""Child processes that never outlive their twin, and orphans of a killed one that are found and ended.

A child is recorded as (pid, start time, command line). Only a living process that matches all three is ever signalled,
so a pid the system has given to a stranger is left alone.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import psutil

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

# The kernel counts a start time in ticks; after a step of the system clock the same process shows another time.
_START_TOLERANCE_S = 10.0


@dataclass(frozen=True)
class Account:
    """An unprivileged system account that a server runs as when the twin itself runs as root."""

    name: str
    uid: int
    gid: int


def unprivileged(*names: str) -> Account | None:
    """The first of the named accounts that exists, if this process is root; `None` when it is not root.

    Raises:
        KeyError: this process is root and none of the accounts exists.
    """
    if os.geteuid() != 0:
        return None
    for name in names:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise KeyError(names[0])


class ChildRecord(msgspec.Struct, frozen=True):
    """What identifies a child beyond its pid."""

    pid: int
    started_s: float
    argv: list[str]


def spawn(
    argv: Sequence[str],
    *,
    log: Path,
    account: Account | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child with its output in a log file; the kernel sends it `death_signal` when this thread's process dies.

    It gets its own session, so that Ctrl-C at the terminal reaches only the twin, which stops its children in order.
    Call it from the main thread: on Linux a death signal is tied to the thread that forked.
    """
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - a fixed command line of ours, no shell
            [*_dying_with_parent(death_signal), *argv],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(env) if env is not None else None,
            cwd=cwd,
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )


def _dying_with_parent(number: signal.Signals) -> list[str]:
    """Words before a command line that make the kernel end it with its parent (util-linux; elsewhere nothing)."""
    tool = shutil.which("setpriv")
    return [tool, "--pdeathsig", number.name.removeprefix("SIG"), "--"] if tool else []


def record(path: Path, child: subprocess.Popen[bytes], argv: Sequence[str]) -> None:
    """Write down a child, for the twin that may have to end it after this one was killed."""
    try:
        started = psutil.Process(child.pid).create_time()
    except psutil.NoSuchProcess:
        return
    write_private(path, msgspec.json.encode(ChildRecord(child.pid, started, list(argv))))


def living(path: Path) -> psutil.Process | None:
    """The recorded child, if it still runs and is the very same process."""
    try:
        child = msgspec.json.decode(path.read_bytes(), type=ChildRecord)
    except (OSError, msgspec.DecodeError):
        return None
    try:
        process = psutil.Process(child.pid)
        same = abs(process.create_time() - child.started_s) < _START_TOLERANCE_S and process.cmdline() == child.argv
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return None


def end(process: psutil.Process, signals: Sequence[tuple[signal.Signals, float]]) -> None:
    """Send the signals one after the other, each followed by its patience in seconds, until the process is gone."""
    for number, patience_s in signals:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(number)
        gone, _ = psutil.wait_procs([process], timeout=patience_s)
        if gone:
            return


def stop(child: subprocess.Popen[bytes], signals: Sequence[tuple[signal.Signals, float]]) -> int:
    """Stop a child of this process and give its exit status."""
    for number, patience_s in signals:
        if child.poll() is not None:
            break
        child.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(patience_s)
    return child.wait()


def wait_until(ready: Callable[[], bool], *, timeout_s: float, child: subprocess.Popen[bytes] | None = None) -> bool:
    """Ask every 30 ms until ready; gives up when the time is over or the child has ended."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if ready():
            return True
        if child is not None and child.poll() is not None:
            return False
        time.sleep(0.03)
    return False


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def tail(log: Path, lines: int = 12) -> str:
    """The last lines of a log, for an error message."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
