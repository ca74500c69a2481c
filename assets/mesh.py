"""A triangle mesh with normals and vertex colours, and the few operations models are put together with.

Model frame: metres, x east, y north (a model's own "forward"), z up, foot at z = 0. Triangles are counter-clockwise
seen from outside. Colours are sRGB in 0…1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterable

Floats: TypeAlias = NDArray[np.float64]
Indices: TypeAlias = NDArray[np.int64]
Colour: TypeAlias = tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """One mesh.

    Args:
        vertices: (n, 3) positions, metres.
        normals: (n, 3) unit normals.
        colours: (n, 3) sRGB, 0…1.
        faces: (m, 3) indices into the vertices.
    """

    vertices: Floats
    normals: Floats
    colours: Floats
    faces: Indices

    @property
    def triangles(self) -> int:
        """How many triangles it has."""
        return len(self.faces)

    @property
    def bounds(self) -> Floats:
        """(2, 3) lowest and highest corner; zeros when empty."""
        if not len(self.vertices):
            return np.zeros((2, 3))
        return np.stack([self.vertices.min(axis=0), self.vertices.max(axis=0)])

    def moved(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Mesh:
        """The same mesh elsewhere."""
        return replace(self, vertices=self.vertices + np.array([x, y, z]))

    def turned(self, heading_deg: float) -> Mesh:
        """The same mesh turned clockwise seen from above, about the z axis."""
        angle = np.radians(heading_deg)
        c, s = np.cos(angle), np.sin(angle)
        turn = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
        return replace(self, vertices=self.vertices @ turn, normals=self.normals @ turn)

    def tipped(self) -> Mesh:
        """The same mesh with its z axis laid along y (upright lathe → lying cylinder), still right-handed."""
        turn = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
        return replace(self, vertices=self.vertices @ turn, normals=self.normals @ turn)

    def painted(self, colour: Colour) -> Mesh:
        """The same mesh in one colour."""
        return replace(self, colours=np.broadcast_to(np.asarray(colour, float), self.vertices.shape).copy())


def empty() -> Mesh:
    """A mesh with nothing in it."""
    return Mesh(np.zeros((0, 3)), np.zeros((0, 3)), np.zeros((0, 3)), np.zeros((0, 3), np.int64))


def join(parts: Iterable[Mesh]) -> Mesh:
    """All parts as one mesh."""
    meshes = [part for part in parts if len(part.faces)]
    if not meshes:
        return empty()
    offsets = np.cumsum([0, *(len(mesh.vertices) for mesh in meshes[:-1])])
    return Mesh(
        np.concatenate([mesh.vertices for mesh in meshes]),
        np.concatenate([mesh.normals for mesh in meshes]),
        np.concatenate([mesh.colours for mesh in meshes]),
        np.concatenate([mesh.faces + offset for mesh, offset in zip(meshes, offsets, strict=True)]),
    )


def shaded(mesh: Mesh, reach_m: float = 1.6, floor: float = 0.74) -> Mesh:
    """The mesh darkened towards the ground and on its undersides: ambient occlusion without rays.

    What reaches below the foot (the corners of leaning members) is cut off at it.

    Args:
        mesh: the model, foot at z = 0.
        reach_m: height over which the darkening fades to 1/e.
        floor: brightness at the ground.
    """
    z = np.maximum(mesh.vertices[:, 2], 0.0)
    vertices = np.column_stack([mesh.vertices[:, :2], z])
    ground = 1.0 - (1.0 - floor) * np.exp(-z / reach_m)
    under = 1.0 - 0.34 * np.clip(-mesh.normals[:, 2], 0.0, 1.0)
    # Ground planes are lit from the whole sky: only what stands on them is darkened.
    ground = np.where(mesh.normals[:, 2] > 0.9, np.maximum(ground, 0.96), ground)
    return replace(mesh, vertices=vertices, colours=np.clip(mesh.colours * (ground * under)[:, None], 0.0, 1.0))
