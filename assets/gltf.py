"""Meshes as binary glTF 2.0: Y up, normals, vertex colours, and for baked meshes the feature each vertex belongs to.

Layout after the Khronos glTF 2.0 specification. The same mesh always gives the same bytes, so a hash can name them.
"""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any

import numpy as np

from assets.errors import ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from assets.mesh import Floats, Mesh

_MAGIC, _JSON, _BIN = 0x46546C67, 0x4E4F534A, 0x004E4942
_FLOAT, _U8, _U16, _U32 = 5126, 5121, 5123, 5125
_ARRAY, _ELEMENTS = 34962, 34963


def linear(colours: Floats) -> Floats:
    """SRGB to linear light, as glTF wants vertex colours (IEC 61966-2-1)."""
    return np.where(colours <= 0.04045, colours / 12.92, ((np.maximum(colours, 0.04045) + 0.055) / 1.055) ** 2.4)


def encoded(light: Floats) -> Floats:
    """Linear light to sRGB: the way back from `linear`."""
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 0.0031308) ** (1 / 2.4) - 0.055)


def _welded(mesh: Mesh, feature: NDArray[np.float32] | None) -> tuple[list[NDArray[Any]], NDArray[np.int64]]:
    """Vertex columns without repetitions, and the faces that point into them; triangles of no area are left out."""
    corners = mesh.vertices[mesh.faces]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    faces = mesh.faces[area > 1e-9]
    position = np.round(mesh.vertices, 3)[:, [0, 2, 1]] * [1.0, 1.0, -1.0]
    normal = mesh.normals[:, [0, 2, 1]] * [1.0, 1.0, -1.0]
    colour = np.round(linear(np.clip(mesh.colours, 0.0, 1.0)) * 255.0)
    marks = np.zeros((len(position), 1)) if feature is None else np.asarray(feature, float)[:, None]
    # Adding zero turns -0.0 into 0.0, which would otherwise be another row.
    rows = np.hstack([position, np.round(normal, 3), colour, marks]) + 0.0
    used, faces_used = np.unique(faces, return_inverse=True)
    _, first, index = np.unique(rows[used], axis=0, return_index=True, return_inverse=True)
    kept = used[first]
    lengths = np.linalg.norm(normal[kept], axis=1, keepdims=True)
    columns: list[NDArray[Any]] = [
        rows[kept, 0:3].astype("<f4"),
        (normal[kept] / lengths + 0.0).astype("<f4"),
        np.hstack([rows[kept, 6:9], np.full((len(kept), 1), 255.0)]).astype("u1"),
    ]
    if feature is not None:
        columns.append(rows[kept, 9].astype("<f4"))
    return columns, index.reshape(-1)[faces_used].reshape(-1, 3)


def encode(mesh: Mesh, feature: NDArray[np.float32] | None = None) -> bytes:
    """One mesh as a GLB file.

    Args:
        mesh: z up, metres.
        feature: (n,) number of the feature each vertex belongs to, written as `_FEATURE`.

    Raises:
        ModelError: when the mesh is empty or has values that are not finite.
    """
    if not mesh.triangles:
        raise ModelError("an empty mesh cannot be written")
    if not all(np.isfinite(values).all() for values in (mesh.vertices, mesh.normals, mesh.colours)):
        raise ModelError("a mesh with values that are not finite cannot be written")
    columns, faces = _welded(mesh, feature)
    wide = len(columns[0]) > 65535
    indices = faces.reshape(-1).astype("<u4" if wide else "<u2")

    blobs, views, accessors = [], [], []
    shapes = [(_FLOAT, "VEC3", False), (_FLOAT, "VEC3", False), (_U8, "VEC4", True), (_FLOAT, "SCALAR", False)]
    at = 0
    for number, (values, (component, kind, normalised)) in enumerate(
        zip([*columns, indices], [*shapes[: len(columns)], (_U32 if wide else _U16, "SCALAR", False)], strict=True)
    ):
        blob = values.tobytes()
        blob += b"\0" * (-len(blob) % 4)
        elements = number == len(columns)
        views.append(
            {"buffer": 0, "byteOffset": at, "byteLength": values.nbytes, "target": _ELEMENTS if elements else _ARRAY}
        )
        accessor: dict[str, Any] = {
            "bufferView": number,
            "componentType": component,
            "count": len(values),
            "type": kind,
        }
        if normalised:
            accessor["normalized"] = True
        if number == 0:
            accessor["min"] = [float(v) for v in values.min(axis=0)]
            accessor["max"] = [float(v) for v in values.max(axis=0)]
        accessors.append(accessor)
        blobs.append(blob)
        at += len(blob)

    attributes = {"POSITION": 0, "NORMAL": 1, "COLOR_0": 2}
    if feature is not None:
        attributes["_FEATURE"] = 3
    document = {
        "asset": {"version": "2.0", "generator": "plant-twin"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": attributes, "indices": len(columns), "material": 0, "mode": 4}]}],
        "materials": [
            {"pbrMetallicRoughness": {"baseColorFactor": [1, 1, 1, 1], "metallicFactor": 0, "roughnessFactor": 0.9}}
        ],
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [{"byteLength": at}],
    }
    head = json.dumps(document, separators=(",", ":"), sort_keys=True).encode()
    head += b" " * (-len(head) % 4)
    body = b"".join(blobs)
    total = 12 + 8 + len(head) + 8 + len(body)
    return b"".join(
        [
            struct.pack("<III", _MAGIC, 2, total),
            struct.pack("<II", len(head), _JSON),
            head,
            struct.pack("<II", len(body), _BIN),
            body,
        ],
    )
