"""Fences from and to other people's drawings. Reading a file stores nothing: what it holds is looked at first."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Annotated, Any

import shapely
from fastapi import APIRouter, Query, Request, Response
from pyproj import CRS

from gis.plant import Code  # noqa: TC001 - read by FastAPI at run time
from twin.api.answers import TheDeps, answer
from twin.api.fence_schemas import FenceImportRecord, ImportedFence
from twin.api.permissions import Permission, permitted
from twin.api.problems import MissingError, RefusedError
from twin.api.routes.fence_drafts import fault_records, sigma_m
from twin.fencing import gdal
from twin.fencing.check import check_fence
from twin.fencing.drawings import (
    LONLAT,
    MOST_AREAS,
    SITE,
    Drawn,
    Kind,
    areas_of,
    body_from,
    code_from,
    from_lonlat,
    guessed_crs,
    is_binary_dxf,
    is_possible,
    is_treacherous,
    kind_of,
    named_crs,
    outlines_of,
    properties_of,
)

if TYPE_CHECKING:
    from gis.plant import Fence
    from twin.api.context import Deps

router = APIRouter(tags=["fence files"])
MAX_FILE_BYTES = 16_000_000
IMPORTS = "/fence-imports"
_TYPES: dict[Kind, tuple[str, str]] = {
    "geojson": ("application/geo+json", "geojson"),
    "kml": ("application/vnd.google-earth.kml+xml", "kml"),
    "shapefile": ("application/zip", "zip"),
    "dxf": ("image/vnd.dxf", "dxf"),
}
Crs = Annotated[
    str, Query(max_length=20, pattern=r"^(auto|CRS84|SITE|GK|EPSG:\d{4,6})$", description="Coordinates of the file.")
]


@router.post("/plants/{plant}/fence-imports", response_model=FenceImportRecord, **permitted(Permission.FENCE_EDIT))
async def read_fences(request: Request, deps: TheDeps, plant: str, crs: Crs = "auto") -> Response:
    """Look into a file (GeoJSON, KML, zipped Shapefile, DXF): its areas, each judged as a fence. Stores nothing."""
    model = deps.model(plant)
    content = await request.body()
    kind = kind_of(content)
    if kind is None:
        raise RefusedError("neither GeoJSON, KML, zipped Shapefile nor DXF", "file_unknown")
    if kind == "dxf" and is_binary_dxf(content):
        raise RefusedError("binary DXF is not read; save it as text DXF", "dxf_binary")
    if kind == "kml" and is_treacherous(content):
        raise RefusedError("XML with entities of its own is not read", "file_treacherous")
    told = await gdal.ask({"do": "read", "kind": kind, "content": base64.b64encode(content).decode()})
    if "refused" in told:
        raise RefusedError("the file cannot be read", told["refused"])
    frame = model.plant.head.frame
    shapes = [Drawn(shapely.from_wkt(one["wkt"]), one["said"], one["layer"] or "") for one in told["shapes"]]
    said = told["crs"]
    warnings = [] if told["encoding_known"] else ["encoding_guessed"]
    if said is not None and not is_possible(shapes, said):
        said = None
        warnings.append("crs_impossible")
    guessed = crs == "auto" and said is None
    used = guessed_crs(shapes, frame) if guessed else named_crs(said if crs == "auto" else crs, frame)
    if used is None:
        raise RefusedError(f"no coordinates are called {crs}", "crs_unknown", crs=crs)
    areas, passed = areas_of(shapes, kind, LONLAT if used == "EPSG:4326" else used, frame)
    taken: set[str] = set()
    sigma = sigma_m(deps, plant)
    items = []
    for number, area in enumerate(areas[:MOST_AREAS], 1):
        code = code_from(area, number, taken)
        known = model.directory.fences.get(code)
        body = body_from(area, known)
        _, faults = check_fence(model.plant, code, body, deps.clock.now_ns(), sigma)
        items.append(
            ImportedFence(
                number=number,
                code=code,
                exists=known is not None,
                body=body,
                faults=fault_records(faults),
                layer=area.layer,
            )
        )
    return answer(
        FenceImportRecord(
            kind=kind,
            crs=None if said is None else _short(said),
            used=_short(used),
            guessed=guessed,
            items=items,
            passed_over=passed,
            broken=told["broken"],
            encoding=told["encoding"],
            warnings=warnings + (["too_many_areas"] if len(areas) > MOST_AREAS else []),
        )
    )


@router.get("/plants/{plant}/fence-exports/{kind}", **permitted(Permission.PLANT_VIEW))
async def write_fences(
    deps: TheDeps,
    plant: str,
    kind: Kind,
    crs: Annotated[str, Query(max_length=20, pattern=r"^(CRS84|EPSG:4490|GK|SITE)$")] = "CRS84",
    code: Annotated[Code | None, Query(description="Only this fence.")] = None,
) -> Response:
    """The fences in force as a file. KML is always in WGS 84 degrees; site metres are for DXF."""
    directory = deps.model(plant).directory
    fences = list(directory.fences.values()) if code is None else [directory.fences.get(code)]
    wanted = [fence for fence in fences if fence is not None]
    if not wanted:
        raise MissingError("no such fence", "unknown_record", collection="fences", record=code or "")
    used = LONLAT if kind == "kml" else named_crs(crs, directory.plant.head.frame)
    assert used is not None
    if used == SITE and kind != "dxf":
        raise RefusedError("site metres have no name that other programs know; use DXF", "crs_unknown", crs=crs)
    told = await gdal.ask(
        {
            "do": "write",
            "kind": kind,
            "crs": {LONLAT: "OGC:CRS84", SITE: None}.get(used, used),
            "shapes": _shapes(deps, plant, wanted, kind, used),
        }
    )
    if "refused" in told:
        raise RefusedError("the file cannot be written", told["refused"])
    media_type, suffix = _TYPES[kind]
    name = f"{plant}-{code or 'fences'}.{suffix}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(base64.b64decode(told["content"]), 200, headers, media_type)


def _shapes(deps: Deps, plant: str, fences: list[Fence], kind: Kind, used: str) -> list[dict[str, Any]]:
    frame = deps.model(plant).plant.head.frame
    return [
        {"wkt": shapely.to_wkt(outline, rounding_precision=-1), "said": properties_of(fence, kind)}
        for fence in fences
        for outline in outlines_of(from_lonlat(fence.geometry, used, frame), kind)
    ]


def _short(crs: str) -> str:
    """A name of a system a person knows, rather than its definition."""
    if crs in (LONLAT, SITE):
        return crs
    found = CRS.from_user_input(crs)
    authority = found.to_authority()
    return f"{authority[0]}:{authority[1]}" if authority is not None else found.name
