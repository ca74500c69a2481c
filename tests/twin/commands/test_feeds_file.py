"""A fault in the feeds file ends a verb at once, told in both languages; roles without engines do not need the file."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

FAULTY = "feeds: [{plant: P, engine: E, adapter: {kind: magic}, connection: {kind: udp, port: 1}}]"


@pytest.mark.parametrize("verb", [["run", "locator", "--database", "postgresql://nobody@127.0.0.1:1/none"], ["up"]])
def test_a_faulty_feeds_file_starts_nothing(verb: list[str], tmp_path: Path) -> None:
    feeds = tmp_path / "feeds.yaml"
    feeds.write_text(FAULTY, encoding="utf-8")
    environment = os.environ | {
        "TWIN_FEEDS": str(feeds),
        "TWIN_VAR": str(tmp_path / "var"),
        "MQTT_URL": "mqtt://127.0.0.1:1",
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    }
    ended = subprocess.run([sys.executable, "-m", "twin", *verb], env=environment, capture_output=True, check=False)
    assert ended.returncode == 1
    told = ended.stderr.decode()
    assert "feeds.0.adapter" in told
    assert "引擎接入配置有误" in told
