from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from locator.adapters.config import WebSocket
from locator.feeds.file import FeedsFileError, read_feeds

if TYPE_CHECKING:
    from pathlib import Path

SEWIO = """
feeds:
  - plant: YARD
    engine: E1
    adapter: {kind: sewio, tags: {"18": T1}}
    connection: {kind: websocket, url: "ws://rtls", api_key_file: sewio.key, resources: [/feeds/18]}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "feeds.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_feeds_are_read_and_keys_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "sewio.key").write_text("very secret\n", encoding="utf-8")
    (feed,) = read_feeds(written(tmp_path, SEWIO))
    assert feed.name == "YARD/E1"
    assert isinstance(feed.connection, WebSocket)
    assert feed.connection.api_key is not None
    assert feed.connection.api_key.get_secret_value() == "very secret"
    assert "very secret" not in repr(feed)


@pytest.mark.parametrize("text", ["", "feeds: []"])
def test_no_feeds_are_no_fault(tmp_path: Path, text: str) -> None:
    assert read_feeds(written(tmp_path, text)) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("feeds: [", "line 1"),
        ("feeds:\n  - plant: YARD\n   password: hidden", "line 3"),
        ("- 1", "feeds"),
        ("feeds: 7", "feeds"),
        ("feed: []", "feed"),
        (SEWIO.replace("plant: YARD", "plant: 'no code'"), "feeds.0.plant"),
        (SEWIO.replace("kind: sewio", "kind: sewioo"), "feeds.0.adapter"),
        (SEWIO.replace("ws://rtls", "wss://user:hidden@"), "feeds.0.connection"),
        (SEWIO, "api_key_file"),  # there is no such file
    ],
)
def test_every_fault_is_told_with_its_place_and_no_secret(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(FeedsFileError) as caught:
        read_feeds(written(tmp_path, text))
    assert expected in str(caught.value)
    assert "引擎接入配置" in str(caught.value)
    assert "hidden" not in str(caught.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FeedsFileError, match="cannot be read"):
        read_feeds(tmp_path / "none.yaml")


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    text = SEWIO.replace("engine: E1", "engine: ''").replace("resources: [/feeds/18]", "resources: []")
    with pytest.raises(FeedsFileError) as caught:
        read_feeds(written(tmp_path, text))
    assert len(caught.value.faults) == 2
