"""What replacing a plant would make the database forget: versions that held and that the new plant tells otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gis.store.plants import load_plant, plant_exists

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from gis.plant import Plant, Versioned

VERSIONED = ("zones", "fences", "assignments", "sensors", "cameras")


class ForgottenVersion(NamedTuple):
    """One stored version that a plant lacks (`missing`) or tells otherwise (`changed`)."""

    records: str
    code: str
    version: int
    how: str


def forgotten_versions(conn: Connection, plant: Plant) -> list[ForgottenVersion]:
    """The versions in the database that saving this plant would lose or change.

    An open version that the plant closes is the ordinary way of history and not listed.
    """
    if not plant_exists(conn, plant.head.code):
        return []
    stored = load_plant(conn, plant.head.code)
    return [lost for name in VERSIONED for lost in compare_versions(name, getattr(stored, name), getattr(plant, name))]


def compare_versions(name: str, stored: Iterable[Versioned], given: Iterable[Versioned]) -> list[ForgottenVersion]:
    """The stored versions of one kind of records that are not among the given ones as they were (pure)."""
    there = {(_code(record), record.version): record for record in given}
    lost = []
    for record in stored:
        now = there.get((_code(record), record.version))
        if now is None:
            lost.append(ForgottenVersion(name, _code(record), record.version, "missing"))
            continue
        closed = record.model_copy(update={"valid_to": now.valid_to}) if record.valid_to is None else record
        if now != closed:
            lost.append(ForgottenVersion(name, _code(record), record.version, "changed"))
    return lost


def _code(record: Versioned) -> str:
    return str(getattr(record, "code", None) or getattr(record, "tag", ""))
