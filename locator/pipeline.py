"""From messages to fixes: refuse or queue each message, then estimate everything queued in one call. Pure.

Times are arguments, nothing is read from outside, and nothing is kept across plants but counters.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from gis.errors import FrameError
from gis.fix import FixBatch
from gis.helmert import EngineFrame, engine_frame
from gis.messages import STRICT, TimeTolerance
from gis.refusal import Refusal, RefusalReason
from locator import codec
from locator.adapters.port import Taken
from locator.clocks import ClockHealth, ClockWatch
from locator.duplicates import Duplicates
from locator.estimator import layout as at
from locator.estimator.anchors import AnchorHealth, Anchors, AnchorWatch
from locator.estimator.bank import (
    CALIBRATED_FLOOR_M,
    LONGEST_EPOCH,
    UNCALIBRATED_FLOOR_M,
    VEHICLE_Q,
    WALKING_Q,
    FilterBank,
    Results,
)
from locator.measurements import Measurement, Position, Ranges
from locator.warm import warm_up

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from gis.plant import Engine, Plant
    from locator.adapters.port import Adapter

POSITION_SIGMA_M = 0.3
"""Standard deviation of an engine's own position where it states none, metres."""
TOPICS_KEPT = 10_000


@dataclass
class Counters:
    """What came and what became of it; received = accepted + all rejected.

    Elements of an array count one by one. A single range refused out of a message that is otherwise taken counts as
    one more thing received and rejected.
    """

    received: int = 0
    accepted: int = 0
    rejected: Counter[RefusalReason] = field(default_factory=Counter)
    late: int = 0
    """Accepted, but more than a second behind the tag's newest fix and not worth a place in the history."""


@dataclass(slots=True)
class _Tag:
    row: int
    height_m: float
    carry_m: float


def _frame(engine: Engine) -> EngineFrame | None:
    """The engine's frame; None where its control points fit none, so that only its own positions are refused."""
    try:
        return engine_frame(engine)
    except FrameError:
        return None


