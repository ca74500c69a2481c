"""The roles of a twin, and the only place where edges, core and bus are wired together.

| Role | Takes | Gives |
|---|---|---|
| `locator` | ranges, TDoA, positions from MQTT | `events/{plant}`: fixes; `commissioning/{plant}`: anchors and tags |
| `vision` | camera states and detections from MQTT | `events/{plant}`: camera states |
| `core` | `events/{plant}`; sensors, weather, tags from MQTT; ticks | `effects/{plant}`, `snapshot/{plant}` |
| `sinks` | `effects/{plant}`, `snapshot/{plant}` | rows in PostGIS; MQTT out |
| `api` | `effects/{plant}`, `snapshot/{plant}`, `health/+` | HTTP, WebSocket; `events/{plant}`: acknowledgements |

Each is `async def role(settings, bus, clock)`, runs until it is cancelled, and says every second on `health/{role}` how
it is. `keep_running` is the boundary: it logs what went wrong in a role, marks it degraded and starts it again.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Protocol

from gis.wire import encode
from twin import commissioning
from twin.addresses import read_broker_url
from twin.bus.port import RoleHealth
from twin.edges.http import listen, serve
from twin.edges.inbound import CONNECT_S, PERIOD_S, Drain, Refusals, inlet_for
from twin.edges.mqtt import Inlet
from twin.edges.plantwatch import PlantWatch
from twin.edges.pulse import Pulse, Vitals, announce
from twin.events import AnchorsHeard, Event, FixesMeasured, TagReported

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from gis.clock import Clock
    from gis.frames import SiteFrame
    from gis.messages import Arrival
    from gis.plant import Plant
    from locator.adapters.config import FeedConfig
    from locator.pipeline import Pipeline
    from locator.tag_watch import TagWatch
    from twin.bus.port import Bus
    from twin.edges.inbound import Source
    from twin.edges.settings import RoleSettings

log = logging.getLogger(__name__)

_PREFIX = "twin/v1/+"
_ANCHORS_EVERY = 15
LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")
_FIRST_PAUSE_S, _LONGEST_PAUSE_S, _LONG_ENOUGH_S = 0.5, 10.0, 60.0


class Role(Protocol):
    """What every role is."""

    async def __call__(self, settings: RoleSettings, bus: Bus, clock: Clock) -> None:
        """Run until cancelled."""
        ...


async def locator(settings: RoleSettings, bus: Bus, clock: Clock) -> None:
    """Radio measurements in, fixes out, every 20 ms."""
    from locator.pipeline import Pipeline  # noqa: PLC0415 - compiled kernels load only where they run
    from locator.tag_watch import TagWatch  # noqa: PLC0415 - as above

    vitals = Vitals()
    watch = PlantWatch(settings.database_url, clock)
    plants = await watch.load(vitals)
    # The first time on a machine its kernels are compiled: not in the way of the other roles.
    pipeline = await asyncio.to_thread(Pipeline, plants)
    inlet = inlet_for(settings, "locator", [f"{_PREFIX}/uwb/+/{kind}" for kind in ("ranges", "tdoa", "fix")])
    refusals = Refusals()
    heard: defaultdict[str, TagWatch] = defaultdict(TagWatch)

    async def give() -> None:
        refusals.warn(pipeline.take_refusals())
        for fixes in pipeline.flush(clock.now_ns()):
            heard[fixes.plant].take(fixes)
            newest_ns = int(fixes.t_ns.max())
            vitals.lag("measured_to_fix", clock.now_ns(), newest_ns)
            await bus.publish(f"events/{fixes.plant}", encode(FixesMeasured(newest_ns, fixes)))

    async def take(arrivals: Sequence[Arrival]) -> None:
        for topic, payload, received_ns in arrivals:
            pipeline.accept(topic, payload, received_ns)
        await give()

    def look() -> Vitals:
        counters = pipeline.counters
        vitals.counts(counters.received, counters.accepted, counters.rejected)
        drain.look(vitals)
        for name, line, skipped in lines:
            line.look_beside(vitals, name, skipped)
        return vitals

    drain = Drain(inlet, take, clock)
    lines = [_vendor(feed, settings, pipeline, give, bus, clock) for feed in settings.feeds]
    await asyncio.gather(drain.begin(), *(line.begin() for _, line, _ in lines))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(Pulse("locator", bus, clock, look).run())
        tasks.create_task(_report(watch, pipeline, heard, bus, clock))
        tasks.create_task(watch.follow(pipeline.replace_plant))
        tasks.create_task(drain.run())
        for _, line, _ in lines:
            tasks.create_task(line.run())


async def _report(watch: PlantWatch, pipeline: Pipeline, heard: Mapping[str, TagWatch], bus: Bus, clock: Clock) -> None:
    """Tell whoever sets the positioning up how anchors and tags do, and the core which anchors are silent."""
    told: dict[tuple[str, str], list[tuple[str, int]]] = {}
    beat = 0
    while True:
        for code, plant in list(watch.plants.items()):
            tags = heard[code]
            tags.keep(frozenset(tag.code for tag in plant.tags))
            now_ns = clock.now_ns()
            healths = pipeline.anchor_health(code, now_ns)
            if beat % commissioning.beats(len(tags.tags)) == 0:
                said = commissioning.report(now_ns, healths, tags)
                await bus.publish(f"{commissioning.TOPIC}/{code}", encode(said), retain=True)
            # Told when it changes, and now and then for a core that has just begun.
            for engine, anchors in healths.items():
                silent = [(a.anchor, a.last_ns) for a in anchors if a.state == "silent"]
                if silent != told.get((code, engine)) or beat % _ANCHORS_EVERY == 0:
                    told[code, engine] = silent
                    await bus.publish(f"events/{code}", encode(AnchorsHeard(now_ns, engine, silent)))
        beat += 1
        await clock.sleep(commissioning.PERIOD_S)


def _vendor(
    feed: FeedConfig,
    settings: RoleSettings,
    pipeline: Pipeline,
    give: Callable[[], Awaitable[None]],
    bus: Bus,
    clock: Clock,
) -> tuple[str, Drain[tuple[str, bytes, int]], Counter[str]]:
    """The line from one vendor's engine into the pipeline: its name, its drain, and what the engine disowned."""
    from locator.adapters.build import MQTT_TOPICS, adapter_for  # noqa: PLC0415 - only where an engine is described
    from locator.adapters.config import Mqtt  # noqa: PLC0415 - as above
    from locator.feeds.build import feed_for  # noqa: PLC0415 - as above

    adapter = adapter_for(feed.adapter)
    skipped: Counter[str] = Counter()
    source: Source[tuple[str, bytes, int]]
    if isinstance(feed.connection, Mqtt):
        broker = feed.connection.broker
        address = settings.ingest if broker is None else read_broker_url(broker.get_secret_value())
        topics = feed.connection.topics or (MQTT_TOPICS[feed.adapter.kind],)
        session = f"twin-{settings.instance}-{feed.plant}-{feed.engine}"
        # What a broker kept for an engine without times could not be told from the present.
        timed = feed.adapter.kind != "drtls"
        source = Inlet(address, session, topics, capacity=settings.inlet_queue, persistent=timed)
    else:
        source = feed_for(feed.name, feed.connection, settings.inlet_queue)

    async def take(arrivals: Sequence[tuple[str, bytes, int]]) -> None:
        for topic, payload, received_ns in arrivals:
            taken = pipeline.accept_from(adapter, feed.plant, feed.engine, topic, payload, received_ns)
            skipped.update({str(reason): count for reason, count in taken.skipped.items()})
            await _publish(bus, feed.plant, [TagReported(s.t_ns, s.tag, sos=s.sos) for s in taken.states])
        await give()

    return feed.name, Drain(source, take, clock), skipped


