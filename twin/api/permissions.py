"""What a route asks of whoever calls it. Every route names one permission; OpenAPI shows it as `x-permission`.

Accounts do not exist yet: whoever reaches the twin is the demonstration's operator on duty, who may do everything
the product does today.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from fastapi import Depends
from starlette.requests import HTTPConnection  # noqa: TC002 - read by FastAPI at run time

from gis.plant import Names
from twin.api.live_schemas import Principal
from twin.api.problems import DESCRIPTIONS, ForbiddenError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

KEY = "x-permission"


class Permission(StrEnum):
    """What somebody may do."""

    PUBLIC = "public"
    HEALTH_VIEW = "health.view"
    PLANT_VIEW = "plant.view"
    PEOPLE_VIEW = "people.view"
    HISTORY_VIEW = "history.view"
    ALARM_VIEW = "alarm.view"
    ALARM_ACKNOWLEDGE = "alarm.acknowledge"
    MUSTER_RUN = "muster.run"
    ALARM_SHELVE = "alarm.shelve"
    ALARM_RESET = "alarm.reset"
    ALARM_HANDLE = "alarm.handle"
    ALARM_SERVICE = "alarm.service"
    FENCE_EDIT = "fence.edit"
    COMMISSIONING_VIEW = "commissioning.view"


@dataclass(frozen=True)
class Requirement:
    """Lets a request pass when its principal has the permission, and gives the principal."""

    permission: Permission

    async def __call__(self, connection: HTTPConnection) -> Principal:
        """Check the permission.

        Raises:
            ForbiddenError: the principal lacks it.
        """
        principal = signed_in(connection)
        if self.permission is not Permission.PUBLIC and self.permission.value not in principal.permissions:
            raise ForbiddenError(f"needs {self.permission.value}", permission=self.permission.value)
        return principal


OPERATOR = Principal(
    id="operator",
    names=Names(zh="值班操作员（演示）", en="Operator on duty (demonstration)"),
    permissions=[permission.value for permission in Permission],
)


def signed_in(connection: HTTPConnection) -> Principal:
    """Who sent a request."""
    sign_in: Callable[[HTTPConnection], Principal] = connection.app.state.sign_in
    return sign_in(connection)


def operator_on_duty(_connection: HTTPConnection) -> Principal:
    """The demonstration's way to sign in: everybody is the operator on duty."""
    return OPERATOR


def requires(permission: Permission) -> Callable[..., Awaitable[Principal]]:
    """The dependency that checks a permission; as a parameter it gives the principal."""
    return Requirement(permission)


def permitted(permission: Permission) -> dict[str, Any]:
    """Keyword arguments of a route that needs a permission."""
    return {
        "dependencies": [Depends(requires(permission))],
        "openapi_extra": {KEY: permission.value},
        "responses": DESCRIPTIONS,
    }
