"""Why a message from outside was refused. Refusals are values: counted per reason, never raised, never guessed away."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class RefusalReason(StrEnum):
    """The reasons counted under `ingest.rejected` of `/api/v1/health`."""

    NOT_JSON = "not_json"
    WRONG_TYPE = "wrong_type"
    MISSING_FIELD = "missing_field"
    NOT_FINITE = "not_finite"
    OUT_OF_RANGE = "out_of_range"
    NAIVE_TIME = "naive_time"
    BAD_TIME = "bad_time"
    FUTURE_TIME = "future_time"
    TOO_OLD = "too_old"
    DUPLICATE = "duplicate"
    UNKNOWN_PLANT = "unknown_plant"
    UNKNOWN_ENGINE = "unknown_engine"
    UNKNOWN_TAG = "unknown_tag"
    UNKNOWN_ANCHOR = "unknown_anchor"
    UNKNOWN_SENSOR = "unknown_sensor"
    UNKNOWN_CAMERA = "unknown_camera"
    UNKNOWN_TOPIC = "unknown_topic"
    TOO_LARGE = "too_large"
    OVERFLOW = "overflow"


class Refusal(msgspec.Struct, frozen=True):
    """One refused message (or one refused part of it)."""

    reason: RefusalReason
    topic: str
    detail: str
