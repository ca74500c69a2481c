"""What a new plant would make the database forget."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gis.files import read_plant
from gis.store.plants import save_plant
from gis.store.versions import VERSIONED, ForgottenVersion, compare_versions, forgotten_versions

if TYPE_CHECKING:
    from sqlalchemy import Connection

DEMO = read_plant(Path(__file__).parents[3] / "data" / "demo-plant")
FENCE = DEMO.fences[0]
T = FENCE.valid_from


def test_the_same_and_more_forget_nothing() -> None:
    closed = FENCE.model_copy(update={"valid_to": T + 10})
    newer = FENCE.model_copy(update={"version": 2, "valid_from": T + 10, "priority": 4})
    assert compare_versions("fences", [FENCE], [FENCE]) == []
    assert compare_versions("fences", [FENCE], [closed, newer]) == []


@pytest.mark.parametrize(
    "change",
    [{"priority": 4}, {"valid_from": T + 1}, {"geometry": DEMO.fences[1].geometry}, {"names": DEMO.head.names}],
)
def test_a_version_told_otherwise_is_changed(change: dict[str, object]) -> None:
    assert compare_versions("fences", [FENCE], [FENCE.model_copy(update=change)]) == [
        ForgottenVersion("fences", FENCE.code, 1, "changed")
    ]


def test_an_end_once_told_stays() -> None:
    closed = FENCE.model_copy(update={"valid_to": T + 10})
    assert compare_versions("fences", [closed], [FENCE])[0].how == "changed"
    assert compare_versions("fences", [closed], [FENCE.model_copy(update={"valid_to": T + 20})])[0].how == "changed"


@pytest.mark.servers
def test_every_kind_of_versioned_record_is_watched(conn: Connection) -> None:
    assert forgotten_versions(conn, DEMO) == []
    save_plant(conn, DEMO)
    assert forgotten_versions(conn, DEMO) == []
    nothing = DEMO.model_copy(update=dict.fromkeys(VERSIONED, ()))
    lost = forgotten_versions(conn, nothing)
    assert {one.records for one in lost} == set(VERSIONED)
    assert len(lost) == sum(len(getattr(DEMO, name)) for name in VERSIONED)
