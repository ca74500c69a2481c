"""Pictures: they show the plant, in its colours, from where they were asked to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely

from assets import shadow
from assets.errors import ModelError
from assets.primitives import box
from assets.render import VIEWS, View, render, whole
from assets.scene import lay_out
from tests.assets.kit import small_plant

SIZE = (320, 200)
PLANT = small_plant()
GROUND = np.array([0xC9, 0xCD, 0xCF])


@pytest.fixture(scope="module")
def overview() -> np.ndarray:
    return render(PLANT, VIEWS["overview"], SIZE, labels=False)


def share(mask: np.ndarray) -> float:
    return float(mask.mean())


def test_the_picture_has_its_size_and_shows_something(overview: np.ndarray) -> None:
    assert overview.shape == (200, 320, 3)
    assert overview.dtype == np.uint8
    assert len(np.unique(overview.reshape(-1, 3), axis=0)) > 500
    assert 0.001 < share((np.abs(overview.astype(int) - GROUND) <= 2).all(axis=2)) < 0.9


def test_risk_zones_are_tinted_only_when_wanted(overview: np.ndarray) -> None:
    def red(picture: np.ndarray) -> float:
        values = picture.astype(int)
        return share(values[..., 0] - values[..., 1] > 12)

    assert red(overview) > 0.2
    assert red(render(PLANT, VIEWS["overview"], SIZE, zones=False, labels=False)) < 0.001


def test_views_differ_and_top_is_a_plan(overview: np.ndarray) -> None:
    top = render(PLANT, VIEWS["top"], SIZE, labels=False)
    assert share((top != overview).any(axis=2)) > 0.3
    again = render(PLANT, VIEWS["top"], SIZE, labels=False)
    assert (top == again).all()


def test_a_unit_fills_the_picture_with_its_own_grey() -> None:
    near = render(PLANT, View(elevation_deg=25.0, unit="fixed_roof_tank.0"), SIZE, zones=False, labels=False)
    middle = near[70:150, 110:210].reshape(-1, 3).astype(int)
    # A light grey shell: bright, hardly any colour.
    assert middle.mean() > 150
    assert np.ptp(middle.mean(axis=0)) < 12
    far = render(PLANT, VIEWS["overview"], SIZE, zones=False, labels=False)
    assert share((near != far).any(axis=2)) > 0.3


def test_labels_are_written_over_the_tanks(overview: np.ndarray) -> None:
    labelled = render(PLANT, VIEWS["overview"], SIZE)
    assert 0.001 < share((labelled != overview).any(axis=2)) < 0.2


def test_an_unknown_subject_is_refused() -> None:
    with pytest.raises(ModelError, match="X-404"):
        render(PLANT, View(unit="X-404"), SIZE)


def test_the_whole_plant_is_one_mesh_in_site_metres() -> None:
    scene = lay_out(PLANT)
    fine, coarse = whole(scene), whole(scene, high=False)
    assert fine.triangles > 2 * coarse.triangles
    flare: Any = next(asset for asset in PLANT.assets if asset.kind == "flare")
    at: Any = PLANT.head.frame.shape_to_site(flare.geometry)
    top = fine.vertices[np.argmax(fine.vertices[:, 2])]
    assert np.hypot(top[0] - at.x, top[1] - at.y) < 2.0
    assert top[2] == pytest.approx(flare.attributes.height_m, abs=0.5)


def test_a_block_throws_the_shadow_of_a_prism() -> None:
    block = box([-1, -1, 0], [1, 1, 4], (1, 1, 1))
    thrown = shadow.of_mesh(block)
    end = -4 * shadow.SUN[:2] / shadow.SUN[2]
    lid = shapely.affinity.translate(shapely.box(-1, -1, 1, 1), *end)
    prism = shapely.union_all([shapely.box(-1, -1, 1, 1), lid]).convex_hull
    assert thrown.symmetric_difference(prism).area < 0.05 * prism.area


def test_the_plants_shadow_does_not_overlap_itself_and_lies_away_from_the_sun() -> None:
    scene = lay_out(PLANT)
    thrown = shadow.cast(scene)
    assert thrown.is_valid
    flare: Any = next(asset for asset in PLANT.assets if asset.kind == "flare")
    foot = PLANT.head.frame.shape_to_site(flare.geometry).coords[0]
    tip = np.array(foot) - shadow.SUN[:2] / shadow.SUN[2] * (flare.attributes.height_m - 1.0)
    assert thrown.distance(shapely.Point(tip)) < 0.2
    assert thrown.distance(shapely.Point(2 * np.array(foot) - tip)) > 10
