from __future__ import annotations

import json
from collections import Counter

import pytest

from gis.time import NS_PER_S, parse_time
from locator.pipeline import Pipeline
from tests.twin.simulate.small import START_NS, small_plant
from twin.events import CameraReported, ReadingsTaken, TagReported, WeatherObserved
from twin.simulate.messages import Outgoing, outgoing
from twin.simulate.simulation import Simulation
from twin.telemetry import Telemetry


def _messages(steps: int = 70, slot_ns: int = 20_000_000) -> tuple[Simulation, list[Outgoing]]:
    simulation = Simulation(small_plant(), seed=2, start_ns=START_NS)
    return simulation, [m for _ in range(steps) for m in outgoing(simulation, simulation.advance(), slot_ns)]


@pytest.mark.parametrize("slot_ns", [0, 20_000_000, NS_PER_S])
def test_the_locator_takes_every_range_message(slot_ns: int) -> None:
    simulation, messages = _messages(slot_ns=slot_ns)
    pipeline = Pipeline({"SMALL": simulation.plant})
    ranges = [m for m in messages if m.topic.endswith("/ranges")]
    for message in ranges:
        assert message.topic == "twin/v1/SMALL/uwb/E/ranges"
        pipeline.accept(message.topic, message.payload, message.due_ns)
    assert pipeline.counters.rejected == Counter()
    assert pipeline.counters.accepted > 400
    fixes = sum(len(batch.tag) for batch in pipeline.flush(simulation.next_ns))
    assert fixes > 400


def test_a_slot_of_nothing_sends_each_epoch_alone() -> None:
    _, messages = _messages(steps=3, slot_ns=0)
    ranges = [json.loads(m.payload) for m in messages if m.topic.endswith("/ranges")]
    assert all(isinstance(one, dict) for one in ranges)
    assert len(ranges) <= 3 * 7


def test_the_twin_takes_every_other_message() -> None:
    simulation, messages = _messages()
    telemetry = Telemetry({"SMALL": simulation.plant})
    seen: Counter[type] = Counter()
    for message in messages:
        if message.topic.endswith("/ranges"):
            continue
        events, refusals = telemetry.read(message.topic, message.payload, message.due_ns)
        assert refusals == [], message
        seen.update(type(event) for event in events)
    assert seen[ReadingsTaken] >= 30
    assert seen[WeatherObserved] == 7
    assert seen[CameraReported] >= 13
    assert seen[TagReported] >= 7


def test_messages_leave_in_order_and_never_before_their_measurements() -> None:
    _, messages = _messages(steps=5)
    for message in messages:
        found = json.loads(message.payload)
        for one in found if isinstance(found, list) else [found]:
            t_ns = parse_time(one["t"])
            assert t_ns <= message.due_ns
            assert message.due_ns - t_ns < 25_000_000


def test_sequence_numbers_rise_by_one_and_do_not_repeat() -> None:
    _, messages = _messages(steps=20, slot_ns=0)
    by_tag: dict[str, list[int]] = {}
    for message in messages:
        if message.topic.endswith("/ranges"):
            found = json.loads(message.payload)
            by_tag.setdefault(found["tag"], []).append(found["seq"])
    for seqs in by_tag.values():
        assert seqs == sorted(set(seqs))
