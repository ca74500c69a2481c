"""The catalogue of alarm kinds."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter, Request, Response

from twin.alarm_catalogue import CATALOGUE
from twin.api.alarm_desk_schemas import AlarmCatalogue, AlarmKindRecord
from twin.api.answers import answer, mark
from twin.api.permissions import Permission, permitted

router = APIRouter(tags=["alarms"])
_TOLD = AlarmCatalogue(
    kinds=[
        AlarmKindRecord.model_validate({name: getattr(kind, name) for name in msgspec.structs.asdict(kind)})
        for kind in CATALOGUE.values()
    ]
)
_ETAG = mark(_TOLD.model_dump_json())


@router.get("/alarm-catalogue", response_model=AlarmCatalogue, **permitted(Permission.ALARM_VIEW))
async def alarm_catalogue(request: Request) -> Response:
    """Every kind of alarm: name, sentence, cause, consequence, action, time to respond, in both languages."""
    return answer(_TOLD, request, _ETAG)
