"""`twin import plant` and `twin export plant`, as typed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from gis.files import read_plant
from gis.store.database import connect, transaction
from gis.store.plants import list_plants
from twin.cli import main

DEMO = Path(__file__).parents[3] / "data" / "demo-plant"


def twin(*words: object, env: dict[str, str] | None = None) -> tuple[int, str]:
    clean = {"DATABASE_URL": "", "LANG": "C", "LC_ALL": "", **(env or {})}
    result = CliRunner(env=clean).invoke(main, [str(word) for word in words])
    return result.exit_code, result.output


def codes(url: str) -> list[str]:
    engine = connect(url)
    try:
        with transaction(engine) as connection:
            return [head.code for head in list_plants(connection)]
    finally:
        engine.dispose()


@pytest.mark.servers
def test_in_and_out_again(postgis_url: str, tmp_path: Path) -> None:
    status, output = twin("import", "plant", DEMO, "--database", postgis_url)
    assert (status, codes(postgis_url)) == (0, ["HUANGHE-1"]), output
    assert "tag assignments" in output
    status, output = twin("export", "plant", "HUANGHE-1", tmp_path / "out", env={"DATABASE_URL": postgis_url})
    assert status == 0, output
    assert read_plant(tmp_path / "out") == read_plant(DEMO)


@pytest.mark.servers
def test_a_plant_that_is_there_is_replaced_only_when_asked(postgis_url: str) -> None:
    env = {"DATABASE_URL": postgis_url}
    assert twin("import", "plant", DEMO, env=env)[0] == 0
    status, output = twin("import", "plant", DEMO, env=env)
    assert status == 1
    assert "--replace" in output
    assert twin("import", "plant", DEMO, "--replace", env=env)[0] == 0


@pytest.mark.servers
def test_files_do_not_change_the_past_unnoticed(postgis_url: str, tmp_path: Path) -> None:
    env = {"DATABASE_URL": postgis_url}
    assert twin("import", "plant", DEMO, env=env)[0] == 0
    shutil.copytree(DEMO, tmp_path / "moved")
    text = (tmp_path / "moved" / "fences.geojson").read_text("utf-8")
    (tmp_path / "moved" / "fences.geojson").write_text(text.replace('"forbidden"', '"information"', 1), "utf-8")
    status, output = twin("import", "plant", tmp_path / "moved", "--replace", env=env)
    assert status == 1
    assert "version 1: changed" in output
    assert twin("import", "plant", DEMO, "--replace", env=env)[0] == 0
    assert twin("import", "plant", tmp_path / "moved", "--replace", "--rewrite-history", env=env)[0] == 0


@pytest.mark.servers
def test_faults_are_all_told_and_nothing_is_loaded(postgis_url: str, tmp_path: Path) -> None:
    shutil.copytree(DEMO, tmp_path / "bad")
    for file, old, new in (("tags.csv", "1.2", "high"), ("fences.geojson", "forbidden", "taboo")):
        text = (tmp_path / "bad" / file).read_text("utf-8")
        (tmp_path / "bad" / file).write_text(text.replace(old, new, 1), "utf-8")
    status, output = twin("import", "plant", tmp_path / "bad", "--database", postgis_url)
    assert status == 1
    for told in ("2 faults", "tags.csv", "carry_height_m", "fences.geojson", "purpose", "'taboo' is not one of"):
        assert told in output
    assert "处错误" in twin("import", "plant", tmp_path / "bad", "--lang", "zh")[1]
    assert codes(postgis_url) == []


@pytest.mark.servers
def test_what_is_not_there_cannot_be_exported(postgis_url: str, tmp_path: Path) -> None:
    status, output = twin("export", "plant", "NOWHERE", tmp_path / "out", "--database", postgis_url)
    assert (status, (tmp_path / "out").exists()) == (1, False)
    assert "NOWHERE" in output


@pytest.mark.servers
def test_the_twin_running_here_is_found(postgis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "status.json").write_text(json.dumps({"database": postgis_url}))
    monkeypatch.chdir(tmp_path)
    assert twin("import", "plant", DEMO)[0] == 0
    assert codes(postgis_url) == ["HUANGHE-1"]


def test_without_a_database_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    status, output = twin("import", "plant", DEMO)
    assert status == 2
    assert "DATABASE_URL" in output


def test_files_can_be_checked_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    status, output = twin("import", "plant", DEMO, "--dry-run", "--lang", "en")
    assert status == 0
    assert "checked" in output


def test_a_database_that_is_away_is_told(tmp_path: Path) -> None:
    status, output = twin("import", "plant", DEMO, "--database", "postgresql://nobody@127.0.0.1:1/nothing")
    assert status == 1
    assert "nothing was loaded" in output
