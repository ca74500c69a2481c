from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from twin.addresses import BrokerAddress
from twin.edges import statusfile
from twin.edges.statusfile import AlreadyRunningError, OnlyOne, Status

if TYPE_CHECKING:
    from pathlib import Path

_STATUS = Status(
    url="http://127.0.0.1:8800",
    mqtt={"host": "127.0.0.1", "port": 1883},
    database="postgresql+psycopg://db",
    roles={"core": "ok"},
    pid=1,
    started="2026-01-01T00:00:00.000Z",
)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    (tmp_path / statusfile.NAME).write_bytes(statusfile.encode(_STATUS))
    assert statusfile.read(tmp_path) == _STATUS


@pytest.mark.parametrize("text", ["", "{", '{"url": 1}'])
def test_a_torn_file_is_no_status(tmp_path: Path, text: str) -> None:
    (tmp_path / statusfile.NAME).write_text(text)
    assert statusfile.read(tmp_path) is None


def test_a_login_is_told_only_where_there_is_one() -> None:
    assert statusfile.mqtt_entry(BrokerAddress("b", 1)) == {"host": "b", "port": 1}
    assert statusfile.mqtt_entry(BrokerAddress("b", 1, "u", "p")) == {
        "host": "b",
        "port": 1,
        "username": "u",
        "password": "p",
    }


def test_there_is_only_one_twin_in_a_folder(tmp_path: Path) -> None:
    assert not statusfile.is_running(tmp_path)
    first = OnlyOne(tmp_path)
    (tmp_path / statusfile.NAME).write_bytes(statusfile.encode(_STATUS))
    assert statusfile.is_running(tmp_path)
    with pytest.raises(AlreadyRunningError, match=r"http://127\.0\.0\.1:8800"):
        OnlyOne(tmp_path)
    first.release()
    assert not statusfile.is_running(tmp_path)
    OnlyOne(tmp_path).release()


def test_the_right_ends_with_a_killed_process(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys, pathlib\n"
        "from twin.edges.statusfile import OnlyOne\n"
        "held = OnlyOne(pathlib.Path(sys.argv[1]))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False).returncode == -9
    assert not statusfile.is_running(tmp_path)
