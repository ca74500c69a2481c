"""3D models: the manifest of a plant and the files it names. Files are named by their content, so they never change."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from starlette.responses import FileResponse

from twin.api.answers import TheDeps, mark
from twin.api.permissions import Permission, permitted
from twin.api.problems import MissingError
from twin.api.schemas import ModelsManifest

if TYPE_CHECKING:
    from pathlib import Path

router = APIRouter(tags=["models"])
files = APIRouter(tags=["models"])
GLB = "model/gltf-binary"
IMMUTABLE = "public, max-age=31536000, immutable"
_SHA256 = re.compile(r"[0-9a-f]{64}")


@router.get("/plants/{plant}/models", response_model=ModelsManifest, **permitted(Permission.PLANT_VIEW))
def manifest(request: Request, deps: TheDeps, plant: str) -> Response:
    """Which models stand where. Built when a plant is imported; 404 until then."""
    deps.model(plant)
    found = next((path for path in _manifests(deps.models_dir, plant) if path.is_file()), None)
    if found is None:
        raise MissingError(f"the models of {plant} are not built yet", "models_not_built", plant=plant)
    status = found.stat()
    etag = mark(found, status.st_mtime_ns, status.st_size)
    headers = {"ETag": etag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == etag:
        return Response(None, 304, headers)
    return Response(found.read_bytes(), 200, headers, "application/json")


@files.get("/models/{sha}.glb", response_class=FileResponse, **permitted(Permission.PLANT_VIEW))
def model_file(deps: TheDeps, sha: str) -> Response:
    """One model as GLB: metres, Y up, normals, vertex colours."""
    if _SHA256.fullmatch(sha) is None:
        raise MissingError("a model is named by its SHA-256", "unknown_model")
    name = f"{sha}.glb"
    places = (deps.models_dir / name, *(hub / name for hub in _subdirectories(deps.models_dir)))
    found = next((path for path in places if path.is_file()), None)
    if found is None:
        raise MissingError("no such model", "unknown_model")
    return FileResponse(found, media_type=GLB, headers={"Cache-Control": IMMUTABLE, "ETag": f'"{sha}"'})


def _manifests(models_dir: Path, plant: str) -> tuple[Path, ...]:
    # The plant is known, so its code is no path of somebody's choosing.
    return models_dir / plant / "manifest.json", models_dir / f"{plant}.json", models_dir / "manifest.json"


def _subdirectories(models_dir: Path) -> list[Path]:
    return sorted(path for path in models_dir.iterdir() if path.is_dir()) if models_dir.is_dir() else []
