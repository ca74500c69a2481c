"""What routes share: the context of a request, answers in JSON or GeoJSON, conditional requests, page links."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Header, Query
from pydantic import TypeAdapter
from starlette.requests import HTTPConnection, Request  # noqa: TC002 - read by FastAPI at run time
from starlette.responses import Response

from gis.time import parse_time
from twin.api.context import Deps
from twin.api.problems import BadRequestError, StaleError, UnmatchedError
from twin.api.selection import MAX_LIMIT, Box, parse_box
from twin.api.wire import Feature, FeatureCollection, Link, Wire

JSON = "application/json"
GEOJSON = "application/geo+json"
PREFIX = "/api/v1"
_SEVERAL: TypeAdapter[Sequence[Wire]] = TypeAdapter(Sequence[Wire])


def deps_of(connection: HTTPConnection) -> Deps:
    """What the application was given."""
    deps: Deps = connection.app.state.deps
    return deps


TheDeps = Annotated[Deps, Depends(deps_of)]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Most items of a page.")]
After = Annotated[str | None, Query(max_length=300, description="Where the page begins; taken from `next`.")]
Words = Annotated[str | None, Query(max_length=100, description="Text to find in code or names, either language.")]
Subjects = Annotated[list[str] | None, Query(max_length=1000, description="Only these people, vehicles or tags.")]
IfMatch = Annotated[str | None, Header(description="ETag of the version that was read.")]
InstantText = Annotated[str | None, Query(max_length=40, description="ISO 8601 time with zone, or epoch milliseconds.")]


def box_of(
    bbox: Annotated[str | None, Query(max_length=200, description="west,south,east,north")] = None,
) -> Box | None:
    """The bounding box of a request."""
    return parse_box(bbox)


TheBox = Annotated[Box | None, Depends(box_of)]


def instant(value: str | None, name: str, default_ns: int) -> int:
    """A time of a request as UTC ns.

    Raises:
        BadRequestError: naive or unreadable.
    """
    if value is None:
        return default_ns
    # A plus sign of a zone arrives as a blank when it was not encoded.
    text = value.strip().replace(" ", "+") if "T" in value else value
    try:
        number = float(text)
    except ValueError:
        return int(parse_time(text))
    try:
        return int(parse_time(number))
    except (ValueError, OverflowError) as error:
        raise BadRequestError(f"{name} is no time", "bad_time", parameter=name) from error


def span(
    from_text: str | None, to_text: str | None, now_ns: int, default_s: float, longest_s: float
) -> tuple[int, int]:
    """A stretch of time [from, to) of a request; by default the last `default_s` seconds.

    Raises:
        BadRequestError: ends before it begins, or is longer than `longest_s`.
    """
    to_ns = instant(to_text, "to", now_ns)
    from_ns = instant(from_text, "from", to_ns - round(default_s * 1e9))
    if to_ns <= from_ns:
        raise BadRequestError("to must be after from", "empty_span")
    if to_ns - from_ns > longest_s * 1e9:
        raise BadRequestError(f"at most {longest_s:g} s at once", "span_too_long", longest_s=longest_s)
    return from_ns, to_ns


def answer(model: Wire, request: Request | None = None, etag: str | None = None, status: int = 200) -> Response:
    """A model as JSON; 304 when the reader has this version already."""
    return _conditional(model.model_dump_json().encode(), JSON, request, etag, status)


def answer_rows(rows: Sequence[Wire], headers: dict[str, str] | None = None) -> Response:
    """Rows as a bare JSON array."""
    return Response(_SEVERAL.dump_json(rows, serialize_as_any=True), 200, headers, JSON)


def answer_features(
    request: Request, features: list[Feature], total: int, following: str | None, time: str, etag: str | None = None
) -> Response:
    """Features as a GeoJSON page."""
    links = [Link(href=str(request.url), rel="self", type=GEOJSON)]
    if following is not None:
        links.append(Link(href=following, rel="next", type=GEOJSON))
    page = FeatureCollection(
        features=features, links=links, numberMatched=total, numberReturned=len(features), timeStamp=time
    )
    return _conditional(page.model_dump_json(exclude_none=True).encode(), GEOJSON, request, etag, 200)


def _conditional(body: bytes, media_type: str, request: Request | None, etag: str | None, status: int) -> Response:
    headers = {"Cache-Control": "no-cache", "Vary": "Accept"}
    if etag is not None:
        headers["ETag"] = etag
        if request is not None and etag in [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]:
            return Response(None, 304, headers)
    return Response(body, status, headers, media_type)


def mark(*parts: object) -> str:
    """A weak ETag of whatever decides an answer."""
    return f'W/"{sha256(repr(parts).encode()).hexdigest()[:20]}"'


def wants_geojson(request: Request) -> bool:
    """Whether the reader prefers GeoJSON."""
    kinds = [part.split(";")[0].strip().lower() for part in request.headers.get("accept", "").split(",")]
    return GEOJSON in kinds and (JSON not in kinds or kinds.index(GEOJSON) < kinds.index(JSON))


def next_link(request: Request, after: str | None) -> str | None:
    """Address of the next page: this one's with another beginning."""
    if after is None:
        return None
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "after"]
    return f"{request.url.path}?{urlencode([*kept, ('after', after)])}"


def must_match(if_match: str | None, etag: str) -> None:
    """Hold a write to the version its writer saw.

    Raises:
        UnmatchedError: the writer did not say which.
        StaleError: another version holds now.
    """
    if if_match is None:
        raise UnmatchedError("send If-Match with the ETag that was read")
    if etag not in [tag.strip() for tag in if_match.split(",")]:
        raise StaleError("it changed since it was read", etag=etag)


def etag_of(value: Any) -> str:
    """A strong ETag of a version."""
    return f'"{value}"'
