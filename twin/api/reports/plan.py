"""A plan of the site as a picture: what stands there, the area asked about, and where people were."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from gis.plant import Colour

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

    from twin.api.directory import Directory

_ZONE = {Colour.RED: "#d7263d", Colour.ORANGE: "#f46d25", Colour.YELLOW: "#f5c518", Colour.BLUE: "#2e7bc4"}
_SHOWN = ("building", "warehouse", "bund", "unit", "loading_bay")
_AROUND_M = 60.0


def plan(
    directory: Directory, asked: BaseGeometry | None, places: Sequence[tuple[float, float]], *, whole: bool = False
) -> bytes:
    """PNG of the surroundings of an area, or of the whole site.

    Args:
        directory: the plant's records as they held then.
        asked: the area in degrees.
        places: lon/lat of what is to be marked.
        whole: show the whole site whatever the area.
    """
    frame = directory.plant.head.frame
    figure = Figure(figsize=(7.2, 5.0), dpi=150, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set_aspect("equal")
    axes.set_facecolor("#eef0f1")
    for zone in directory.zones:
        _fill(axes, frame.shape_to_site(zone.geometry), _ZONE[zone.colour], 0.10)
    for asset in directory.plant.assets:
        if asset.kind in _SHOWN:
            _fill(axes, frame.shape_to_site(asset.geometry), "#59636b", 0.22)
    shape = frame.shape_to_site(directory.plant.head.boundary)
    if asked is not None:
        area = frame.shape_to_site(asked)
        _fill(axes, area, "#0b57a4", 0.18)
        if not whole:
            shape = area.buffer(_AROUND_M)
    if places:
        x, y = frame.to_site([place[0] for place in places], [place[1] for place in places])
        axes.plot(x, y, "o", markersize=3.5, color="#182025", markerfacecolor="#f5f6f6")
    west, south, east, north = shape.bounds
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    axes.set_xlabel("E (m)", fontsize=8)
    axes.set_ylabel("N (m)", fontsize=8)
    axes.tick_params(labelsize=7)
    axes.grid(visible=True, linewidth=0.3, color="#b5bbbe")
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png")
    return drawn.getvalue()


def _fill(axes: Any, shape: BaseGeometry, colour: str, strength: float) -> None:
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon":
            x, y = part.exterior.xy
            axes.fill(x, y, facecolor=colour, alpha=strength, linewidth=0)
            axes.plot(x, y, color=colour, linewidth=0.8)
