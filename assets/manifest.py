"""The 3D manifest of a plant and the GLB files it names by content (see docs/architecture.md, Models). Pure."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assets.gltf import encode
from assets.scene import lay_out

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from assets.mesh import Mesh
    from assets.scene import Levels, Scene
    from gis.plant import Plant


@dataclass(frozen=True, slots=True)
class ModelSet:
    """A manifest and its files.

    Args:
        manifest: plain JSON values.
        files: GLB bytes by their SHA-256 (lower-case hex); the manifest names them `/models/{sha256}.glb`.
    """

    manifest: dict[str, Any]
    files: dict[str, bytes]


def build(plant: Plant, own: Mapping[str, Levels] | None = None) -> ModelSet:
    """Every asset of the plant as models.

    Args:
        plant: the plant.
        own: customers' models by file name, already checked (`assets.custom`).

    Raises:
        ModelError: when an asset cannot be drawn; it names the asset.
    """
    return encode_scene(lay_out(plant, own))


def encode_scene(scene: Scene) -> ModelSet:
    """A laid-out plant as manifest and files."""
    files: dict[str, bytes] = {}

    def level(mesh: Mesh, feature: NDArray[np.float32] | None = None) -> dict[str, Any]:
        data = encode(mesh, feature)
        name = hashlib.sha256(data).hexdigest()
        files[name] = data
        return {"url": f"/models/{name}.glb", "triangles": mesh.triangles, "bytes": len(data)}

    models = [
        {
            "id": model.id,
            "kind": model.kind,
            "lod": [level(model.levels.high), level(model.levels.low)],
            "instances": [
                {
                    "feature": place.feature,
                    "x_m": place.x_m,
                    "y_m": place.y_m,
                    "z_m": place.z_m,
                    "heading_deg": place.heading_deg,
                }
                for place in model.instances
            ],
            "liquid": model.liquid,
        }
        for model in scene.models
    ]
    baked = [
        {
            "kind": part.kind,
            "lod": [level(part.levels.high, part.features[0]), level(part.levels.low, part.features[1])],
        }
        for part in scene.baked
    ]
    manifest: dict[str, Any] = {
        "plant": scene.plant,
        "features": list(scene.features),
        "models": models,
        "baked": baked,
    }
    text = json.dumps(manifest, sort_keys=True, ensure_ascii=False)
    manifest["version"] = hashlib.sha256(text.encode()).hexdigest()[:16]
    return ModelSet(manifest, files)
