"""A fence as somebody wrote it → the record, or everything that is wrong with it (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from gis.plant import Fence, FencePurpose
from twin.fencing.faults import FenceFault
from twin.fencing.outline import geometry_of, narrow_fault, outline_faults, read_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gis.plant import Allow, Plant

HIGHEST_M = 1000.0


def check_fence(
    plant: Plant, code: str, body: Mapping[str, Any], now_ns: int, sigma_m: float
) -> tuple[Fence | None, tuple[FenceFault, ...]]:
    """The fence a body describes, and its faults; no fence when one of them is more than a warning.

    Args:
        plant: whose fence it is to be.
        code: of the fence.
        body: the fields of a fence as JSON values; unknown fields are faults.
        now_ns: from when it holds, UTC ns.
        sigma_m: what the positioning is good for, one standard deviation.
    """
    faults: list[FenceFault] = []
    parts = read_parts(body.get("geometry"))
    if isinstance(parts, FenceFault):
        faults.append(parts)
    else:
        faults += outline_faults(parts, plant.head.frame)
    outline_ok = not faults
    # The rest is judged with a geometry that passes, so that one fault does not hide the others.
    stand_in = plant.head.boundary if not outline_ok or isinstance(parts, FenceFault) else geometry_of(parts)
    fence: Fence | None = None
    try:
        fence = Fence.model_validate({**body, "code": code, "geometry": stand_in, "valid_from": now_ns})
    except ValidationError as error:
        faults += [_field_fault(fault) for fault in error.errors()[:30] if fault["loc"][:1] != ("geometry",)]
        if not faults:
            faults.append(FenceFault("bad_coordinates", "geometry"))
    if fence is not None:
        faults += [*_heights(fence), *_references(plant, fence), *_meaning(fence)]
        if outline_ok:
            narrow = narrow_fault(plant.head.frame.shape_to_site(fence.geometry), sigma_m, plant.head.frame)
            faults += [narrow] if narrow is not None else []
    whole = fence if all(fault.warning for fault in faults) else None
    return whole, tuple(faults)


def _field_fault(error: Any) -> FenceFault:
    params = {"detail": str(error["msg"])[:200]}
    context = error.get("ctx") or {}
    params |= {key: value for key, value in context.items() if isinstance(value, (int, float, str))}
    return FenceFault(str(error["type"]), ".".join(str(part) for part in error["loc"]), params)


def _heights(fence: Fence) -> Iterator[FenceFault]:
    if fence.z_min_m >= fence.z_max_m:
        yield FenceFault("fence_heights", "z_min_m")
    for name in ("z_min_m", "z_max_m"):
        if abs(getattr(fence, name)) > HIGHEST_M:
            yield FenceFault("too_high", name, {"most_m": HIGHEST_M})


def _references(plant: Plant, fence: Fence) -> Iterator[FenceFault]:
    known = {
        "roles": {record.code for record in plant.roles},
        "teams": {record.code for record in plant.teams},
        "persons": {record.code for record in plant.people},
        "vehicles": {record.code for record in plant.vehicles},
        "levels": {record.code for record in plant.levels},
    }
    yield from _allow("allow", fence.allow, known)
    yield from _allow("rules.post_of", fence.rules.post_of, known)
    for i, need in enumerate(fence.rules.min_staff):
        yield from _unknown(f"rules.min_staff.{i}.role", [need.role], known["roles"], "unknown_role")
        yield from _unknown(f"rules.min_staff.{i}.team", [need.team], known["teams"], "unknown_team")
    yield from _unknown("rules.moving_with", [fence.rules.moving_with], known["vehicles"], "unknown_vehicle")
    yield from _unknown("level", [fence.level], known["levels"], "unknown_level")


def _allow(field: str, allow: Allow, known: Mapping[str, set[str]]) -> Iterator[FenceFault]:
    for who in ("roles", "teams", "persons", "vehicles"):
        yield from _unknown(f"{field}.{who}", getattr(allow, who), known[who], f"unknown_{who.removesuffix('s')}")


def _unknown(
    field: str, codes: Sequence[str | None] | Iterable[str], known: set[str], fault: str
) -> Iterator[FenceFault]:
    for code in codes:
        if code is not None and code not in known:
            yield FenceFault(fault, field, {"unknown": code})


def _meaning(fence: Fence) -> Iterator[FenceFault]:
    """What can be published and yet hardly is what somebody wants."""
    rules = fence.rules
    if fence.purpose is FencePurpose.LIMITED and rules.max_people is None:
        yield FenceFault("no_limit", "rules.max_people", warning=True)
    if fence.purpose is FencePurpose.TIMED and rules.overstay_s is None:
        yield FenceFault("no_overstay", "rules.overstay_s", warning=True)
    if fence.purpose is FencePurpose.POST and rules.post_of.is_empty and not rules.min_staff:
        yield FenceFault("no_post", "rules.post_of", warning=True)
