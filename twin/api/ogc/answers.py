"""Answers of the OGC API: landing page, collections and pages of features, as JSON values and bytes (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from gis.time import format_time
from twin.api.ogc import document
from twin.exchange.crs import CRS84

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from twin.api.ogc.sources import Source
    from twin.exchange.crs import Crs

JSON, GEOJSON, HTML = "application/json", "application/geo+json", "text/html"
TITLE = "Plant Twin 危化品厂区数字孪生"
TRACKS = (
    "Tracks of people, vehicles and tags as moving features; `datetime` is the stretch looked at, at most a day, by "
    "default the last ten minutes. The third coordinate is metres above the site plane."
)
Link = dict[str, str]


def link(rel: str, href: str, media: str = JSON, title: str | None = None) -> Link:
    """A web link."""
    made = {"rel": rel, "href": href, "type": media}
    return {**made, "title": title} if title is not None else made


def both_forms(here: str, media: str = JSON) -> list[Link]:
    """The links of an answer to itself and to its page."""
    return [link("self", here, media), link("alternate", f"{here}?f=html", HTML)]


def landing(base: str, more: Iterable[Link] = ()) -> dict[str, Any]:
    """Where to begin."""
    return {
        "title": TITLE,
        "description": "Plants, equipment, zones, fences, sensors, cameras, live positions, alarms and tracks.",
        "links": [
            *both_forms(base),
            link("service-desc", f"{base}/api", document.OPENAPI_TYPE, "API definition"),
            link("conformance", f"{base}/conformance", title="Conformance classes"),
            link("data", f"{base}/collections", title="Collections"),
            *more,
        ],
    }


def collection(
    source: Source,
    base: str,
    crss: Iterable[Crs],
    bounds: tuple[float, float, float, float],
    begin_ns: int | None,
) -> dict[str, Any]:
    """What a collection is and where its items are.

    Args:
        source: the collection.
        base: address of the landing page.
        crss: coordinate systems its items are given in.
        bounds: west, south, east, north of its features.
        begin_ns: begin of the time of its features, UTC ns.
    """
    here = f"{base}/collections/{source.name}"
    extent: dict[str, Any] = {"spatial": {"bbox": [list(bounds)], "crs": CRS84}}
    if source.timed:
        begin = None if begin_ns is None else format_time(begin_ns)
        extent["temporal"] = {
            "interval": [[begin, None]],
            "trs": "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian",
        }
    return {
        "id": source.name,
        "title": source.title,
        "description": source.description,
        "itemType": "feature",
        "extent": extent,
        "crs": [crs.uri for crs in crss],
        "storageCrs": CRS84,
        "links": [
            *both_forms(here),
            link("items", f"{here}/items", GEOJSON, source.title),
            link("items", f"{here}/items?f=html", HTML, source.title),
            link("describedby", f"{here}/schema", document.SCHEMA_TYPE, "What a feature looks like"),
            link(document.QUERYABLES, f"{here}/queryables", document.SCHEMA_TYPE, "Properties to filter by"),
        ],
    }


def tracks(base: str, bounds: Sequence[tuple[float, float, float, float]]) -> dict[str, Any]:
    """What the collection of tracks is and where its items are; `bounds` are those of the plants, degrees."""
    west, south, east, north = zip(*bounds, strict=True) if bounds else ((-180.0,), (-90.0,), (180.0,), (90.0,))
    here = f"{base}/collections/tracks"
    return {
        "id": "tracks",
        "title": "轨迹 Tracks",
        "description": TRACKS,
        "itemType": "movingfeature",
        "updateFrequency": 1000,
        "extent": {
            "spatial": {"bbox": [[min(west), min(south), max(east), max(north)]], "crs": CRS84},
            "temporal": {
                "interval": [[None, None]],
                "trs": "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian",
            },
        },
        "crs": [CRS84],
        "links": [*both_forms(here), link("items", f"{here}/items", GEOJSON, "Moving features")],
    }


def feature_page(features: Sequence[bytes], links: Sequence[Link], matched: int, now_ns: int) -> bytes:
    """A page of features; each is written already."""
    rest = msgspec.json.encode(
        {
            "links": links,
            "numberMatched": matched,
            "numberReturned": len(features),
            "timeStamp": format_time(now_ns),
        }
    )
    return b'{"type":"FeatureCollection","features":[%b],%b' % (b",".join(features), rest[1:])


def one_feature(feature: bytes, links: Sequence[Link]) -> bytes:
    """One feature with its links."""
    return b'%b,"links":%b}' % (feature[:-1], msgspec.json.encode(links))
