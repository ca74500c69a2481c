"""Quuppa Positioning Engine: solved positions, polled or pushed as JSON over HTTP, UDP or MQTT. Pure.

Since version 7 `{"tagId","location":[x,y,z],"locationRadius","locationTS","locationCoordSysId","locationType",
"locationZoneIds","button1State",…}`; before `{"id","position","smoothedPosition","smoothedPositionAccuracy",
"covarianceMatrix","positionTS","coordinateSystemId","zones"}`; metres, epoch milliseconds. One object, an array, or an
answer with `tags`. Zones that are null mean that the tag is lost; an empty list means located, outside all zones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from gis.messages import Reader, event_time
from gis.refusal import Refusal, RefusalReason
from locator.adapters.port import (
    MAX_ANSWER_BYTES,
    Covariance,
    Identity,
    Sieve,
    Skip,
    TagState,
    Taken,
    round_covariance,
    sigmas_of_radius,
)

if TYPE_CHECKING:
    from locator.codec import Known

_ABSENT = msgspec.UNSET
_PORTION = 200


class _Tag(msgspec.Struct, gc=False, rename="camel"):
    tag_id: str | None = None
    location: list[float] | msgspec.UnsetType | None = _ABSENT
    location_radius: float | None = None
    location_ts: float | None = msgspec.field(default=None, name="locationTS")
    location_coord_sys_id: str | None = None
    location_type: str | None = None
    location_zone_ids: list[str] | msgspec.UnsetType | None = _ABSENT
    button1_state: str | None = msgspec.field(default=None, name="button1State")
    button1_state_ts: float | None = msgspec.field(default=None, name="button1StateTS")
    button2_state: str | None = msgspec.field(default=None, name="button2State")
    button2_state_ts: float | None = msgspec.field(default=None, name="button2StateTS")
    # Before version 7.
    id: str | None = None
    position: list[float] | None = None
    smoothed_position: list[float] | None = None
    smoothed_position_accuracy: float | None = None
    covariance_matrix: list[float] | None = None
    position_ts: float | None = msgspec.field(default=None, name="positionTS")
    coordinate_system_id: str | None = None
    zones: list[msgspec.Raw] | msgspec.UnsetType | None = _ABSENT


class _Answer(msgspec.Struct, gc=False):
    tags: list[msgspec.Raw]


class _Located(msgspec.Struct, gc=False):
    """What both generations say alike."""

    place: list[float] | None
    t_ms: float | None
    frame: str | None
    lost: bool
    radius_m: float | None
    covariance: list[float] | None


_READER = Reader(_Tag)
_ANSWER = msgspec.json.Decoder(_Answer)


class QuuppaAdapter:
    """Positions of one coordinate system of a Quuppa engine.

    Args:
        identity: names and claims.
        coordinate_system: the one that the engine's control points tie to the site; others are somewhere else.
        radius_probability: share of the tags that are inside their stated radius.
        sos_button: the button that calls for help, 1 or 2; None if none does.
    """

    def __init__(
        self,
        identity: Identity,
        coordinate_system: str,
        *,
        radius_probability: float = 0.68,
        sos_button: int | None = None,
    ) -> None:
        self._identity = identity
        self._frame = coordinate_system
        self._radius_sigmas = sigmas_of_radius(radius_probability)
        self._button = sos_button
        self._last_ms: dict[str, float] = {}
        self._pushed: dict[str, bool] = {}

    def decode(self, topic: str, payload: bytes, received_ns: int, known: Known) -> Taken:
        """What is in one message (`Adapter`)."""
        sieve = Sieve(self._identity, topic, received_ns, known)
        tags, bad = self._read(topic, payload)
        sieve.taken.refusals += bad
        for tag in tags:
            vendor_id = tag.tag_id if tag.tag_id is not None else tag.id
            if vendor_id is None:
                sieve.refuse(RefusalReason.MISSING_FIELD, "tagId")
                continue
            code = sieve.tag(vendor_id)
            if code is not None:
                self._button_of(sieve, code, tag)
                self._position_of(sieve, code, tag)
        return sieve.taken

    @staticmethod
    def _read(topic: str, payload: bytes) -> tuple[list[_Tag], list[Refusal]]:
        try:
            answer = len(payload) <= MAX_ANSWER_BYTES and payload.lstrip()[:1] == b"{"
            parts = _ANSWER.decode(payload).tags if answer else None
        except (msgspec.MsgspecError, UnicodeError, RecursionError, ValueError):
            # No answer with `tags`: one tag by itself, or nothing readable, which the reader will say.
            parts = None
        if parts is None:
            return _READER.read(topic, payload)
        tags: list[_Tag] = []
        bad: list[Refusal] = []
        # An answer may tell of more tags at once than a message is long.
        for first in range(0, len(parts), _PORTION):
            portion = b",".join(bytes(part) for part in parts[first : first + _PORTION])
            some, others = _READER.read(topic, b"[" + portion + b"]")
            tags += some
            bad += others
        return tags, bad

    def _position_of(self, sieve: Sieve, code: str, tag: _Tag) -> None:
        told = _new(tag) if tag.tag_id is not None else _old(tag)
        if not self._is_news(sieve, code, tag, told):
            return
        assert told.place is not None
        assert told.t_ms is not None
        self._last_ms[code] = told.t_ms
        t_ns = sieve.timed(code, event_time(told.t_ms, sieve.received_ns, sieve.identity.tolerance), told.t_ms)
        if t_ns is None:
            return
        cov = self._covariance(sieve, code, told)
        if isinstance(cov, RefusalReason):
            return
        z = told.place[2] if len(told.place) == 3 else None
        sieve.position(code, t_ns, t_ns, (told.place[0], told.place[1], z), cov)

    def _is_news(self, sieve: Sieve, code: str, tag: _Tag, told: _Located) -> bool:
        """Whether there is a position, here and not told before; if not, that is counted."""
        if told.lost:
            sieve.skip(Skip.LOST)
        elif tag.location_type not in {None, "position"} or told.place is None:
            sieve.skip(Skip.NO_POSITION)
        elif told.frame is None or told.t_ms is None:
            sieve.refuse(RefusalReason.MISSING_FIELD, f"{code}: coordinate system or time")
        elif told.frame != self._frame:
            sieve.skip(Skip.ELSEWHERE)
        elif len(told.place) not in (2, 3):
            sieve.refuse(RefusalReason.WRONG_TYPE, f"{code}: place of {len(told.place)} numbers")
        elif self._last_ms.get(code) == told.t_ms:
            # Whoever asks twice gets the same answer twice; that is neither news nor a fault, however old it grows.
            sieve.skip(Skip.UNCHANGED)
        else:
            return True
        return False

    def _covariance(self, sieve: Sieve, code: str, told: _Located) -> Covariance | RefusalReason | None:
        """As the engine states it, None if it does not; the reason if what it states is none (and is counted)."""
        if told.covariance is not None:
            if len(told.covariance) != 4:
                sieve.refuse(RefusalReason.WRONG_TYPE, f"{code}: covariance of {len(told.covariance)} numbers")
                return RefusalReason.WRONG_TYPE
            xx, xy, _, yy = told.covariance
            return sieve.covariance(code, xx, xy, yy) or RefusalReason.OUT_OF_RANGE
        if told.radius_m is None:
            return None
        if told.radius_m <= 0.0:
            sieve.refuse(RefusalReason.OUT_OF_RANGE, f"{code}: radius {told.radius_m!r} m")
            return RefusalReason.OUT_OF_RANGE
        xx, xy, yy = round_covariance(told.radius_m / self._radius_sigmas)
        return sieve.covariance(code, xx, xy, yy) or RefusalReason.OUT_OF_RANGE

    def _button_of(self, sieve: Sieve, code: str, tag: _Tag) -> None:
        """The state of the alarm key: always while it is pushed, otherwise when it changes."""
        if self._button is None:
            return
        state = tag.button1_state if self._button == 1 else tag.button2_state
        if state not in {"pushed", "notPushed"}:
            return
        pushed = state == "pushed"
        if not pushed and self._pushed.get(code) is False:
            return
        since_ms = tag.button1_state_ts if self._button == 1 else tag.button2_state_ts
        told_ms = since_ms if since_ms is not None else (tag.location_ts or tag.position_ts)
        if told_ms is None:
            sieve.refuse(RefusalReason.MISSING_FIELD, f"{code}: time of its button")
            return
        t_ns = sieve.timed(code, event_time(told_ms, sieve.received_ns, sieve.identity.tolerance), told_ms)
        if t_ns is not None:
            self._pushed[code] = pushed
            sieve.taken.states.append(TagState(code, t_ns, pushed))


def _new(tag: _Tag) -> _Located:
    place = None if isinstance(tag.location, msgspec.UnsetType) else tag.location
    return _Located(
        place, tag.location_ts, tag.location_coord_sys_id, tag.location_zone_ids is None, tag.location_radius, None
    )


def _old(tag: _Tag) -> _Located:
    """Raw position and its covariance where they are told, else the smoothed position and its accuracy."""
    lost = tag.zones is None
    if tag.position is not None:
        return _Located(tag.position, tag.position_ts, tag.coordinate_system_id, lost, None, tag.covariance_matrix)
    accuracy = tag.smoothed_position_accuracy
    return _Located(tag.smoothed_position, tag.position_ts, tag.coordinate_system_id, lost, accuracy, None)
