"""A process that archives, and forks one that kills itself at its nth step: a write to the disk, a name, a commit.

Each line of standard input is `VERB HISTORY DAY N`; the answer is `killed` or `done`.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import date
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from sqlalchemy import event

from gis.store.archives import archive_day, attach_day
from gis.store.database import connect

if TYPE_CHECKING:
    from collections.abc import Callable

NOW_NS = 1_790_000_000_000_000_000


def work(url: str, root: str, verb: str, history: str, day: str, last: int) -> None:
    steps = count()

    def step(*_: object) -> None:
        if next(steps) == last:
            os.kill(os.getpid(), signal.SIGKILL)

    def stepping(name: str) -> None:
        deed: Callable[..., Any] = getattr(os, name)

        def doomed(*given: Any, **named: Any) -> Any:
            step()
            return deed(*given, **named)

        setattr(os, name, doomed)

    for name in ("fsync", "replace", "rename"):
        stepping(name)
    engine = connect(url)
    event.listen(engine, "commit", step)
    deed = archive_day if verb == "archive" else attach_day
    deed(engine, Path(root), history, date.fromisoformat(day), NOW_NS + last)
    engine.dispose()


def main(url: str, root: str) -> None:
    # Loads what would otherwise be loaded in every fork.
    pa.array(["one"])
    for line in sys.stdin:
        verb, history, day, last = line.split()
        child = os.fork()
        if child == 0:
            work(url, root, verb, history, day, int(last))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            sys.stdout.write("killed\n")
        else:
            sys.stdout.write(f"done {os.WEXITSTATUS(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
