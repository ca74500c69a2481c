"""The address of the live connection."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.websockets import WebSocket  # noqa: TC002 - read by FastAPI at run time

from twin.api.answers import deps_of
from twin.api.live import CLOSE_UNKNOWN_PLANT
from twin.api.permissions import Permission, signed_in

PATH = "/ws/v1/live"
PERMISSION = Permission.PEOPLE_VIEW
CLOSE_FORBIDDEN = 4403
router = APIRouter()


@router.websocket(PATH)
async def live(socket: WebSocket, plant: str = "") -> None:
    """Snapshot, then everything that happens in one plant. Close codes are in the AsyncAPI document."""
    deps = deps_of(socket)
    hub = deps.hubs.get(plant)
    await socket.accept()
    if PERMISSION.value not in signed_in(socket).permissions:
        await socket.close(CLOSE_FORBIDDEN, f"needs {PERMISSION.value}")
    elif hub is None:
        await socket.close(CLOSE_UNKNOWN_PLANT, "no such plant")
    else:
        await hub.serve(socket)
