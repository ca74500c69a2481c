"""A customer's own model of an asset: GLB, OBJ or STL, checked, stood on its foot, in two levels of detail.

GLB and glTF are Y up by their specification; OBJ and STL are taken as Z up, metres, as plant CAD exports them.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from assets.gltf import encoded
from assets.mesh import Mesh, shaded
from assets.palette import SHELL
from assets.primitives import box
from assets.scene import Levels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assets.mesh import Floats

LARGEST_BYTES = 20 * 1024 * 1024
MOST_TRIANGLES = 200_000
LARGEST_M = 200.0
SMALLEST_M = 0.02
_LOW_TRIANGLES = 400
_CREASE = np.cos(np.radians(40.0))


class Fault(StrEnum):
    """Why a model is not taken."""

    MISSING = "missing"
    FORMAT = "format"
    TOO_MANY_BYTES = "too_many_bytes"
    UNREADABLE = "unreadable"
    EMPTY = "empty"
    TOO_MANY_TRIANGLES = "too_many_triangles"
    NOT_FINITE = "not_finite"
    IMPLAUSIBLE_SIZE = "implausible_size"


_TEXT = {
    Fault.MISSING: "the file is not there · 文件不存在",
    Fault.FORMAT: "only .glb, .obj and .stl are read · 仅支持 .glb、.obj、.stl",
    Fault.TOO_MANY_BYTES: "larger than 20 MB · 超过 20 MB",
    Fault.UNREADABLE: "cannot be read as that format · 无法按该格式读取",
    Fault.EMPTY: "has no triangles · 没有三角面",
    Fault.TOO_MANY_TRIANGLES: "more than 200,000 triangles · 超过 20 万个三角面",
    Fault.NOT_FINITE: "has coordinates that are not finite · 坐标含非有限值",
    Fault.IMPLAUSIBLE_SIZE: (
        "is not between 2 cm and 200 m large; metres are expected · 尺寸应在 2 厘米至 200 米之间（单位：米）"
    ),
}


@dataclass(frozen=True, slots=True)
class Refused:
    """A model that is not taken; its assets keep the parametric one."""

    file: str
    fault: Fault

    @property
    def text(self) -> str:
        """The reason in both languages."""
        return _TEXT[self.fault]


def load_all(directory: Path | None, files: Sequence[str]) -> tuple[dict[str, Levels], list[Refused]]:
    """Every wanted file that is sound, and a reason for each that is not."""
    loaded, refused = {}, []
    for file in files:
        result = load(directory, file)
        if isinstance(result, Refused):
            refused.append(result)
        else:
            loaded[file] = result
    return loaded, refused


def load(directory: Path | None, file: str) -> Levels | Refused:
    """One file from the models directory; a name that leads out of it counts as missing."""
    if directory is None or Path(file).name != file:
        return Refused(file, Fault.MISSING)
    path = directory / file
    try:
        if path.stat().st_size > LARGEST_BYTES:
            return Refused(file, Fault.TOO_MANY_BYTES)
        data = path.read_bytes()
    except OSError:
        return Refused(file, Fault.MISSING)
    return read(file, data)


def read(file: str, data: bytes) -> Levels | Refused:
    """A model from its bytes; pure."""
    suffix = Path(file).suffix.lower().lstrip(".")
    if suffix not in {"glb", "obj", "stl"}:
        return Refused(file, Fault.FORMAT)
    if len(data) > LARGEST_BYTES:
        return Refused(file, Fault.TOO_MANY_BYTES)
    import trimesh  # noqa: PLC0415 - only customers' models need it

    try:
        loaded = trimesh.load_scene(io.BytesIO(data), file_type=suffix, process=False, maintain_order=True)
        parts = [
            (loaded.geometry[name], np.asarray(matrix, float))
            for matrix, name in (loaded.graph[node] for node in loaded.graph.nodes_geometry)
            if isinstance(loaded.geometry[name], trimesh.Trimesh) and len(loaded.geometry[name].faces)
        ]
    except Exception:  # noqa: BLE001 - a foreign file can break its reader in any way; the reason is a value
        return Refused(file, Fault.UNREADABLE)
    if not parts:
        return Refused(file, Fault.EMPTY)
    triangles = np.concatenate([_triangles(part, matrix) for part, matrix in parts])
    colours = np.concatenate([_face_colours(part) for part, _ in parts])
    return _checked(file, triangles, colours, y_up=suffix == "glb")


def _triangles(part: Any, matrix: Floats) -> Floats:
    """(m, 3, 3) corners where the file's scene puts them; a mirroring keeps its faces outside."""
    corners = np.asarray(part.vertices, float) @ matrix[:3, :3].T + matrix[:3, 3]
    triangles = corners[np.asarray(part.faces)]
    return np.asarray(triangles[:, ::-1] if np.linalg.det(matrix[:3, :3]) < 0 else triangles)


