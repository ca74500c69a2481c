"""Hypothesis strategies of whole plants whose records fit together."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

import shapely
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter

from gis import kinds
from gis.plant import Plant
from gis.shapes import GEOMETRY_OF_KIND

T0 = 1_790_000_000_000_000_000
ORIGIN = (118.95, 37.95)

words = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\x7f"), min_size=1, max_size=12)
names = st.fixed_dictionaries({"zh": words, "en": words})
codes = st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9._\-]{0,8}\Z")
finite = st.floats(-1e6, 1e6, allow_nan=False)
heights = st.floats(-50, 100)
instants = st.integers(T0, T0 + 10**15)


clocks = st.from_regex(r"\A([01][0-9]|2[0-3]):[0-5][0-9]\Z")
days = st.lists(st.integers(1, 7), min_size=1, max_size=7, unique=True)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


# About 5 km around the origin.
east = st.floats(-0.05, 0.05).map(lambda x: ORIGIN[0] + x)
north = st.floats(-0.05, 0.05).map(lambda y: ORIGIN[1] + y)
points = st.builds(shapely.Point, east, north)
sizes = st.floats(1e-5, 0.01)
boxes = st.builds(lambda x, y, w, h: shapely.box(x, y, x + w, y + h), east, north, sizes, sizes)
holed = boxes.map(
    lambda box: shapely.Polygon(
        box.exterior.coords,
        [shapely.affinity.scale(box, 0.5, 0.5).exterior.coords],
    )
)
lines = st.lists(st.tuples(east, north), min_size=2, max_size=5, unique=True).map(shapely.LineString)
polygons = boxes | holed
# Two boxes side by side, one point apart.
areas = polygons | boxes.map(
    lambda box: shapely.MultiPolygon([box, shapely.affinity.translate(box, 2 * (box.bounds[2] - box.bounds[0]), 0)])
)
_GEOMETRIES = {"Point": points, "LineString": lines, "Polygon": polygons}


def _attribute(field: Any) -> st.SearchStrategy[Any]:
    """Values of one attribute, from its own type."""
    annotation, bounds = field.annotation, {}
    for mark in field.metadata:
        for name, key in (("gt", "min_value"), ("ge", "min_value"), ("lt", "max_value"), ("le", "max_value")):
            if (limit := getattr(mark, name, None)) is not None:
                bounds[key] = limit
                bounds |= {f"exclude_{key[:3]}": name in ("gt", "lt")}
    if annotation is bool:
        return st.booleans()
    if annotation is float:
        return st.floats(**{"min_value": -1e3, "max_value": 1e3, **bounds})
    if annotation is int:
        return st.integers(bounds.get("min_value", 0), bounds.get("max_value", 10_000))
    return st.nothing()


@st.composite
def attributes(draw: st.DrawFn, kind: str, engine: str) -> dict[str, Any]:
    model = next(one for one in _KINDS if one.model_fields["kind"].default == kind)
    values: dict[str, Any] = {"kind": kind}
    for name, field in model.model_fields.items():
        if name in ("kind", "engine"):
            continue
        strategy = _attribute(field)
        if field.is_required() or draw(st.booleans()):
            values[name] = (
                draw(words if name == "gas" else strategy) if not strategy.is_empty or name == "gas" else None
            )
    if "engine" in model.model_fields:
        values["engine"] = engine
    return {name: value for name, value in values.items() if value is not None}


_KINDS: list[Any] = [
    one
    for one in vars(kinds).values()
    if isinstance(one, type) and issubclass(one, BaseModel) and "kind" in one.model_fields
]


@st.composite
def versions(draw: st.DrawFn, record: st.SearchStrategy[dict[str, Any]]) -> list[dict[str, Any]]:
    """One to three versions that follow one another; the last may still hold."""
    times = sorted(draw(st.lists(instants, min_size=2, max_size=4, unique=True)))
    found = [
        draw(record) | {"version": number, "valid_from": start, "valid_to": end}
        for number, (start, end) in enumerate(itertools.pairwise(times), 1)
    ]
    if draw(st.booleans()):
        found[-1]["valid_to"] = None
    return found


@st.composite
def limits(draw: st.DrawFn) -> dict[str, Any]:
    given = sorted(draw(st.lists(st.floats(0, 100), min_size=4, max_size=4, unique=True)))
    return {name: value for name, value in zip(("ll", "l", "h", "hh"), given, strict=True) if draw(st.booleans())}


def some(draw: st.DrawFn, most: int, prefix: str = "") -> list[str]:
    """A few codes of one kind of record."""
    return [prefix + code for code in draw(st.lists(codes, max_size=most, unique=True))]


def one_of(found: list[dict[str, Any]]) -> st.SearchStrategy[Any]:
    """None, or the code of one of the records."""
    return maybe(st.sampled_from([record["code"] for record in found])) if found else st.none()


def many_of(found: list[dict[str, Any]]) -> st.SearchStrategy[tuple[str, ...]]:
    """Some of the records' codes."""
    if not found:
        return st.just(())
    return st.lists(st.sampled_from([record["code"] for record in found]), max_size=2, unique=True).map(tuple)


