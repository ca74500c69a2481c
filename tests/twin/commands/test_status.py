"""`twin status` without a twin that could be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from twin.commands.status import command as status
from twin.edges.statusfile import OnlyOne

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_a_twin_that_is_starting_is_told_from_none(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWIN_VAR", str(tmp_path))
    without = CliRunner().invoke(status, arguments)
    assert (without.exit_code, without.stdout) == (1, "")
    assert "no twin runs" in without.stderr
    held = OnlyOne(tmp_path)
    try:
        starting = CliRunner().invoke(status, arguments)
    finally:
        held.release()
    assert (starting.exit_code, starting.stdout) == (1, "")
    assert "still starting" in starting.stderr