class _EngineFilters:
    """All filters of one engine of one plant."""

    def __init__(self, plant: Plant, engine: Engine) -> None:
        self.plant = plant.head.code
        self.code = engine.code
        self.anchors = Anchors()
        self.watch = AnchorWatch()
        self.bank = FilterBank(self.anchors, watch=self.watch)
        self.duplicates = Duplicates()
        self.clock = ClockWatch()
        self._tags: dict[str, _Tag] = {}
        self._names: list[str] = []
        self.take(plant, engine)

    def take(self, plant: Plant, engine: Engine) -> None:
        """Follow the plant's records: anchors, tags, levels. Filters that run go on."""
        self.frame = _frame(engine)
        self._levels = {level.code: level.z_m for level in plant.levels}
        self._ground_m = min(self._levels.values(), key=abs, default=0.0)
        self._carry = {tag.code: tag.carry_height_m for tag in plant.tags}
        self._vehicles = {a.tag for a in plant.assignments if a.vehicle is not None and a.valid_to is None}
        self._vehicles |= {tag.code for tag in plant.tags if tag.tag_kind == "vehicle"}
        here = set()
        frame = plant.head.frame
        for asset in plant.assets_of("anchor"):
            anchor = asset.attributes
            if anchor.kind != "anchor" or anchor.engine != engine.code:
                continue
            x, y = frame.to_site(*asset.geometry.centroid.coords[0][:2])
            floor = CALIBRATED_FLOOR_M if anchor.bias_m != 0.0 else UNCALIBRATED_FLOOR_M
            place = (float(x), float(y), asset.base_m + anchor.antenna_m)
            self.anchors.put(asset.code, place, anchor.bias_m, anchor.sigma_m, floor)
            here.add(asset.code)
        self.known = codec.Known(frozenset(self._carry), frozenset(here), frozenset(self._levels))
        for code, tag in self._tags.items():
            tag.carry_m = self._carry.get(code, tag.carry_m)
            tag.height_m = self._ground_m + tag.carry_m

    def queue(self, measurement: Measurement) -> None:
        """Hand one measurement to the bank."""
        tag = self._tags.get(measurement.tag) or self._begin(measurement.tag)
        number = self.anchors.number
        if isinstance(measurement, Ranges):
            anchors = list(map(number.__getitem__, measurement.anchors))
            self.bank.add_ranges(tag.row, measurement.t_ns, anchors, measurement.d_m, tag.height_m)
        elif isinstance(measurement, Position):
            self._queue_position(tag, measurement)
        else:
            a = [number[code] for code in measurement.a]
            b = [number[code] for code in measurement.b]
            self.bank.add_differences(tag.row, measurement.t_ns, a, b, measurement.d_m, tag.height_m)

    def _queue_position(self, tag: _Tag, position: Position) -> None:
        assert self.frame is not None, "positions of an engine without a frame are refused"
        height = tag.height_m
        if position.z_m is not None:
            height = position.z_m + self.frame.dz_m
        elif position.floor is not None:
            height = self._levels[position.floor] + tag.carry_m
        variance = POSITION_SIGMA_M**2
        cov = self.frame.covariance_to_site(position.cov_m2 or (variance, 0.0, variance)).tolist()
        x, y = self.frame.to_site((position.x_m, position.y_m)).tolist()
        self.bank.add_position(tag.row, position.t_ns, x, y, (cov[0], cov[1], cov[2]), height)

    def _begin(self, code: str) -> _Tag:
        carry = self._carry[code]
        row = self.bank.add_tag(VEHICLE_Q if code in self._vehicles else WALKING_Q)
        self._names.append(code)
        tag = self._tags[code] = _Tag(row, self._ground_m + carry, carry)
        return tag

    def flush(self) -> tuple[FixBatch | None, int]:
        """Fixes of everything queued, and how many measurements came too late to make one."""
        if not len(self.bank):
            return None, 0
        results = self.bank.run()
        made = (results.verdict < 2) | (results.values[:, at.O_STATUS] < at.LOST)
        late = int(len(made) - made.sum())
        if not made.any():
            return None, late
        batch = self._batch(results, made)
        self._attend(batch)
        return batch, late

    def _attend(self, batch: FixBatch) -> None:
        """Where people are known to be, anchors are expected to be heard."""
        sure = batch.status <= at.DEGRADED
        if sure.any():
            self.watch.stood(batch.xyz_m[sure, :2], int(batch.t_ns.max()), self.anchors)

    def _batch(self, results: Results, made: NDArray[np.bool_]) -> FixBatch:
        v = results.values[made]
        names = self._names
        return FixBatch(
            plant=self.plant,
            engine=self.code,
            tag=[names[row] for row in results.row[made].tolist()],
            t_ns=results.t_ns[made],
            xyz_m=np.ascontiguousarray(v[:, at.O_X : at.O_Z + 1]),
            cov_m2=np.ascontiguousarray(v[:, at.O_XX : at.O_YY + 1]),
            velocity_mps=np.ascontiguousarray(v[:, at.O_VX : at.O_VY + 1]),
            sigma_z_m=np.ascontiguousarray(v[:, at.O_SIGMA_Z]),
            p_still=np.ascontiguousarray(v[:, at.O_STILL]),
            status=v[:, at.O_STATUS].astype(np.uint8),
            reasons=v[:, at.O_REASONS].astype(np.uint32),
            anchors_used=v[:, at.O_ANCHORS].astype(np.uint8),
        )