@st.composite
def schedules(draw: st.DrawFn) -> dict[str, Any]:
    """Weekly windows and dated exceptions."""
    window = st.fixed_dictionaries({"start": clocks, "end": clocks}, optional={"days": days})
    dates = st.lists(st.dates(date(2026, 1, 1), date(2030, 12, 31)), min_size=2, max_size=2, unique=True).map(sorted)
    dated = [
        {"starts": f"{first}T{draw(clocks)}", "ends": f"{last}T{draw(clocks)}", "open": draw(st.booleans())}
        for first, last in draw(st.lists(dates, max_size=2))
    ]
    return {"weekly": draw(st.lists(window, max_size=2)), "dated": dated}


def groups_of(crew: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Some people and vehicles."""
    groups = {"roles": "roles", "teams": "teams", "persons": "people", "vehicles": "vehicles"}
    return st.fixed_dictionaries({who: many_of(crew[field]) for who, field in groups.items()})


def rules_of(crew: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Any of a fence's rules."""
    seconds, metres = st.floats(0, 86_400), st.floats(0.1, 1000)
    staff = st.fixed_dictionaries(
        {"role": one_of(crew["roles"]), "team": one_of(crew["teams"]), "people": st.integers(1, 9)}
    )
    numbers = dict.fromkeys(
        ("overcrowd_on_s", "understaff_s", "absent_s", "still_s", "overstay_s", "escort_s"), seconds
    )
    return st.fixed_dictionaries(
        {},
        optional={
            **numbers,
            **dict.fromkeys(("still_radius_m", "escort_m"), metres),
            **dict.fromkeys(("still_exempt", "gather_exempt", "escort"), st.booleans()),
            "max_people": st.integers(0, 500),
            "min_staff": st.lists(staff, max_size=2),
            "post_of": groups_of(crew),
            "wrong_post_s": maybe(seconds),
            "moving_with": one_of(crew["vehicles"]),
        },
    )


def patrols_of(draw: st.DrawFn, crew: dict[str, Any]) -> list[dict[str, Any]]:
    """A route or none, where there is anybody to make it."""
    if not crew["people"]:
        return []
    point = {"lon": st.just(ORIGIN[0]), "lat": st.just(ORIGIN[1]), "radius_m": st.floats(1, 50)}
    window = st.fixed_dictionaries({"start": clocks, "end": clocks, "days": days})
    return [
        *named(
            draw,
            some(draw, 1, "R-"),
            points=st.just(named(draw, ["1", "2"], **point)),
            windows=st.lists(window, min_size=1, max_size=2),
            persons=st.just((crew["people"][0]["code"],)),
            teams=many_of(crew["teams"]),
            ordered=st.booleans(),
        )
    ]


_circles = st.fixed_dictionaries({"shape": st.just("circle"), "centre": st.just(ORIGIN), "radius_m": st.floats(1, 90)})
_strips = st.fixed_dictionaries(
    {"shape": st.just("corridor"), "line": st.just((ORIGIN, ORIGIN)), "width_m": st.just(3)}
)
drawings = maybe(_circles | _strips)
notes = st.just("") | words


def named(draw: st.DrawFn, found: list[str], **fields: st.SearchStrategy[Any]) -> list[dict[str, Any]]:
    """One record per code, with names and the given fields."""
    record = st.fixed_dictionaries({"names": names, **fields})
    return [draw(record) | {"code": code} for code in found]


def versioned(draw: st.DrawFn, found: list[str], **fields: st.SearchStrategy[Any]) -> list[dict[str, Any]]:
    """Every version of one record per code."""
    record = st.fixed_dictionaries(fields)
    return [version | {"code": code} for code in found for version in draw(versions(record))]


@st.composite
def control_points(draw: st.DrawFn) -> list[dict[str, float]]:
    """None, or three that make a frame with a few centimetres of misfit."""
    if draw(st.booleans()):
        return []
    misfit = st.floats(-0.05, 0.05)
    return [
        {
            "engine_x_m": x,
            "engine_y_m": y,
            "site_x_m": x + draw(misfit),
            "site_y_m": y + draw(misfit),
            "sigma_m": draw(st.floats(0.001, 1)),
        }
        for x, y in ((0.0, 0.0), (100.0, 0.0), (100.0, 80.0))
    ]


@st.composite
def things(draw: st.DrawFn) -> dict[str, Any]:
    """Levels, engines and assets."""
    levels = named(draw, some(draw, 2), z_m=heights)
    engines = named(draw, ["uwb", *some(draw, 1, "x-")], z_offset_m=heights, control_points=control_points())
    assets: list[dict[str, Any]] = []
    for code in some(draw, 5):
        kind = draw(st.sampled_from(sorted(GEOMETRY_OF_KIND)))
        fields = {
            "geometry": _GEOMETRIES[GEOMETRY_OF_KIND[kind][0]],
            "base_m": heights,
            "level": one_of(levels),
            "parent": one_of(assets),
            "model": maybe(words),
            "attributes": attributes(kind, draw(st.sampled_from(engines))["code"]),
        }
        assets += named(draw, [code], **fields)
    # A parent may come before or after its parts.
    return {"levels": levels, "engines": engines, "assets": draw(st.permutations(assets))}


@st.composite
def staff(draw: st.DrawFn) -> dict[str, Any]:
    """Roles, teams, shifts, people, vehicles, tags and who carried them."""
    kind = st.sampled_from(["staff", "contractor", "visitor"])
    roles = named(draw, ["op", *some(draw, 1, "r-")], glyph=words, kind=kind)
    teams = named(draw, some(draw, 2))
    shifts = named(draw, some(draw, 2), start=clocks, end=clocks)
    belongs = {
        "role": st.sampled_from([role["code"] for role in roles]),
        "team": one_of(teams),
        "shift": one_of(shifts),
    }
    people = named(draw, some(draw, 3, "p-"), **belongs, employer=maybe(words))
    vehicles = named(draw, some(draw, 2, "v-"), vehicle_kind=words, plate=maybe(words))
    tag = st.fixed_dictionaries({"tag_kind": words, "carry_height_m": st.floats(0, 5)})
    tags = [draw(tag) | {"code": code} for code in some(draw, 3)]
    carriers = [("person", one["code"]) for one in people] + [("vehicle", one["code"]) for one in vehicles]
    assignments: list[dict[str, Any]] = []
    if carriers:
        carried = st.sampled_from(carriers).map(lambda who: {who[0]: who[1]})
        assignments = [version | {"tag": one["code"]} for one in tags for version in draw(versions(carried))]
    return {
        "roles": roles,
        "teams": teams,
        "shifts": shifts,
        "people": people,
        "vehicles": vehicles,
        "tags": tags,
        "assignments": assignments,
    }


@st.composite
def plants(draw: st.DrawFn) -> Plant:
    """A whole plant whose records fit together."""
    found, crew = draw(things()), draw(staff())
    prism = {"names": names, "geometry": areas, "z_min_m": st.floats(-60, -1), "z_max_m": st.floats(0, 200)}
    prism["colour"] = st.sampled_from(["red", "orange", "yellow", "blue"])
    purposes = ["forbidden", "post", "limited", "timed", "muster", "exempt", "information"]
    fence = {
        "purpose": st.sampled_from(purposes),
        "priority": st.integers(1, 4),
        "allow": groups_of(crew),
        "schedule": schedules(),
        "rules": rules_of(crew),
        "level": one_of(found["levels"]),
        "drawn": drawings,
        "author": notes,
        "reason": notes,
        "confirm_s": maybe(st.floats(0.1, 600)),
        "enter_probability": st.floats(0.51, 0.99),
        "exit_probability": st.floats(0.01, 0.49),
        "confirm_fixes": st.integers(1, 20),
    }
    sensor = {
        "names": names,
        "quantity": words,
        "unit": words | st.just(""),
        "range_low": st.floats(-100, 0),
        "range_high": st.floats(100, 1e6),
        "asset": one_of(found["assets"]),
        "limits": limits(),
        "period_s": st.floats(0.01, 3600),
    }
    camera = {
        "names": names,
        **dict.fromkeys(("x_m", "y_m"), st.floats(-5e3, 5e3)),
        "z_m": heights,
        "heading_deg": st.floats(0, 359),
        "tilt_deg": st.floats(-90, 90),
        "hfov_deg": st.floats(1, 179),
        "width_px": st.integers(1, 8000),
        "reach_m": st.floats(1, 500),
    }
    head = {
        "origin_height_m": heights,
        "timezone": st.sampled_from(["Asia/Shanghai", "UTC", "Asia/Urumqi"]),
        "boundary": areas,
        "home_bearing_deg": st.floats(-180, 180),
        "fictional": st.booleans(),
    }
    origin = {"enterprise": "E-1", "origin_lon": ORIGIN[0], "origin_lat": ORIGIN[1]}
    poles = [asset["code"] for asset in found["assets"] if asset["attributes"]["kind"] == "camera"]
    plant = {
        "head": named(draw, [draw(codes)], **head)[0] | origin,
        "regions": [*named(draw, ["37"]), named(draw, ["3705"])[0] | {"parent": "37"}],
        "enterprise": named(draw, ["E-1"])[0] | {"region": "3705"},
        **found,
        **crew,
        "zones": versioned(draw, some(draw, 2), **prism, area_kind=words),
        "fences": versioned(draw, some(draw, 2), **prism, **fence),
        "patrols": patrols_of(draw, crew),
        "sensors": versioned(draw, some(draw, 2), **sensor),
        "cameras": versioned(draw, poles, **camera),
    }
    return TypeAdapter(Plant).validate_python(plant)