async def vision(settings: RoleSettings, bus: Bus, clock: Clock) -> None:
    """Camera states out; detections are read and counted."""
    from twin.telemetry import Telemetry  # noqa: PLC0415 - a role loads only what it runs
    from vision import codec  # noqa: PLC0415 - as above

    vitals = Vitals()
    watch = PlantWatch(settings.database_url, clock)
    telemetry = Telemetry(await watch.load(vitals))
    cameras = {code: _cameras(plant) for code, plant in watch.plants.items()}
    inlet = inlet_for(settings, "vision", [f"{_PREFIX}/camera/+/detections", f"{_PREFIX}/camera/+/state"])
    refusals = Refusals()

    async def take(arrivals: Sequence[Arrival]) -> None:
        for topic, payload, received_ns in arrivals:
            plant = topic.split("/", 3)[2]
            if topic.endswith("/state") or plant not in cameras:
                events, refused = telemetry.read(topic, payload, received_ns)
                await _publish(bus, plant, events)
                refusals.note(len(events), refused)
            else:
                seen, refused = codec.read(topic, payload, received_ns, cameras[plant])
                refusals.note(len(seen), refused)

    def replace_plant(plant: Plant) -> None:
        telemetry.replace_plant(plant)
        cameras[plant.head.code] = _cameras(plant)

    def look() -> Vitals:
        vitals.counts(refusals.received, refusals.accepted, refusals.rejected)
        return drain.look(vitals)

    drain = Drain(inlet, take, clock)
    await drain.begin()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(Pulse("vision", bus, clock, look).run())
        tasks.create_task(watch.follow(replace_plant))
        tasks.create_task(drain.run())


