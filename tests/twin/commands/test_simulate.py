from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from gis.store.database import connect, transaction
from gis.store.plants import load_plant, save_plant
from tests.twin.simulate.small import small_plant
from twin.addresses import BrokerAddress
from twin.commands.broker import broker_address
from twin.commands.database import database_url
from twin.commands.publish import command as publish
from twin.commands.simulate import command as simulate

ROOT = Path(__file__).parents[3]
WALK = """t_s,tag,anchor,range_m
0.00,1,a,3.0
0.00,1,b,4.0
0.00,1,c,5.0
0.10,1,a,3.1
0.10,1,b,4.1
0.10,1,c,5.1
"""
ANCHORS = """anchor,x_m,y_m,z_m
a,0,0,2
b,5,0,2
c,0,5,2
"""


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    directory = tmp_path / "walk"
    directory.mkdir()
    (directory / "ranges.csv").write_text(WALK, encoding="utf-8")
    (directory / "anchors.csv").write_text(ANCHORS, encoding="utf-8")
    return directory


@pytest.fixture
def database(postgis_url: str) -> str:
    engine = connect(postgis_url)
    with transaction(engine) as connection:
        save_plant(connection, small_plant())
    engine.dispose()
    return postgis_url


def test_without_a_broker_the_verb_says_what_to_give(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MQTT_URL", raising=False)
    result = CliRunner().invoke(simulate, ["--plant", str(ROOT / "data" / "demo-plant"), "--duration", "1"])
    assert result.exit_code == 2
    assert "--mqtt" in result.output


@pytest.mark.servers
def test_it_plays_the_demonstration_plant_and_stops_on_sigterm(broker: BrokerAddress, tmp_path: Path) -> None:
    truth = tmp_path / "truth.csv"
    process = subprocess.Popen(
        [sys.executable, "-m", "twin", "simulate", "--mqtt", broker.url, "--truth", str(truth), "--rate", "5"],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stderr is not None
    try:
        # The first line of progress says that a step was sent.
        seen = ""
        while "ranges" not in seen:
            letter = process.stderr.read(1)
            assert letter, seen
            seen += letter
    finally:
        process.send_signal(signal.SIGTERM)
        _, rest = process.communicate(timeout=30)
    assert process.returncode == 0
    assert " 0 dropped" in rest
    assert len(truth.read_text(encoding="utf-8").splitlines()) > 128


@pytest.mark.servers
def test_extra_people_become_known_to_the_twin(
    broker: BrokerAddress, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The verb catches signals, which only a program's main thread may: this test runs in it.
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    arguments = ["--plant", "SMALL", "--people", "9", "--duration", "0.5", "--rate", "2", "--mqtt", broker.url]
    for _ in range(2):
        result = CliRunner().invoke(simulate, [*arguments, "--database", database])
        assert result.exit_code == 0, result.output
    engine = connect(database)
    with engine.connect() as connection:
        plant = load_plant(connection, "SMALL")
    engine.dispose()
    assert len(plant.people) == 9
    assert len(plant.tags) == 10


@pytest.mark.servers
def test_a_recording_is_made_known_once_and_sent_each_time(
    broker: BrokerAddress, database: str, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setattr("twin.commands.publish._SETTLE_S", 0.0)
    arguments = [str(recording), "--at", "30,-15", "--mqtt", broker.url, "--database", database]
    first = CliRunner().invoke(publish, arguments)
    assert first.exit_code == 0, first.output
    assert "2 messages sent" in first.output
    engine = connect(database)
    with engine.connect() as connection:
        plant = load_plant(connection, "SMALL")
    assert [e.code for e in plant.engines] == ["E", "REC-walk"]
    assert len(plant.engines[1].control_points) == 4
    assert [t.carry_height_m for t in plant.tags if t.code == "REC-walk-T1"] == [1.6]
    again = CliRunner().invoke(publish, arguments)
    assert again.exit_code == 0, again.output
    with engine.connect() as connection:
        assert load_plant(connection, "SMALL") == plant
    engine.dispose()


@pytest.mark.servers
def test_a_broken_recording_changes_nothing(
    broker: BrokerAddress, database: str, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    (recording / "ranges.csv").write_text("t_s,tag,anchor,range_m\n0,1,a,far\n", encoding="utf-8")
    result = CliRunner().invoke(publish, [str(recording), "--mqtt", broker.url, "--database", database])
    assert result.exit_code == 1
    assert "ranges.csv:2" in result.output
    engine = connect(database)
    with engine.connect() as connection:
        assert load_plant(connection, "SMALL") == small_plant()
    engine.dispose()


@pytest.mark.parametrize("place", ["30", "a,b", "1,2,3"])
def test_a_place_is_two_numbers(recording: Path, place: str) -> None:
    result = CliRunner().invoke(publish, [str(recording), "--at", place])
    assert result.exit_code == 2
    assert "site metres" in result.output


def test_a_twin_that_keeps_its_files_elsewhere_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TWIN_VAR", str(tmp_path / "elsewhere"))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "status.json").write_text(
        '{"mqtt": {"host": "127.0.0.1", "port": 1901, "username": "gateway", "password": "secret"}, "database": "here"}'
    )
    assert broker_address(None) == BrokerAddress("127.0.0.1", 1901, "gateway", "secret")
    assert database_url(None) == "here"


@pytest.mark.parametrize("content", ["", "[]", '{"mqtt": null}', '{"mqtt": {"host": "127.0.0.1"}}'])
def test_a_status_file_that_says_nothing_is_as_good_as_none(
    content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWIN_VAR", str(tmp_path))
    (tmp_path / "status.json").write_text(content)
    with pytest.raises(click.UsageError, match="MQTT_URL"):
        broker_address(None)
    with pytest.raises(click.UsageError, match="DATABASE_URL"):
        database_url(None)