def _face_colours(part: Any) -> Floats:
    """(m, 3) sRGB of every triangle: vertex or face colours where there are any, else the material's colour."""
    visual = part.visual
    if visual.kind in {"face", "vertex"}:
        return np.asarray(visual.face_colors, float)[:, :3] / 255.0
    beside = getattr(visual, "vertex_attributes", {}).get("color")
    if beside is not None and len(beside) == len(part.vertices):
        scale = 255.0 if np.issubdtype(np.asarray(beside).dtype, np.integer) else 1.0
        return np.asarray(encoded(np.asarray(beside, float)[part.faces].mean(axis=1)[:, :3] / scale))
    main = getattr(getattr(visual, "material", None), "main_color", None)
    colour = np.asarray(SHELL if main is None else np.asarray(main, float)[:3] / 255.0)
    return np.tile(colour, (len(part.faces), 1))


def _checked(file: str, triangles: Floats, colours: Floats, *, y_up: bool) -> Levels | Refused:
    if len(triangles) > MOST_TRIANGLES:
        return Refused(file, Fault.TOO_MANY_TRIANGLES)
    if not np.isfinite(triangles).all() or not np.isfinite(colours).all():
        return Refused(file, Fault.NOT_FINITE)
    if y_up:
        triangles = triangles[..., [0, 2, 1]] * [1.0, -1.0, 1.0]
    low, high = triangles.min(axis=(0, 1)), triangles.max(axis=(0, 1))
    size = float((high - low).max())
    if not SMALLEST_M <= size <= LARGEST_M:
        return Refused(file, Fault.IMPLAUSIBLE_SIZE)
    foot = np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]])
    triangles = triangles - foot
    area = np.linalg.norm(np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]), axis=1)
    sound = area > 1e-10
    if not sound.any():
        return Refused(file, Fault.EMPTY)
    mesh = creased(triangles[sound], colours[sound])
    return Levels(mesh, mesh if mesh.triangles <= _LOW_TRIANGLES else _coarse(mesh))


def creased(triangles: Floats, colours: Floats) -> Mesh:
    """A mesh from loose triangles, smooth over edges under 40° and sharp over the others.

    Args:
        triangles: (m, 3, 3) corners.
        colours: (m, 3) per triangle.
    """
    cross = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    facing = cross / np.linalg.norm(cross, axis=1, keepdims=True)
    corners = triangles.reshape(-1, 3)
    _, place = np.unique(np.round(corners, 4), axis=0, return_inverse=True)
    place = place.reshape(-1)
    # Sum, at every corner, the faces around its place that turn less than the crease away from its own face.
    owner = np.repeat(np.arange(len(triangles)), 3)
    order = np.argsort(place, kind="stable")
    starts = np.r_[0, np.flatnonzero(np.diff(place[order])) + 1]
    sizes = np.diff(np.r_[starts, len(order)])
    normals = cross[owner].copy()
    group_start, group_size = np.repeat(starts, sizes), np.repeat(sizes, sizes)
    for step in range(1, int(min(sizes.max(), 24))):
        here = order
        local = np.arange(len(order)) - group_start
        other = order[group_start + (local + step) % group_size]
        near = (step < group_size) & (np.einsum("ij,ij->i", facing[owner[here]], facing[owner[other]]) > _CREASE)
        normals[here[near]] += cross[owner[other[near]]]
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    tints = np.repeat(colours, 3, axis=0)
    return shaded(Mesh(corners, normals, tints, np.arange(len(corners)).reshape(-1, 3)), floor=0.85)


def _coarse(mesh: Mesh) -> Mesh:
    """A coarse stand-in: corners moved together on a grid until few triangles are left; a box when that fails."""
    span = mesh.bounds[1] - mesh.bounds[0]
    tints = mesh.colours[mesh.faces[:, 0]]
    for cells in (24, 18, 14, 11, 9, 7, 5):
        # A whole number of cells along every side, so that the stand-in is as large as the original.
        cell = span / np.maximum(np.round(cells * span / span.max()), 1.0)
        cell = np.maximum(cell, 1e-6)
        snapped = mesh.bounds[0] + np.round((mesh.vertices - mesh.bounds[0]) / cell) * cell
        triangles = snapped[mesh.faces]
        area = np.linalg.norm(np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]), axis=1)
        keys = np.sort(np.unique(snapped, axis=0, return_inverse=True)[1].reshape(-1)[mesh.faces], axis=1)
        _, first = np.unique(keys, axis=0, return_index=True)
        keep = first[area[first] > 1e-9]
        if 12 <= len(keep) <= _LOW_TRIANGLES:
            return creased(triangles[keep], tints[keep])
    low, high = mesh.bounds
    red, green, blue = (float(value) for value in tints.mean(axis=0))
    return shaded(box(low, high, (red, green, blue)))