def _cameras(plant: Plant) -> frozenset[str]:
    return frozenset(camera.code for camera in plant.cameras)


async def _publish(bus: Bus, plant: str, events: Sequence[Event]) -> None:
    for event in events:
        await bus.publish(f"events/{plant}", encode(event))


async def core(settings: RoleSettings, bus: Bus, clock: Clock) -> None:
    """The single writer of every plant's world: events in, numbered effects out."""
    from twin.edges.writer import Writer  # noqa: PLC0415 - a role loads only what it runs
    from twin.telemetry import Telemetry  # noqa: PLC0415 - as above
    from twin.warm import warm_core  # noqa: PLC0415 - as above

    vitals = Vitals()
    watch = PlantWatch(settings.database_url, clock)
    plants = await watch.load(vitals)
    # The first time on a machine its kernels are compiled: not in the way of the other roles.
    await asyncio.to_thread(warm_core)
    telemetry = Telemetry(plants)
    writer = Writer(watch.engine, bus, clock, vitals)
    for plant in plants.values():
        await writer.open(plant)
    inlet = inlet_for(settings, "core", [f"{_PREFIX}/sensor", f"{_PREFIX}/weather", f"{_PREFIX}/uwb/+/tag"])
    refusals = Refusals()

    async def take(arrivals: Sequence[Arrival]) -> None:
        for topic, payload, received_ns in arrivals:
            events, refused = telemetry.read(topic, payload, received_ns)
            refusals.note(len(events), refused)
            for event in events:
                await writer.take(topic.split("/", 3)[2], event)

    async def replace_plant(plant: Plant) -> None:
        telemetry.replace_plant(plant)
        await writer.replace(plant)

    def look() -> Vitals:
        vitals.counts(refusals.received, refusals.accepted, refusals.rejected)
        return drain.look(vitals)

    drain = Drain(inlet, take, clock)
    await drain.begin()
    async with bus.subscribe("events/+") as events, asyncio.TaskGroup() as tasks:
        tasks.create_task(Pulse("core", bus, clock, look).run())
        tasks.create_task(watch.follow(replace_plant))
        tasks.create_task(writer.tick())
        tasks.create_task(drain.run())
        async for message in events:
            await writer.receive(message)


