"""Which model each kind of asset has. Pure.

Equipment stands at a point and is drawn wherever it is repeated; all else is shaped by its own footprint or line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assets import buildings, columns, groundworks, instruments, process_buildings, structures, tanks, vessels
from assets.errors import ModelError
from assets.footprint import lines_of
from assets.mesh import join
from gis import kinds

if TYPE_CHECKING:
    from collections.abc import Callable

    from shapely.geometry.base import BaseGeometry

    from assets.mesh import Mesh
    from gis.kinds import Attributes

_EQUIPMENT: dict[str, Callable[..., Mesh]] = {
    "fixed_roof_tank": tanks.fixed_roof_tank,
    "floating_roof_tank": tanks.floating_roof_tank,
    "sphere_tank": vessels.sphere_tank,
    "bullet_tank": vessels.bullet_tank,
    "column": columns.column,
    "reactor": columns.reactor,
    "heat_exchanger": columns.heat_exchanger,
    "pump": structures.pump,
    "flare": structures.flare,
    "gas_detector": instruments.gas_detector,
    "anchor": instruments.anchor,
    "camera": instruments.camera,
    "muster_point": instruments.muster_point,
}
_OVER_AREA: dict[str, Callable[..., Mesh]] = {
    "building": buildings.building,
    "warehouse": buildings.warehouse,
    "loading_bay": structures.loading_bay,
    "bund": groundworks.bund,
    "unit": groundworks.unit,
}
# Uses of a building that are no house at all.
_PLANT_BUILDINGS: dict[str, Callable[..., Mesh]] = {
    "fired_heater": process_buildings.fired_heater,
    "cooling_tower": process_buildings.cooling_tower,
}
EQUIPMENT_KINDS = frozenset(_EQUIPMENT)
FOOTPRINT_KINDS = frozenset(_OVER_AREA) | {"pipe_rack", "road"}

# Attributes that change nothing one can see.
_UNSEEN = {
    "medium",
    "capacity_m3",
    "ladder_deg",
    "heading_deg",
    "gas",
    "principle",
    "engine",
    "bias_m",
    "sigma_m",
    "capacity",
}
# Mounting heights are drawn to the half metre, so that ninety anchors need a handful of models.
_COARSE = {"mount_m": 0.5, "antenna_m": 0.5}


def look(attributes: Attributes) -> tuple[tuple[str, Any], ...]:
    """What distinguishes one model from another: equal looks share a model."""
    seen = []
    for name, value in sorted(attributes.model_dump().items()):
        if name in _UNSEEN:
            continue
        step = _COARSE.get(name)
        seen.append((name, round(value / step) * step if step else value))
    return tuple(seen)


def equipment(attributes: Attributes, *, high: bool) -> Mesh:
    """The model of something that stands at a point: its foot at the origin, its heading north.

    Raises:
        ModelError: for a kind that has a footprint.
    """
    model = _EQUIPMENT.get(attributes.kind)
    if model is None:
        raise ModelError(f"{attributes.kind} is drawn over its own footprint")
    coarse = {
        name: max(round(getattr(attributes, name) / step) * step, 0.0)
        for name, step in _COARSE.items()
        if hasattr(attributes, name)
    }
    return model(attributes.model_copy(update=coarse), high=high)


def footprint(attributes: Attributes, shape: BaseGeometry, *, high: bool) -> Mesh:
    """The model of something shaped by its footprint or line, in the footprint's own place.

    Args:
        attributes: of the asset. Fine roads are laid together by `groundworks.lie_of_roads` instead.
        shape: footprint or centre line, site metres.
        high: the finer of the two levels of detail.

    Raises:
        ModelError: for a kind that stands at a point, or a geometry that kind cannot have.
    """
    kind = attributes.kind
    if isinstance(attributes, kinds.Road) and shape.geom_type != "Point":
        return groundworks.coarse_road(attributes, shape)
    if isinstance(attributes, kinds.PipeRack) and "LineString" in shape.geom_type:
        return join([structures.pipe_rack(attributes, line, high=high) for line in lines_of(shape)])
    if isinstance(attributes, kinds.Building) and attributes.use in _PLANT_BUILDINGS and "Polygon" in shape.geom_type:
        return _PLANT_BUILDINGS[attributes.use](attributes, shape, high=high)
    if kind in _OVER_AREA and "Polygon" in shape.geom_type:
        return _OVER_AREA[kind](attributes, shape, high=high)
    raise ModelError(f"{kind} cannot be drawn on a {shape.geom_type}")


def heading_of(attributes: Attributes) -> float | None:
    """Heading the attributes give, degrees clockwise from north; None where the kind has none."""
    for name in ("heading_deg", "ladder_deg"):
        if hasattr(attributes, name):
            return float(getattr(attributes, name))
    return None


def liquid_of(attributes: Attributes) -> dict[str, float | str] | None:
    """Where a tank's level can be drawn on its shell, from the model's foot; None for what holds no visible level."""
    if isinstance(attributes, kinds.FixedRoofTank | kinds.FloatingRoofTank):
        return {
            "shape": "cylinder",
            "radius_m": attributes.diameter_m / 2,
            "bottom_m": 0.25,
            "top_m": attributes.height_m,
        }
    if not isinstance(attributes, kinds.SphereTank | kinds.BulletTank):
        return None
    low, across = attributes.clearance_m, attributes.diameter_m
    liquid: dict[str, float | str] = {"radius_m": across / 2, "bottom_m": low, "top_m": low + across}
    if isinstance(attributes, kinds.SphereTank):
        return {"shape": "sphere", **liquid}
    straight = attributes.length_m - 2 * vessels.head_depth(across, attributes.length_m)
    return {"shape": "horizontal", **liquid, "length_m": round(straight, 3)}
