"""Shapes of the ground floor: what geometry each kind of asset has, and when a prism holds (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from gis.frames import SiteFrame

AREA = ("Polygon", "MultiPolygon")
_POINT = ("Point",)
_LINE = ("LineString",)
_POLYGON = ("Polygon",)

GEOMETRY_OF_KIND: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (
            *("fixed_roof_tank", "floating_roof_tank", "sphere_tank", "bullet_tank"),
            *("column", "reactor", "heat_exchanger", "pump", "flare"),
            *("gas_detector", "anchor", "camera", "muster_point"),
        ),
        _POINT,
    ),
    **dict.fromkeys(("pipe_rack", "road"), _LINE),
    **dict.fromkeys(("building", "warehouse", "loading_bay", "bund", "unit"), _POLYGON),
}
"""Which geometry types an asset of each kind may have."""


def reach_m(shape: BaseGeometry, frame: SiteFrame) -> float:
    """Distance in metres from the site's origin to the shape's farthest vertex (infinite beyond the projection)."""
    lonlat = shapely.get_coordinates(shape)
    east, north = frame.to_site(lonlat[:, 0], lonlat[:, 1])
    return float(np.max(np.hypot(east, north)))
