"""A whole plant as models: repeated equipment as instances, everything else baked into one mesh per kind. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from assets import catalogue, groundworks
from assets.errors import ModelError
from assets.mesh import Mesh, join
from gis.kinds import Road

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from gis.plant import Asset, Plant

# What the screen colours or moves one by one is always an instance, however rare.
_ALWAYS_INSTANCED = {
    "fixed_roof_tank",
    "floating_roof_tank",
    "sphere_tank",
    "bullet_tank",
    "gas_detector",
    "anchor",
    "camera",
    "muster_point",
}
_PIPED = {"column", "reactor"}
_RACK_REACH_M = 80.0
_MOST_MODELS = 80
"""Every model is a draw call or two on the screen."""


@dataclass(frozen=True, slots=True)
class Instance:
    """Where one asset stands: site metres, heading clockwise from north, and its number among the features."""

    feature: int
    x_m: float
    y_m: float
    z_m: float
    heading_deg: float


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """One thing in two levels of detail, finest first."""

    high: Mesh
    low: Mesh


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """One model and all the places it stands at."""

    id: str
    kind: str
    levels: Levels
    instances: tuple[Instance, ...]
    liquid: dict[str, float | str] | None


@dataclass(frozen=True, slots=True, eq=False)
class Baked:
    """All unique things of one kind in site metres; `features` has the feature number of every vertex, per level."""

    kind: str
    levels: Levels
    features: tuple[NDArray[np.float32], NDArray[np.float32]]


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A plant ready to be written or drawn."""

    plant: str
    features: tuple[str, ...]
    models: tuple[Model, ...]
    baked: tuple[Baked, ...]


@dataclass(slots=True)
class _Group:
    assets: list[tuple[int, Asset]] = field(default_factory=list)


@dataclass(slots=True)
class _Bake:
    high: list[tuple[int, Mesh]] = field(default_factory=list)
    low: list[tuple[int, Mesh]] = field(default_factory=list)


def lay_out(plant: Plant, own: Mapping[str, Levels] | None = None) -> Scene:
    """Every asset of a plant, each exactly once.

    Args:
        plant: the plant.
        own: customers' models by file name (`Asset.model`); an asset whose model is not among them keeps its own.

    Raises:
        ModelError: when an asset has a geometry its kind cannot be drawn on; it names the asset.
    """
    frame = plant.head.frame
    own = own or {}
    groups: dict[tuple[Any, ...], _Group] = {}
    bakes: dict[str, _Bake] = {}
    shapes = {asset.code: frame.shape_to_site(asset.geometry) for asset in plant.assets}
    racks = shapely.union_all([shapes[asset.code] for asset in plant.assets_of("pipe_rack")])
    roads = {a.code: (a.attributes, shapes[a.code]) for a in plant.assets if isinstance(a.attributes, Road)}
    laid = groundworks.lie_of_roads(roads)
    headings = {camera.code: camera.heading_deg for camera in plant.cameras}

    for number, asset in enumerate(plant.assets):
        if asset.model in own:
            groups.setdefault(("own", asset.model), _Group()).assets.append((number, asset))
        elif asset.kind in catalogue.EQUIPMENT_KINDS:
            groups.setdefault((asset.kind, *catalogue.look(asset.attributes)), _Group()).assets.append((number, asset))
        else:
            high, low = _over_footprint(asset, shapes[asset.code], laid)
            bake = bakes.setdefault(asset.kind, _Bake())
            bake.high.append((number, high.moved(z=asset.base_m)))
            bake.low.append((number, low.moved(z=asset.base_m)))

    models: list[Model] = []
    counts: dict[str, int] = {}
    # Selecting a lone column should light it up like any other, as long as the plant has few enough models.
    instanced = _ALWAYS_INSTANCED | (_PIPED if len(groups) <= _MOST_MODELS else set())
    for key, group in groups.items():
        kind = group.assets[0][1].kind
        placed = tuple(_place(number, asset, shapes[asset.code], racks, headings) for number, asset in group.assets)
        levels = own[str(key[1])] if key[0] == "own" else _levels(group.assets[0][1])
        if len(placed) == 1 and kind not in instanced and key[0] != "own":
            bake = bakes.setdefault(kind, _Bake())
            bake.high.append((placed[0].feature, _stand(levels.high, placed[0])))
            bake.low.append((placed[0].feature, _stand(levels.low, placed[0])))
            continue
        counts[kind] = counts.get(kind, 0) + 1
        liquid = None if key[0] == "own" else catalogue.liquid_of(group.assets[0][1].attributes)
        models.append(Model(f"{kind}-{counts[kind]}", kind, levels, placed, liquid))
    baked = tuple(_baked(kind, bakes[kind]) for kind in sorted(bakes))
    return Scene(plant.head.code, tuple(asset.code for asset in plant.assets), tuple(models), baked)


def _levels(asset: Asset) -> Levels:
    return Levels(catalogue.equipment(asset.attributes, high=True), catalogue.equipment(asset.attributes, high=False))


def _over_footprint(asset: Asset, shape: BaseGeometry, laid: Mapping[str, Mesh]) -> tuple[Mesh, Mesh]:
    try:
        low = catalogue.footprint(asset.attributes, shape, high=False)
        high = laid[asset.code] if asset.kind == "road" else catalogue.footprint(asset.attributes, shape, high=True)
    except ModelError as error:
        raise ModelError(f"{asset.code}: {error}") from error
    # A walkway wholly under a road has nothing of its own left to draw finely.
    return (high if high.triangles else low), low


def _place(
    number: int,
    asset: Asset,
    shape: BaseGeometry,
    racks: BaseGeometry,
    headings: Mapping[str, float],
) -> Instance:
    middle = shape if isinstance(shape, shapely.Point) else shape.centroid
    heading = catalogue.heading_of(asset.attributes)
    if asset.code in headings:
        heading = headings[asset.code]
    if heading is None and asset.kind in _PIPED and not racks.is_empty and racks.distance(middle) < _RACK_REACH_M:
        # The overhead line runs to the pipe rack that is nearest.
        nearest = shapely.get_coordinates(shapely.shortest_line(middle, racks))[1]
        heading = float(np.degrees(np.arctan2(nearest[0] - middle.x, nearest[1] - middle.y))) % 360.0
    return Instance(number, round(middle.x, 3), round(middle.y, 3), asset.base_m, round((heading or 0.0) % 360.0, 2))


def _stand(mesh: Mesh, place: Instance) -> Mesh:
    return mesh.turned(place.heading_deg).moved(place.x_m, place.y_m, place.z_m)


def _baked(kind: str, bake: _Bake) -> Baked:
    levels, marks = [], []
    for parts in (bake.high, bake.low):
        levels.append(join(mesh for _, mesh in parts))
        marks.append(
            np.concatenate(
                [np.full(len(mesh.vertices) if mesh.triangles else 0, number, np.float32) for number, mesh in parts]
            )
        )
    return Baked(kind, Levels(*levels), (marks[0], marks[1]))
