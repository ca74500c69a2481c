"""Figures of the built page in a headless browser, on the demonstration plant."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

from tests.bench.figure import Figure, at_least, at_most, missing
from tests.livetwin import PROJECT, live_twin

if TYPE_CHECKING:
    from collections.abc import Iterator


def figures() -> Iterator[Figure]:
    """Size, time to the first whole picture, frames a second while orbiting."""
    node = shutil.which("node")
    if node is None:
        yield missing("page_js_kb_gz", "kB", "Node.js is not installed")
        return
    with live_twin("--demo") as twin:
        done = subprocess.run(
            [node, "e2e/bench.mjs", f"{twin.url}/"],
            cwd=PROJECT / "web",
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )
    if done.returncode != 0:
        raise RuntimeError(f"the page could not be measured:\n{done.stderr[-2000:]}")
    page = json.loads(done.stdout.strip().splitlines()[-1])
    yield at_most("page_js_kb_gz", page["page_js_kb_gz"], "kB", 700)
    yield at_most("page_first_plant_ms", page["page_first_plant_ms"], "ms", 4000)
    yield at_least("orbit_fps", page["orbit_fps"], "frames/s", 10)
