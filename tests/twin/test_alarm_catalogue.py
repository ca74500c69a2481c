"""Every kind of alarm can be said, explained and acted on, in both languages."""

from __future__ import annotations

import string

import pytest

from twin.alarm_catalogue import CATALOGUE

PLACES = {"where", "subject", "place", "sensor", "asset", "value", "limit", "unit"}
KINDS = [
    "INTRUSION",
    "OVERCROWD",
    "UNDERSTAFF",
    "CROSSPOST",
    "ABSENT",
    "STILL",
    "SOS",
    "GATHER",
    "OVERSTAY",
    "ESCORT",
    "LOWBATT",
    "TAGOFF",
    "ANCHOROFF",
    "PATROL",
    "LEVEL_HH",
    "LEVEL_H",
    "LEVEL_L",
    "LEVEL_LL",
    "TEMP_HH",
    "TEMP_H",
    "TEMP_L",
    "TEMP_LL",
    "PRES_HH",
    "PRES_H",
    "PRES_L",
    "PRES_LL",
    "GAS_L1",
    "GAS_L2",
    "STALE",
]


@pytest.mark.parametrize("code", KINDS)
def test_every_kind_the_core_may_raise_is_in_the_catalogue(code: str) -> None:
    kind = CATALOGUE[code]
    for names in (kind.names, kind.text, kind.cause, kind.consequence, kind.action):
        assert names.zh.strip()
        assert names.en.strip()
        assert any("\u4e00" <= letter <= "\u9fff" for letter in names.zh)
        assert names.en.isascii() or set(names.en) <= set(string.printable) | set("≥≤’")


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_both_languages_ask_for_the_same_values(code: str) -> None:
    kind = CATALOGUE[code]
    zh, en = (
        {name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (kind.text.zh, kind.text.en)
    )
    assert zh == en
    assert zh <= PLACES


def test_a_higher_limit_asks_for_something_else_and_sooner() -> None:
    for quantity in ("LEVEL", "TEMP", "PRES"):
        for near, far in (("H", "HH"), ("L", "LL")):
            first, second = CATALOGUE[f"{quantity}_{near}"], CATALOGUE[f"{quantity}_{far}"]
            assert first.action != second.action
            assert second.respond_s < first.respond_s
    assert not CATALOGUE["SOS"].may_shelve
    assert not CATALOGUE["GAS_L2"].may_shelve
