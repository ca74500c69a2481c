"""House rules that no linter knows: sizes, names, secrets, one place for SQL, a lock that is exact."""

from __future__ import annotations

import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
PACKAGES = ("gis", "locator", "vision", "assets", "twin")
TOP_LEVEL = {
    *PACKAGES, "web", "data", "tests", "docs", "Makefile", ".ci", "pyproject.toml", "requirements.lock", "README.md",
    "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", ".gitignore", ".gitattributes", ".editorconfig",
    ".pre-commit-config.yaml",
}  # fmt: skip
LONGEST, LONGEST_TEST = 500, 800
EMPTY_WORDS = {"utils", "util", "helpers", "helper", "manager", "common", "misc", "stuff"}
SECRETS = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----|AKIA[0-9A-Z]{16}")
SQL = re.compile(r"\"\s*(SELECT\b.+\bFROM|INSERT INTO|UPDATE|DELETE FROM|CREATE TABLE)\s", re.IGNORECASE)
# Modules that may touch clock, socket, file, thread or log. Everything else is held to the purity contract.
EDGES = re.compile(
    r"gis\.feed|gis\.files\.(reader|writer)|gis\.store\.\w+|gis\.store\.migrations\..+"
    r"|locator\.(recordings|warm|offline)|locator\.feeds(\.\w+)?|locator\.estimator\.compiled"
    r"|assets\.(custom|render)"
    r"|twin\.(roles|cli|warm|__main__)|twin\.bus\.(local|mqtt)|twin\.sinks\.(store|spool|writer|keeper|archivist|outbound)"
    r"|twin\.simulate\.(publish|sender)|twin\.demoplant\.__main__"
    r"|twin\.api\.(answers|app|catalogue|context|contracts|follow|headers|history|live|openapi|page|permissions|previews|problems)"
    r"|twin\.fencing\.gdal|twin\.api\.(routes|reports)\.\w+|twin\.(edges|servers|commands)\.\w+"
)
VERBS = ("setup", "demo", "test", "check", "bench", "fmt", "docs", "schemas", "bless")


@cache
def tracked() -> tuple[Path, ...]:
    """Files under version control, and new ones that are not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=PROJECT, capture_output=True, check=False,
    )  # fmt: skip
    if listed.returncode != 0:  # an unpacked archive
        return tuple(
            path.relative_to(PROJECT)
            for top in sorted(TOP_LEVEL)
            for path in ([PROJECT / top] if (PROJECT / top).is_file() else (PROJECT / top).rglob("*"))
            if path.is_file() and not {"node_modules", "dist", "__pycache__"} & set(path.parts)
        )
    names = [name for name in listed.stdout.decode().split("\0") if name]
    return tuple(Path(name) for name in names if (PROJECT / name).is_file())


def python_files() -> list[Path]:
    """Every Python file."""
    return [path for path in tracked() if path.suffix == ".py"]


def _is_test(path: Path) -> bool:
    return path.parts[0] == "tests" or path.parts[:2] in {("web", "test"), ("web", "e2e")}


def test_no_file_is_longer_than_one_can_read() -> None:
    written = [path for path in tracked() if path.suffix in {".py", ".ts", ".tsx", ".mjs", ".css"}]
    long = {
        str(path): lines
        for path in written
        if not path.name.endswith(".gen.ts")
        # A migration is the record of one step and stays as it was written.
        and "versions" not in path.parts
        and (lines := len((PROJECT / path).read_text(encoding="utf-8").splitlines()))
        > (LONGEST_TEST if _is_test(path) else LONGEST)
    }
    assert long == {}


def test_no_name_says_nothing() -> None:
    empty = [str(path) for path in tracked() if EMPTY_WORDS & {part.removesuffix(path.suffix) for part in path.parts}]
    assert empty == []


def test_the_top_level_is_what_it_should_be() -> None:
    assert {path.parts[0] for path in tracked()} <= TOP_LEVEL


def test_no_secret_and_nothing_large_is_kept() -> None:
    for path in tracked():
        size = (PROJECT / path).stat().st_size
        assert size < 4_000_000, f"{path} has {size} bytes"
        if size < 200_000 and path.suffix in {".py", ".ts", ".tsx", ".yaml", ".yml", ".json", ".md", ".toml", ""}:
            assert SECRETS.search((PROJECT / path).read_text(encoding="utf-8", errors="ignore")) is None, path


@pytest.mark.parametrize("package", PACKAGES)
def test_sql_lives_in_the_store(package: str) -> None:
    # The private cluster's own set-up speaks SQL too: before it there is no store.
    allowed = ("gis/store/", "twin/servers/")
    found = [
        str(path)
        for path in python_files()
        if path.parts[0] == package
        and not str(path).startswith(allowed)
        and SQL.search((PROJECT / path).read_text(encoding="utf-8"))
    ]
    assert found == []


def test_every_verb_is_in_the_makefile() -> None:
    text = (PROJECT / "Makefile").read_text(encoding="utf-8")
    assert [verb for verb in VERBS if not re.search(rf"^{verb}:.*##", text, re.MULTILINE)] == []


def test_the_lock_is_exact_and_names_no_machine() -> None:
    lock = (PROJECT / "requirements.lock").read_text(encoding="utf-8")
    wanted = [line for line in lock.splitlines() if line and not line.lstrip().startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9_.\-]+(\[[a-z,]+\])?==[^ ]+( ; .+)?", line) for line in wanted)
    assert "://" not in lock
    assert '"resolved"' not in (PROJECT / "web" / "package-lock.json").read_text(encoding="utf-8")


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    # The extra `bench` names peers measured beside ours: large, and installed only by who wants the comparison.
    extras = [needs for name, needs in project["optional-dependencies"].items() if name != "bench"]
    asked = [*project["dependencies"], *(need for needs in extras for need in needs)]
    names = {re.split(r"[\[<>=; ]", need)[0].lower().replace("_", "-") for need in asked}
    lock = (PROJECT / "requirements.lock").read_text(encoding="utf-8").lower()
    locked = {line.split("==")[0].split("[")[0] for line in lock.splitlines() if "==" in line}
    assert names - locked == set()


def test_every_module_is_pure_or_a_known_edge() -> None:
    contracts = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    pure = next(contract["source_modules"] for contract in contracts if contract["name"].startswith("pure modules"))
    modules = [".".join(path.with_suffix("").parts) for path in python_files() if path.parts[0] in PACKAGES]
    unsorted = [
        module
        for module in modules
        if not module.endswith(".__init__")
        and not EDGES.fullmatch(module)
        and not any(module == named or module.startswith(f"{named}.") for named in pure)
    ]
    assert unsorted == []
