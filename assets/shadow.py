"""What the plant throws on the ground under a fixed sun, as one flat shape without overlaps. Pure; metres."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import affinity

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from assets.mesh import Floats, Mesh
    from assets.scene import Scene

SUN = np.array([-0.68, -0.72, 1.0])
"""Direction to the sun, site axes: south-west, 45° high."""
_FLAT = {"unit", "road", "muster_point", "anchor", "camera", "gas_detector"}
_GRAIN_M = 0.08


def cast(scene: Scene, sun: Floats = SUN) -> BaseGeometry:
    """The shadow of everything that stands, in site metres on the ground."""
    shapes: list[BaseGeometry] = []
    seen: dict[tuple[str, float], BaseGeometry] = {}
    for model in scene.models:
        if model.kind in _FLAT:
            continue
        for place in model.instances:
            key = (model.id, place.heading_deg)
            if key not in seen:
                seen[key] = of_mesh(model.levels.low.turned(place.heading_deg), sun)
            slide = -sun[:2] / sun[2] * place.z_m
            shapes.append(affinity.translate(seen[key], place.x_m + slide[0], place.y_m + slide[1]))
    shapes += [of_mesh(part.levels.low, sun) for part in scene.baked if part.kind not in _FLAT]
    return shapely.union_all(shapes, grid_size=_GRAIN_M).simplify(_GRAIN_M)


def of_mesh(mesh: Mesh, sun: Floats = SUN) -> BaseGeometry:
    """The shadow of one mesh standing on z = 0; parts under the ground throw none."""
    corners = mesh.vertices[mesh.faces]
    facing = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    lit = (facing @ sun > 1e-6) & (corners[:, :, 2].max(axis=1) > 0.3)
    ground = corners[lit][:, :, :2] - np.maximum(corners[lit][:, :, 2:], 0.0) * (sun[:2] / sun[2])
    rings = np.concatenate([ground, ground[:, :1]], axis=1)
    triangles = np.asarray(shapely.polygons(rings))
    sound = triangles[shapely.area(triangles) > 1e-3]
    return shapely.union_all(sound, grid_size=_GRAIN_M)
