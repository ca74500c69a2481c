"""One plant's records looked up by code, as they hold at one instant (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, TypeVar

import shapely

from gis.plant import Names, Versioned

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gis.plant import Asset, Camera, Fence, Person, Plant, Sensor, Vehicle, Zone
    from twin.api.wire import SubjectKind

TAG_PREFIX = "tag:"
V = TypeVar("V", bound=Versioned)


@dataclass(frozen=True, eq=False)
class Directory:
    """One plant's records, looked up by code; built anew whenever the plant changes.

    Args:
        plant: all records.
        now_ns: which versions and assignments hold.
    """

    plant: Plant
    now_ns: int

    @cached_property
    def people(self) -> dict[str, Person]:
        """People by code."""
        return {person.code: person for person in self.plant.people}

    @cached_property
    def vehicles(self) -> dict[str, Vehicle]:
        """Vehicles by code."""
        return {vehicle.code: vehicle for vehicle in self.plant.vehicles}

    @cached_property
    def assets(self) -> dict[str, Asset]:
        """Assets by code."""
        return {asset.code: asset for asset in self.plant.assets}

    @cached_property
    def zones(self) -> list[Zone]:
        """Zones that hold now."""
        return valid(self.plant.zones, self.now_ns)

    @cached_property
    def zone_tree(self) -> tuple[shapely.STRtree, list[Zone]]:
        """A spatial index over the zones that hold now, in site metres."""
        frame = self.plant.head.frame
        return shapely.STRtree([frame.shape_to_site(zone.geometry) for zone in self.zones]), self.zones

    @cached_property
    def fences(self) -> dict[str, Fence]:
        """Fences that hold now, by code."""
        return {fence.code: fence for fence in valid(self.plant.fences, self.now_ns)}

    @cached_property
    def fence_versions(self) -> dict[tuple[str, int], Fence]:
        """Every version of every fence."""
        return {(fence.code, fence.version): fence for fence in self.plant.fences}

    @cached_property
    def sensors(self) -> dict[str, Sensor]:
        """Sensors that hold now, by code."""
        return {sensor.code: sensor for sensor in valid(self.plant.sensors, self.now_ns)}

    @cached_property
    def cameras(self) -> dict[str, Camera]:
        """Cameras that hold now, by code."""
        return {camera.code: camera for camera in valid(self.plant.cameras, self.now_ns)}

    @cached_property
    def tags_of(self) -> dict[str, list[str]]:
        """Tags carried now, by person or vehicle code."""
        carried: dict[str, list[str]] = {}
        for assignment in valid(self.plant.assignments, self.now_ns):
            carried.setdefault(assignment.person or assignment.vehicle or "", []).append(assignment.tag)
        return carried

    @cached_property
    def glyphs(self) -> dict[str, str]:
        """Glyph by role code."""
        return {role.code: role.glyph for role in self.plant.roles}

    @cached_property
    def next_change_ns(self) -> int | None:
        """When the next version of a record begins or ends; null when none will."""
        plant = self.plant
        bounds = (
            bound
            for record in (*plant.zones, *plant.fences, *plant.sensors, *plant.cameras, *plant.assignments)
            for bound in (record.valid_from, record.valid_to)
        )
        return min((bound for bound in bounds if bound is not None and bound > self.now_ns), default=None)

    @cached_property
    def records_mark(self) -> str:
        """A short mark that differs whenever the records differ."""
        now = f"{self.now_ns if self.next_change_ns is not None else 0}"
        return sha256(f"{now}{self.plant.model_dump_json()}".encode()).hexdigest()[:16]

    def kind_of(self, subject: str) -> SubjectKind:
        """Whether a subject is a person, a vehicle, or a tag nobody carries."""
        if subject in self.people:
            return "person"
        return "vehicle" if subject in self.vehicles else "tag"

    def names_of(self, subject: str) -> Names:
        """The names of a subject; a tag nobody carries is called by its code."""
        carrier = self.people.get(subject) or self.vehicles.get(subject)
        if carrier is not None:
            return carrier.names
        code = subject.removeprefix(TAG_PREFIX) or "?"
        return Names(zh=f"标签 {code}", en=f"Tag {code}")

    def role_of(self, subject: str) -> str | None:
        """Role code of a person, kind of a vehicle."""
        person = self.people.get(subject)
        if person is not None:
            return person.role
        vehicle = self.vehicles.get(subject)
        return vehicle.vehicle_kind if vehicle is not None else None

    def lonlat(self, x_m: float, y_m: float) -> tuple[float, float]:
        """Site metres as degrees."""
        lon, lat = self.plant.head.frame.to_lonlat([x_m], [y_m])
        return float(lon[0]), float(lat[0])


def valid(records: Iterable[V], t_ns: int) -> list[V]:
    """The versions that hold at an instant."""
    return [record for record in records if record.valid_at(t_ns)]
