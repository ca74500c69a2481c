"""Everything that can go wrong with a request, as one tree and one table to HTTP (RFC 9457).

ApiError
├── BadRequestError          400  a parameter or header that cannot be understood
├── ForbiddenError           403  the principal lacks the permission, or the request comes from another site
├── MissingError             404  no such plant, record, page
├── ConflictError            409  what is asked for cannot be as things stand
├── StaleError               412  `If-Match` names a version that no longer holds
├── UnmatchedError           428  a write without `If-Match`
├── RefusedError             422  a body that says something impossible
└── UnavailableError         503  the database is away or the twin is busy: repeat later
"""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from gis.errors import StaleVersionError, StoreError, StoreUnavailableError, TimeError, TwinError, UnknownPlantError
from twin.api.wire import FieldFault, Problem
from twin.exchange.errors import CrsError, ExchangeError, FilterError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import FastAPI
    from starlette.requests import Request

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 2
_log = logging.getLogger(__name__)


class ApiError(TwinError):
    """A request that is not answered as asked.

    Args:
        detail: what is wrong, in English, for whoever wrote the request.
        code: stable name of the fault; screens translate it.
        params: what the sentence needs.
    """

    def __init__(self, detail: str, code: str | None = None, **params: str | float | bool | None) -> None:
        super().__init__(detail)
        self.code = code or _TABLE[type(self)][1]
        self.params = params


class BadRequestError(ApiError):
    """A parameter or header that cannot be understood."""


class ForbiddenError(ApiError):
    """The principal lacks the permission, or the request comes from another site."""


class MissingError(ApiError):
    """No such plant, record or page."""


class ConflictError(ApiError):
    """What is asked for cannot be as things stand."""


class StaleError(ApiError):
    """`If-Match` names a version that no longer holds."""


class UnmatchedError(ApiError):
    """A write without `If-Match`."""


class RefusedError(ApiError):
    """A body that says something impossible."""


class UnavailableError(ApiError):
    """The database is away or the twin is busy."""


# Error → status and code. A subclass is looked up before its parents.
_TABLE: dict[type[Exception], tuple[HTTPStatus, str]] = {
    BadRequestError: (HTTPStatus.BAD_REQUEST, "bad_request"),
    ForbiddenError: (HTTPStatus.FORBIDDEN, "forbidden"),
    MissingError: (HTTPStatus.NOT_FOUND, "not_found"),
    ConflictError: (HTTPStatus.CONFLICT, "conflict"),
    StaleError: (HTTPStatus.PRECONDITION_FAILED, "stale"),
    UnmatchedError: (HTTPStatus.PRECONDITION_REQUIRED, "if_match_required"),
    RefusedError: (HTTPStatus.UNPROCESSABLE_ENTITY, "refused"),
    UnavailableError: (HTTPStatus.SERVICE_UNAVAILABLE, "unavailable"),
    TimeError: (HTTPStatus.BAD_REQUEST, "bad_time"),
    CrsError: (HTTPStatus.BAD_REQUEST, "unknown_crs"),
    FilterError: (HTTPStatus.BAD_REQUEST, "bad_filter"),
    ExchangeError: (HTTPStatus.BAD_REQUEST, "bad_request"),
    UnknownPlantError: (HTTPStatus.NOT_FOUND, "unknown_plant"),
    StaleVersionError: (HTTPStatus.PRECONDITION_FAILED, "stale"),
    StoreUnavailableError: (HTTPStatus.SERVICE_UNAVAILABLE, "database_down"),
    StoreError: (HTTPStatus.INTERNAL_SERVER_ERROR, "store"),
}
DESCRIPTIONS: dict[int | str, dict[str, Any]] = {
    int(status): {
        "description": status.phrase,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for status, _ in _TABLE.values()
    if status is not HTTPStatus.INTERNAL_SERVER_ERROR
}


def problem_response(
    status: int,
    code: str,
    detail: str,
    instance: str,
    params: dict[str, Any] | None = None,
    errors: Sequence[FieldFault] = (),
) -> Response:
    """Problem details as a response."""
    try:
        title = HTTPStatus(status).phrase
    except ValueError:
        title = "Error"
    problem = Problem(
        type=f"urn:plant-twin:problem:{code}",
        title=title,
        status=status,
        detail=detail,
        instance=instance,
        code=code,
        params=params or {},
        errors=list(errors),
    )
    headers = {"Cache-Control": "no-store"}
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(RETRY_AFTER_S)
    return Response(problem.model_dump_json(), status, headers, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Answer every error of the table, bad input and the unexpected with problem details."""
    for kind in (ApiError, TimeError, StoreError, ExchangeError):
        app.add_exception_handler(kind, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


async def _known(request: Request, error: Exception) -> Response:
    status, code = next(_TABLE[kind] for kind in type(error).__mro__ if kind in _TABLE)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.warning("%s %s: %s", request.method, request.url.path, error)
    if isinstance(error, ApiError):
        return problem_response(status, error.code, str(error), request.url.path, error.params)
    # What a database says may name hosts and accounts: it goes to the log, not to the screen.
    detail = (
        status.phrase if isinstance(error, StoreError) and status >= HTTPStatus.INTERNAL_SERVER_ERROR else str(error)
    )
    return problem_response(status, code, detail, request.url.path)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = [
        FieldFault(
            field=".".join(str(part) for part in fault["loc"]), code=str(fault["type"]), detail=str(fault["msg"])[:500]
        )
        for fault in error.errors()[:50]
    ]
    detail = "; ".join(f"{fault.field}: {fault.detail}" for fault in faults[:5])
    # OGC API standards ask for 400 whatever is wrong with a parameter.
    standard = request.url.path.startswith("/ogc")
    status = HTTPStatus.BAD_REQUEST if standard else HTTPStatus.UNPROCESSABLE_ENTITY
    return problem_response(status, "invalid", detail, request.url.path, errors=faults)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = HTTPStatus(error.status_code).name.lower()
    response = problem_response(error.status_code, code, str(error.detail), request.url.path)
    response.headers.update(error.headers or {})
    return response


async def _unexpected(request: Request, error: Exception) -> Response:
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return problem_response(
        HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "an unexpected error; it is in the log", request.url.path
    )