async def sinks(settings: RoleSettings, bus: Bus, clock: Clock) -> None:
    """Everything the core says, kept and passed on: tracks and journal in PostGIS, positions and alarms on MQTT."""
    from twin.bus.mqtt import MqttBus  # noqa: PLC0415 - a role loads only what it runs
    from twin.sinks.archivist import Archivist  # noqa: PLC0415 - as above
    from twin.sinks.keeper import Keeper  # noqa: PLC0415 - as above
    from twin.sinks.outbound import OutboundSink  # noqa: PLC0415 - as above
    from twin.sinks.store import StoreSink  # noqa: PLC0415 - as above

    watch = PlantWatch(settings.database_url, clock, pool_size=2)
    store = StoreSink(watch.engine, settings.spool_dir, clock, spool_bytes=settings.spool_bytes)
    keeper = Keeper(watch.engine, clock)
    archivist = Archivist(watch.engine, settings.archive_dir, settings.retention, clock)
    vitals = Vitals()

    def frame_of(code: str) -> SiteFrame | None:
        plant = watch.plants.get(code)
        return plant.head.frame if plant is not None else None

    outside = MqttBus(settings.outbound, f"twin-{settings.instance}-out", prefix="")
    outbound = OutboundSink(outside, clock, frame_of=frame_of)

    def look() -> Vitals:
        kept, sent = store.vitals, outbound.vitals
        vitals.trouble = (
            kept.trouble
            or keeper.vitals.trouble
            or archivist.vitals.trouble
            or ("" if outside.connected else "the MQTT broker is not reachable")
        )
        vitals.queues["spool_bytes"] = kept.spool_bytes
        vitals.queues["spool.dropped"] = kept.dropped
        vitals.queues["refused.dropped"] = kept.refused
        vitals.queues["gaps"] = kept.gaps
        vitals.queues["outbound"] = sent.waiting
        vitals.queues["outbound.dropped"] = sent.dropped
        if kept.stored_ns:
            vitals.lag("measured_to_stored", clock.now_ns(), kept.stored_ns)
        return vitals

    # Storing begins at once, database or not: the spool takes what comes.
    async with outside, asyncio.TaskGroup() as tasks:
        tasks.create_task(store.run(bus))
        tasks.create_task(keeper.run())
        tasks.create_task(archivist.run())
        tasks.create_task(outbound.run(bus))
        tasks.create_task(watch.follow(_ignore))
        for _ in range(round(CONNECT_S / PERIOD_S)):
            if outside.connected:
                break
            await clock.sleep(PERIOD_S)
        tasks.create_task(Pulse("sinks", bus, clock, look).run())


def _ignore(_plant: Plant) -> None:
    """The frames of the plants are all that is wanted, and `PlantWatch` keeps those."""


async def api(settings: RoleSettings, bus: Bus, clock: Clock) -> None:
    """The page, HTTP and WebSocket."""
    from twin.api.app import create_app  # noqa: PLC0415 - a role loads only what it runs
    from twin.api.context import Deps  # noqa: PLC0415 - as above
    from twin.api.follow import follow  # noqa: PLC0415 - as above

    vitals = Vitals()
    watch = PlantWatch(settings.database_url, clock, pool_size=4)
    plants = await watch.load(vitals)
    deps = Deps(
        engine=watch.engine,
        publish=bus.publish,
        clock=clock,
        models_dir=settings.models_dir,
        web_dir=settings.web_dir,
        keys_dir=settings.spool_dir.parent / "keys",
        expected_roles=tuple(ROLES),
        hosts=() if settings.host in LOOPBACK_HOSTS else (settings.host,),
    )
    for plant in plants.values():
        deps.add_plant(plant)

    # Plants that change or are new are noticed by `follow`: the core announces them.
    with listen(settings.host, settings.port) as bound:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(follow(bus, deps))
            tasks.create_task(serve(create_app(deps), bound))
            tasks.create_task(Pulse("api", bus, clock, lambda: vitals).run())


ROLES: dict[str, Role] = {"sinks": sinks, "api": api, "core": core, "vision": vision, "locator": locator}
"""Every role by name, in the order of starting: whoever takes is there before whoever gives."""


async def keep_running(name: str, settings: RoleSettings, bus: Bus, clock: Clock) -> None:
    """Run a role for ever: what breaks it is logged, shown as degraded, and it starts again after a pause."""
    pause_s = _FIRST_PAUSE_S
    while True:
        started_s = time.monotonic()
        try:
            await ROLES[name](settings, bus, clock)
            detail = "ended"
        except Exception as error:  # the boundary of a role
            log.exception("role %s failed and starts again in %.1f s", name, pause_s)
            detail = f"restarting after {_first_words(error)}"
        await announce(bus, RoleHealth(name, clock.now_ns(), "degraded", detail))
        if time.monotonic() - started_s > _LONG_ENOUGH_S:
            pause_s = _FIRST_PAUSE_S
        await clock.sleep(pause_s)
        pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)


def _first_words(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"[:120]
