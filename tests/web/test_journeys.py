"""The journeys of web/e2e in a real browser, on a twin that really runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.livetwin import LiveTwin

WEB = Path(__file__).resolve().parents[2] / "web"
SPECS = sorted(path.name for path in (WEB / "e2e").glob("*.spec.ts"))


def test_every_journey_is_found() -> None:
    assert "shell.spec.ts" in SPECS


@pytest.mark.servers
@pytest.mark.browser
@pytest.mark.timeout(1500)
@pytest.mark.xdist_group("twin")
@pytest.mark.parametrize("spec", SPECS)
def test_journeys(demo_twin: LiveTwin, tmp_path: Path, spec: str) -> None:
    environment = os.environ | {
        "TWIN_URL": demo_twin.url,
        "TWIN_STATUS": str(demo_twin.var / "status.json"),
        "TWIN_PYTHON": sys.executable,
        "CI": "1",
        "FORCE_COLOR": "0",
    }
    ran = subprocess.run(
        ["npx", "playwright", "test", f"e2e/{spec}", "--output", str(tmp_path / "results")],
        cwd=WEB,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-2000:]
