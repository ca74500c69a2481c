"""Pictures of a plant without a screen (VTK through PyVista, software EGL). Needs the extra `render`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from assets.errors import ModelError
from assets.mesh import Mesh, join
from assets.primitives import plate
from assets.scene import lay_out
from assets.shadow import SUN, cast
from gis.plant import Colour as Risk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from assets.scene import Levels, Scene
    from gis.plant import Plant

    Picture = NDArray[np.uint8]

GROUND = "#C9CDCF"
_RISK = {Risk.RED: "#D7263D", Risk.ORANGE: "#F46D25", Risk.YELLOW: "#F5C518", Risk.BLUE: "#2E7BC4"}
_ZONE_Z_M = 0.24
_SHADOW_Z_M = 0.32
_FINER = 2
"""Drawn this many times larger and averaged down: smoother than multisampling and three times faster in software."""


@dataclass(frozen=True, slots=True)
class View:
    """Where a picture is taken from.

    Args:
        azimuth_deg: heading the camera looks along, clockwise from north.
        elevation_deg: how far above the horizon the camera stands; 90 looks straight down.
        zoom: 1 fits the subject; 2 is twice as near.
        unit: code of an asset to look at; None the whole plant.
    """

    azimuth_deg: float = 18.0
    elevation_deg: float = 26.0
    zoom: float = 1.0
    unit: str | None = None


VIEWS = {"overview": View(), "top": View(0.0, 90.0)}


def render(
    plant: Plant,
    view: View,
    size: tuple[int, int] = (1600, 900),
    *,
    own: Mapping[str, Levels] | None = None,
    zones: bool = True,
    labels: bool = True,
) -> Picture:
    """One picture of the plant.

    Args:
        plant: the plant.
        view: from where.
        size: width and height, pixels.
        own: customers' models by file name.
        zones: tint the ground by risk zone.
        labels: write the numbers of tanks and units.

    Returns:
        (height, width, 3) sRGB.

    Raises:
        ModelError: when the view names no asset, an asset cannot be drawn, or the extra `render` is not installed.
    """
    scene = lay_out(plant, own)
    subject = _subject(plant, scene, view.unit)
    plotter = _plotter(size)
    try:
        _add_ground(plotter, plant)
        _add(plotter, whole(scene))
        _add_shadow(plotter, scene)
        if zones:
            _add_zones(plotter, plant)
        if labels:
            _add_labels(plotter, plant, scene, view)
        _aim(plotter, subject, view, size)
        plotter.show(auto_close=False)
        picture = np.asarray(plotter.screenshot(return_img=True))[..., :3]
    finally:
        plotter.close()
    height, width = picture.shape[0] // _FINER, picture.shape[1] // _FINER
    blocks = picture[: height * _FINER, : width * _FINER].reshape(height, _FINER, width, _FINER, 3)
    return np.asarray(np.round(blocks.mean(axis=(1, 3))), np.uint8)


def whole(scene: Scene, *, high: bool = True) -> Mesh:
    """Everything of a scene as one mesh in site metres."""
    parts = [part.levels.high if high else part.levels.low for part in scene.baked]
    for model in scene.models:
        mesh = model.levels.high if high else model.levels.low
        parts += [mesh.turned(place.heading_deg).moved(place.x_m, place.y_m, place.z_m) for place in model.instances]
    return join(parts)


def _plotter(size: tuple[int, int]) -> Any:
    os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")
    try:
        import pyvista  # noqa: PLC0415 - an extra, and slow to load
    except ImportError as error:
        raise ModelError("pictures need the extra `render`: pip install plant-twin[render]") from error
    plotter: Any = pyvista.Plotter(off_screen=True, window_size=[size[0] * _FINER, size[1] * _FINER], lighting="none")
    plotter.set_background(GROUND)
    # The sun, the sky from the other side, and a little from straight above.
    for direction, intensity in ((tuple(SUN), 0.85), ((0.8, -0.3, 0.5), 0.22), ((0.0, 0.0, 1.0), 0.12)):
        plotter.add_light(pyvista.Light(position=direction, light_type="scene light", intensity=intensity))
    return plotter


def _poly(mesh: Mesh) -> Any:
    import pyvista  # noqa: PLC0415

    faces = np.column_stack([np.full(mesh.triangles, 3), mesh.faces]).ravel()
    data = pyvista.PolyData(mesh.vertices.astype(np.float32), faces)
    data["rgb"] = np.round(mesh.colours * 255).astype(np.uint8)
    data.point_data.active_normals = mesh.normals
    return data


def _add(plotter: Any, mesh: Mesh) -> None:
    plotter.add_mesh(
        _poly(mesh),
        scalars="rgb",
        rgb=True,
        smooth_shading=None,
        interpolation="gouraud",
        ambient=0.48,
        diffuse=0.62,
        specular=0.0,
        culling="back",
    )


def _add_ground(plotter: Any, plant: Plant) -> None:
    """The site inside its fence, a touch lighter than the land around it."""
    site = plant.head.frame.shape_to_site(plant.head.boundary)
    if "Polygon" not in site.geom_type:
        return
    mesh = plate(site, -0.05, (0.82, 0.834, 0.84))
    plotter.add_mesh(_poly(mesh), scalars="rgb", rgb=True, lighting=False)


def _add_shadow(plotter: Any, scene: Scene) -> None:
    mesh = plate(cast(scene), _SHADOW_Z_M, (0.06, 0.09, 0.12))
    if mesh.triangles:
        plotter.add_mesh(_poly(mesh), scalars="rgb", rgb=True, opacity=0.26, lighting=False)


def _add_zones(plotter: Any, plant: Plant) -> None:
    frame = plant.head.frame
    for zone in plant.zones:
        if zone.valid_to is not None:
            continue
        shape = frame.shape_to_site(zone.geometry)
        mesh = plate(shape, _ZONE_Z_M, (1.0, 1.0, 1.0))
        if mesh.triangles:
            plotter.add_mesh(_poly(mesh), color=_RISK[zone.colour], opacity=0.14, lighting=False, scalars=None)
        edge = shape.boundary.buffer(0.6, cap_style="flat")
        rim = plate(edge, _ZONE_Z_M + 0.02, (1.0, 1.0, 1.0))
        if rim.triangles:
            plotter.add_mesh(_poly(rim), color=_RISK[zone.colour], opacity=0.75, lighting=False, scalars=None)


def _add_labels(plotter: Any, plant: Plant, scene: Scene, view: View) -> None:
    tanks = {"fixed_roof_tank", "floating_roof_tank", "sphere_tank"}
    points, texts = [], []
    for model in scene.models:
        if model.kind not in tanks:
            continue
        top = float(model.levels.high.bounds[1, 2])
        for place in model.instances:
            points.append((place.x_m, place.y_m, place.z_m + top + 1.0))
            texts.append(scene.features[place.feature])
    if not points or (view.unit is None and view.zoom < 1.0):
        return
    del plant
    plotter.add_point_labels(
        np.array(points),
        texts,
        font_size=10 * _FINER,
        text_color="#182025",
        shape="rounded_rect",
        shape_color="#F5F6F6",
        shape_opacity=0.75,
        margin=3,
        show_points=False,
        always_visible=False,
        bold=False,
    )


def _subject(plant: Plant, scene: Scene, code: str | None) -> NDArray[np.float64]:
    """(2, 3) box the picture is to show."""
    frame = plant.head.frame
    if code is None:
        shapes = [frame.shape_to_site(asset.geometry) for asset in plant.assets]
        if not shapes:
            shapes = [frame.shape_to_site(plant.head.boundary)]
        west, south, east, north = shapely.total_bounds(np.array(shapes, dtype=object))
        return np.array([[west, south, 0.0], [east, north, 20.0]])
    if code not in scene.features:
        raise ModelError(f"no asset {code!r} in plant {plant.head.code}")
    asset = plant.assets[scene.features.index(code)]
    shape = frame.shape_to_site(asset.geometry)
    reach = 2.0
    size = max(
        (float(getattr(asset.attributes, name, 0.0)) for name in ("diameter_m", "length_m", "radius_m")), default=0.0
    )
    west, south, east, north = shape.buffer(max(size / 2, reach)).bounds
    tall = float(getattr(asset.attributes, "height_m", 0.0)) or size or 12.0
    return np.array([[west, south, asset.base_m], [east, north, asset.base_m + tall]])


def _aim(plotter: Any, box: NDArray[np.float64], view: View, size: tuple[int, int]) -> None:
    """A long lens from the wanted side, as near as lets every corner of the box into the picture."""
    heading, height = np.radians(view.azimuth_deg), np.radians(view.elevation_deg)
    look = np.array([np.sin(heading) * np.cos(height), np.cos(heading) * np.cos(height), -np.sin(height)])
    up = np.array([np.sin(heading), np.cos(heading), 0.0]) if view.elevation_deg > 89.0 else np.array([0.0, 0.0, 1.0])
    right = np.cross(look, up)
    right /= np.linalg.norm(right)
    above = np.cross(right, look)
    centre = box.mean(axis=0)
    corners = np.array([[x, y, z] for x in box[:, 0] for y in box[:, 1] for z in box[:, 2]]) - centre
    angle = 26.0
    tall = np.tan(np.radians(angle / 2))
    wide = tall * size[0] / size[1]
    distance = float(np.linalg.norm(box[1] - box[0]))
    for _ in range(12):
        # Slide and step back until the box just fills the picture: perspective makes its near side the larger.
        depth = distance + corners @ look
        x, y = (corners @ right) / depth, (corners @ above) / depth
        fill = max(float(np.ptp(x)) / (2 * wide), float(np.ptp(y)) / (2 * tall))
        slide = (x.max() + x.min()) / 2 * distance * right + (y.max() + y.min()) / 2 * distance * above
        centre, corners = centre + slide, corners - slide
        distance *= fill
    distance *= 1.04 / view.zoom
    camera = plotter.camera
    camera.view_angle = angle
    camera.focal_point = tuple(centre)
    camera.position = tuple(centre - look * distance)
    camera.up = tuple(up)
    camera.clipping_range = (max(distance * 0.02, 0.5), distance * 8 + 4000.0)