class Pipeline:
    """Everything between the broker and the bus, without either. Not for several threads at once.

    Args:
        plants: by plant code.
        tolerance: how far event time and arrival may differ.
    """

    def __init__(self, plants: Mapping[str, Plant], tolerance: TimeTolerance = STRICT) -> None:
        self.counters = Counters()
        self.refusals: list[Refusal] = []
        """The last refusals since they were taken, for the log; at most 100, the newest are not kept beyond."""
        # Compiling in the middle of the first flush would hold up everything for seconds.
        warm_up()
        self._tolerance = tolerance
        self._filters: dict[str, dict[str, _EngineFilters]] = {}
        self._routes: dict[str, tuple[str, _EngineFilters]] = {}
        for plant in plants.values():
            self.replace_plant(plant)

    def replace_plant(self, plant: Plant) -> None:
        """Take a plant's records in place of what was known of it; running filters of its engines go on."""
        running = self._filters.get(plant.head.code, {})
        engines: dict[str, _EngineFilters] = {}
        for engine in plant.engines:
            filters = running.get(engine.code)
            if filters is None:
                engines[engine.code] = _EngineFilters(plant, engine)
            else:
                filters.take(plant, engine)
                engines[engine.code] = filters
        self._filters[plant.head.code] = engines
        self._routes.clear()

    def accept(self, topic: str, payload: bytes, received_ns: int) -> None:
        """Read one message and queue what is good in it; the rest is counted.

        Tags' own reports (`…/uwb/{engine}/tag`) carry no measurement and are left to telemetry, uncounted.

        Args:
            topic: `twin/v1/{plant}/uwb/{engine}/{ranges|tdoa|fix}`.
            payload: JSON, UTF-8.
            received_ns: arrival, UTC nanoseconds.
        """
        route = self._routes.get(topic)
        if route is None:
            found = self._route(topic)
            if isinstance(found, Refusal):
                self._refuse([found])
                return
            if found is None:
                return
            route = found
        kind, filters = route
        good, bad = codec.decode(kind, topic, payload, received_ns, filters.known, self._tolerance)
        self._take(kind, filters, good, bad, topic, received_ns)

    def accept_from(
        self, adapter: Adapter, plant: str, engine: str, topic: str, payload: bytes, received_ns: int
    ) -> Taken:
        """Read one message of a vendor's engine and queue what is good in it; the rest is counted.

        Args:
            adapter: of this feed.
            plant: code of the plant that the feed belongs to.
            engine: code of its engine there.
            topic: where the message came from, for the adapter and the refusals.
            payload: as the vendor sent it.
            received_ns: arrival, UTC nanoseconds.

        Returns:
            What the adapter took; its measurements and refusals are dealt with already.
        """
        filters = self._filters.get(plant, {}).get(engine)
        if filters is None:
            reason = RefusalReason.UNKNOWN_ENGINE if plant in self._filters else RefusalReason.UNKNOWN_PLANT
            self._refuse([Refusal(reason, topic, f"{plant}/{engine}")])
            return Taken()
        taken = adapter.decode(topic, payload, received_ns, filters.known)
        self._take("vendor", filters, taken.measurements, taken.refusals, topic, received_ns)
        return taken

    def _take(
        self,
        kind: str,
        filters: _EngineFilters,
        good: list[Measurement],
        bad: list[Refusal],
        topic: str,
        received_ns: int,
    ) -> None:
        if good:
            filters.clock.note(good[-1].t_ns, received_ns)
        duplicates = filters.duplicates
        counters = self.counters
        taken = 0
        for measurement in good:
            if duplicates.seen((kind, measurement.tag, measurement.seq), received_ns):
                bad.append(Refusal(RefusalReason.DUPLICATE, topic, f"{measurement.tag}: {measurement.seq}"))
                continue
            if isinstance(measurement, Position):
                if filters.frame is None:
                    bad.append(Refusal(RefusalReason.UNKNOWN_ENGINE, topic, "its control points fit no frame"))
                    continue
            elif len(measurement.d_m) > LONGEST_EPOCH:
                bad.append(Refusal(RefusalReason.TOO_LARGE, topic, f"{len(measurement.d_m)} ranges"))
                continue
            filters.queue(measurement)
            taken += 1
        counters.accepted += taken
        counters.received += taken
        if bad:
            self._refuse(bad)

    def flush(self, now_ns: int) -> list[FixBatch]:  # noqa: ARG002 - the port's signature; silence is the core's to judge
        """Fixes of everything accepted since the last call, one batch per engine that has any."""
        batches = []
        for engines in self._filters.values():
            for filters in engines.values():
                batch, late = filters.flush()
                self.counters.late += late
                if batch is not None:
                    batches.append(batch)
        return batches

    def anchor_health(self, plant: str, now_ns: int) -> dict[str, list[AnchorHealth]]:
        """How the anchors of each engine of a plant do; empty for a plant unknown here."""
        engines = self._filters.get(plant, {})
        return {code: filters.watch.health(filters.anchors, now_ns) for code, filters in engines.items()}

    def clock_health(self, plant: str) -> dict[str, ClockHealth]:
        """How the clocks of a plant's engines stand against ours; engines never heard are left out."""
        found = {code: filters.clock.health() for code, filters in self._filters.get(plant, {}).items()}
        return {code: health for code, health in found.items() if health is not None}

    def _route(self, topic: str) -> tuple[str, _EngineFilters] | Refusal | None:
        where = codec.read_topic(topic)
        if isinstance(where, Refusal):
            return where
        engines = self._filters.get(where.plant)
        if engines is None:
            return Refusal(RefusalReason.UNKNOWN_PLANT, topic, where.plant[:64])
        filters = engines.get(where.engine)
        if filters is None:
            return Refusal(RefusalReason.UNKNOWN_ENGINE, topic, where.engine[:64])
        if where.kind == "tag":
            return None
        if len(self._routes) >= TOPICS_KEPT:
            self._routes.clear()
        self._routes[topic] = (where.kind, filters)
        return self._routes[topic]

    def _refuse(self, refusals: list[Refusal]) -> None:
        self.counters.received += len(refusals)
        for refusal in refusals:
            self.counters.rejected[refusal.reason] += 1
            if len(self.refusals) < 100:
                self.refusals.append(refusal)

    def take_refusals(self) -> list[Refusal]:
        """The refusals since the last call, for the log: the first hundred of them."""
        taken, self.refusals = self.refusals, []
        return taken
