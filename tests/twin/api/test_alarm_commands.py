"""Commands about alarms: each becomes one event; what cannot be is refused with the reason, and nothing is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from gis.store.database import transaction
from gis.store.journal import JournalEntry, append_entries
from gis.wire import decode
from tests.twin.api.small import CODE, T0, S, alarm, alarm_changed, snapshot
from twin.effects import Alarm, AlarmState, Outage, Shelving, Stage, Step, Suppression
from twin.events import AlarmCommand

if TYPE_CHECKING:
    import httpx
    from sqlalchemy import Engine

    from tests.twin.api.conftest import Twin

P = f"/api/v1/plants/{CODE}"


def with_(given: Alarm | None = None, **changes: Any) -> Alarm:
    return msgspec.structs.replace(given or alarm(), **changes)


def say(twin: Twin, verb: str, name: str = alarm().id, **body: Any) -> httpx.Response:
    return twin.client.post(f"{P}/alarms/{name}/{verb}", json=body)


def sent(twin: Twin) -> list[AlarmCommand]:
    assert all(topic == f"events/{CODE}" for topic, _ in twin.sent)
    return [decode(payload, AlarmCommand) for _, payload in twin.sent]  # type: ignore[arg-type] # a union


def test_shelving_names_who_until_when_and_why(lonely: Twin) -> None:
    lonely.fold(snapshot(0), alarm_changed(1))
    assert say(lonely, "shelve", for_s=600, reason="probe is being cleaned", one_shot=True).status_code == 202
    (command,) = sent(lonely)
    assert msgspec.to_builtins(command) == {
        "type": "shelve",
        "t_ns": T0,
        "alarm": alarm().id,
        "by": "operator",
        "until_ns": T0 + 600 * S,
        "reason": "probe is being cleaned",
        "one_shot": True,
    }


@pytest.mark.parametrize(
    ("given", "verb", "body", "code"),
    [
        (with_(may_shelve=False), "shelve", {"for_s": 600, "reason": "x"}, "may_not_be_shelved"),
        (alarm(), "shelve", {"for_s": 5, "reason": "x"}, "shelf_time"),
        (alarm(), "shelve", {"for_s": 40_000, "reason": "x"}, "shelf_time"),
        (alarm(), "unshelve", {}, "not_shelved"),
        (alarm(), "reset", {}, "not_latched"),
        (with_(latched=True), "reset", {}, "still_active"),
        (with_(state=AlarmState.LATCHED_UNACKNOWLEDGED), "reset", {}, "acknowledge_first"),
        (alarm(), "handle", {"stage": "handling"}, "acknowledge_first"),
        (with_(state=AlarmState.ACKNOWLEDGED), "handle", {"stage": "verifying"}, "stage_order"),
        (alarm(), "return-to-service", {"reason": "done"}, "in_service"),
        (with_(out_of_service=Outage("m", T0, "x")), "out-of-service", {"reason": "x"}, "already_out_of_service"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(
    lonely: Twin, given: Alarm, verb: str, body: dict[str, Any], code: str
) -> None:
    lonely.fold(snapshot(0), alarm_changed(1, given))
    answer = say(lonely, verb, **body)
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert answer.json()["params"]["alarm"] == given.id
    assert lonely.sent == []


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("shelve", {"for_s": 600, "reason": " "}),
        ("shelve", {"for_s": 600}),
        ("out-of-service", {"reason": ""}),
        ("handle", {"stage": "sleeping"}),
    ],
)
def test_a_command_without_its_reason_is_no_command(lonely: Twin, verb: str, body: dict[str, Any]) -> None:
    lonely.fold(snapshot(0), alarm_changed(1))
    assert say(lonely, verb, **body).status_code == 422
    assert lonely.sent == []


def test_a_command_from_a_stale_screen_is_refused(lonely: Twin) -> None:
    lonely.fold(snapshot(0), alarm_changed(1))
    etag = lonely.client.get(f"{P}/alarms/{alarm().id}").headers["etag"]
    lonely.fold(alarm_changed(2, with_(escalation=1), "escalated"))
    answer = lonely.client.post(
        f"{P}/alarms/{alarm().id}/out-of-service", json={"reason": "repair"}, headers={"if-match": etag}
    )
    assert (answer.status_code, lonely.sent) == (412, [])


def test_a_page_is_acknowledged_by_name_and_what_cannot_be_is_named(lonely: Twin) -> None:
    seen = with_(alarm("SEEN"), state=AlarmState.ACKNOWLEDGED)
    lonely.fold(snapshot(0), alarm_changed(1, alarm("A")), alarm_changed(2, alarm("B")), alarm_changed(3, seen))
    body = {"alarms": ["B", "SEEN", "A", "B", "NONE"], "note": "seen"}
    answer = lonely.client.post(f"{P}/alarms/acknowledge", json=body)
    assert answer.status_code == 202
    assert answer.json() == {
        "accepted": ["B", "A"],
        "refused": [{"alarm": "SEEN", "code": "already_acknowledged"}, {"alarm": "NONE", "code": "unknown_alarm"}],
    }
    (command,) = sent(lonely)
    assert msgspec.to_builtins(command) == {
        "type": "acks", "t_ns": T0, "alarms": ["B", "A"], "by": "operator", "note": "seen",
    }  # fmt: skip
    assert lonely.client.post(f"{P}/alarms/acknowledge", json={"alarms": []}).status_code == 422


def test_an_alarm_that_is_over_is_still_handled(lonely: Twin) -> None:
    over = with_(state=AlarmState.NORMAL, changed_ns=T0 + S)
    lonely.fold(snapshot(0), alarm_changed(1), alarm_changed(2, over, "acknowledged"))
    assert say(lonely, "handle", stage="handling", note="sent a colleague").status_code == 202
    (command,) = sent(lonely)
    told = msgspec.to_builtins(command)
    assert (told["type"], told["stage"], told["note"]) == ("handle", "handling", "sent a colleague")
    assert msgspec.json.decode(command.record, type=Alarm) == over  # type: ignore[union-attr] # it is that command
    assert say(lonely, "shelve", for_s=600, reason="x").status_code == 404


def test_closing_needs_a_result(lonely: Twin) -> None:
    steps = [Step(Stage.HANDLING, T0, "op"), Step(Stage.VERIFYING, T0, "op")]
    lonely.fold(snapshot(0), alarm_changed(1, with_(state=AlarmState.ACKNOWLEDGED, handling=steps)))
    assert say(lonely, "handle", stage="closed").json()["code"] == "result_missing"
    closing: dict[str, Any] = {"stage": "closed", "result": "led out", "cause": "wrong_way", "false_alarm": False}
    assert say(lonely, "handle", **closing).status_code == 202


def test_lists_of_what_does_not_call_have_their_time_left(lonely: Twin) -> None:
    shelved = with_(alarm("S"), shelved=Shelving("op", T0, T0 + 600 * S, "noise"))
    suppressed = with_(alarm("C"), suppressed=Suppression("ROOT", T0))
    lonely.fold(snapshot(0), *(alarm_changed(i, one) for i, one in enumerate((shelved, suppressed, alarm("A")), 1)))

    def listed(state: str) -> list[str]:
        return [one["id"] for one in lonely.client.get(f"{P}/alarms?state={state}").json()["items"]]

    assert (listed("shelved"), listed("suppressed"), listed("out_of_service")) == (["S"], ["C"], [])
    assert sorted(listed("open")) == ["A", "C", "S"]
    one = lonely.client.get(f"{P}/alarms/S").json()
    assert one["shelved"]["until"] == "2026-11-23T00:10:00.000Z"
    assert (one["annunciated"], one["in_alarm"]) == (False, True)


@pytest.mark.servers
def test_the_story_tells_who_when_and_why(twin: Twin, engine: Engine) -> None:
    states = [
        (alarm(), {"cause": "raised"}),
        (with_(state=AlarmState.ACKNOWLEDGED, changed_ns=T0 + S), {"cause": "acknowledged", "by": "wang"}),
        (
            with_(shelved=Shelving("li", T0, T0 + 600 * S, "noise"), changed_ns=T0 + 2 * S),
            {"cause": "shelved", "by": "li", "why": "noise"},
        ),
    ]
    entries = [
        JournalEntry(seq, one.changed_ns, "alarm", one.subject, {"alarm": msgspec.to_builtins(one), **more})
        for seq, (one, more) in enumerate(states, 1)
    ]
    with transaction(engine) as connection:
        append_entries(connection, CODE, entries)
    told = twin.client.get(f"{P}/alarms/{alarm().id}/story").json()["entries"]
    assert [(one["cause"], one["by"], one["why"]) for one in told] == [
        ("raised", None, ""), ("acknowledged", "wang", ""), ("shelved", "li", "noise"),
    ]  # fmt: skip
    assert [one["alarm"]["state"] for one in told] == ["unacknowledged", "acknowledged", "unacknowledged"]
    assert twin.client.get(f"{P}/alarms/NONE/story").status_code == 404
