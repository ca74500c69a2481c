"""The live table of everything that moves, structure of arrays: people, vehicles, tags nobody carries (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from gis.fix import FixStatus, r95_m
from gis.store.packing import covariance_as_kept, place_as_kept, probability_as_kept
from gis.time import format_time
from twin.api.directory import TAG_PREFIX
from twin.api.frames import BIT_ALARM, BIT_SOS, BIT_STILL, BIT_UNSEEN, STATUS_MASK, encode_frame
from twin.api.live_messages import MoverRow, PeopleTable
from twin.api.live_schemas import PersonNow

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from numpy.typing import NDArray

    from twin.api.directory import Directory
    from twin.effects import PositionsMoved

STILL_PROBABILITY = 0.5
# A level holds whoever is no lower than this under its surface: heights are estimated, not measured.
LEVEL_TOLERANCE_M = 0.75
TABLES = 65536
# The radius that holds 95 % of a round normal distribution, in standard deviations.
R95_PER_SIGMA = 2.4477
USUAL_SIGMA_M = 0.3
STATUS_NAMES = ("fix", "degraded", "predicted", "lost")


class Movers:
    """Positions of all movers of one plant, the newest of each.

    Rows are people, then vehicles, in the plant's order, then tags nobody carries in the order they were first heard.
    The table number rises whenever rows come, go or change.
    """

    def __init__(self, directory: Directory) -> None:
        self.table = 0
        self.directory = directory
        self._carried: dict[str, str] = {}
        self.battery: dict[str, float] = {}
        self.sos: set[str] = set()
        self.in_alarm: set[str] = set()
        self._allocate([])
        self.replace(directory)

    def __len__(self) -> int:
        return len(self.subjects)

    def _allocate(self, subjects: list[str]) -> None:
        n = len(subjects)
        self.subjects = subjects
        self.index = {subject: row for row, subject in enumerate(subjects)}
        self.tags: list[str | None] = [None] * n
        self.t_ns: NDArray[np.int64] = np.zeros(n, np.int64)
        self.xyz_m: NDArray[np.float64] = np.zeros((n, 3))
        self.r95_m: NDArray[np.float64] = np.full(n, np.inf)
        self.p_still: NDArray[np.float64] = np.zeros(n)
        self.status: NDArray[np.uint8] = np.full(n, FixStatus.LOST, np.uint8)
        self.seen: NDArray[np.bool_] = np.zeros(n, bool)

    def replace(self, directory: Directory) -> None:
        """The plant's records changed: new rows, positions kept."""
        plant = directory.plant
        known = [*(person.code for person in plant.people), *(vehicle.code for vehicle in plant.vehicles)]
        loose = [subject for subject in self.subjects if subject.startswith(TAG_PREFIX)]
        self.directory = directory
        self._carried = {subject: tags[0] for subject, tags in directory.tags_of.items()}
        self._rebuild([*known, *loose])

    def clear(self) -> None:
        """Forget all positions and loose tags; a snapshot follows."""
        self._allocate([subject for subject in self.subjects if not subject.startswith(TAG_PREFIX)])
        self._next_table()

    def _rebuild(self, subjects: list[str]) -> None:
        old = (self.subjects, self.tags, self.t_ns, self.xyz_m, self.r95_m, self.p_still, self.status, self.seen)
        before = self.index
        self._allocate(subjects)
        kept = [(row, before[subject]) for subject, row in self.index.items() if subject in before]
        if kept:
            new_rows, old_rows = (np.array(rows) for rows in zip(*kept, strict=True))
            self.t_ns[new_rows] = old[2][old_rows]
            self.xyz_m[new_rows] = old[3][old_rows]
            self.r95_m[new_rows] = old[4][old_rows]
            self.p_still[new_rows] = old[5][old_rows]
            self.status[new_rows] = old[6][old_rows]
            self.seen[new_rows] = old[7][old_rows]
            for new_row, old_row in kept:
                self.tags[new_row] = old[1][old_row]
        self._next_table()

    def _next_table(self) -> None:
        self.table = (self.table + 1) % TABLES

    def move(self, moved: PositionsMoved) -> bool:
        """Take over newer positions; an older one than shown never replaces it.

        Returns:
            Whether the table changed (a tag nobody carries was heard for the first time).
        """
        index = self.index
        unknown = dict.fromkeys(subject for subject in moved.subject if subject not in index)
        if unknown:
            self._rebuild([*self.subjects, *unknown])
            index = self.index
        if not moved.subject:
            return False
        rows = np.fromiter((index[subject] for subject in moved.subject), np.intp, len(moved.subject))
        order = np.argsort(moved.fix_t_ns, kind="stable")
        placed = np.isfinite(moved.xyz_m[order]).all(axis=1)
        order = order[placed & (moved.fix_t_ns[order] >= self.t_ns[rows[order]])]
        # Of several fixes of one mover the newest comes last in `order`, and NumPy keeps the last assignment.
        rows = rows[order]
        self.t_ns[rows] = moved.fix_t_ns[order]
        # To the units the store keeps, so that the same instant asked for later looks the same.
        self.xyz_m[rows] = place_as_kept(moved.xyz_m[order])
        self.r95_m[rows] = r95_m(covariance_as_kept(moved.cov_m2[order]))
        self.p_still[rows] = probability_as_kept(moved.p_still[order])
        self.status[rows] = moved.status[order] & STATUS_MASK
        self.seen[rows] = True
        for source, row in zip(order.tolist(), rows.tolist(), strict=True):
            self.tags[row] = moved.tag_id[source]
        return bool(unknown)

    def usual_sigma_m(self) -> float:
        """Standard deviation of a usual position just now, one axis; that of UWB while nobody is seen."""
        good = self.r95_m[self.seen & (self.status == FixStatus.FIX)]
        return float(np.median(good)) / R95_PER_SIGMA if len(good) else USUAL_SIGMA_M

    def set_status(self, subject: str, status: int) -> None:
        """A mover's fix grew old or came back."""
        row = self.index.get(subject)
        if row is not None:
            self.status[row] = status & STATUS_MASK

    def set_sos(self, subject: str, pressed: bool) -> None:
        """The SOS key of a mover's tag."""
        (self.sos.add if pressed else self.sos.discard)(subject)

    def flags(self) -> NDArray[np.uint8]:
        """(n,) status bytes of the binary frame."""
        bits = self.status | np.where(self.p_still >= STILL_PROBABILITY, BIT_STILL, 0).astype(np.uint8)
        bits |= np.where(self.seen, 0, BIT_UNSEEN).astype(np.uint8)
        for subjects, bit in ((self.sos, BIT_SOS), (self.in_alarm, BIT_ALARM)):
            rows = [self.index[subject] for subject in subjects if subject in self.index]
            bits[rows] |= bit
        return np.asarray(bits, np.uint8)

    def frame(self, seq: int) -> bytes:
        """All movers as one binary frame."""
        return encode_frame(self.table, seq, self.t_ns, self.xyz_m, self.r95_m, self.flags())

    def people_table(self) -> PeopleTable:
        """Who the rows of the frames are."""
        return PeopleTable(table=self.table, rows=[self._row(subject) for subject in self.subjects])

    def _row(self, subject: str) -> MoverRow:
        directory = self.directory
        person = directory.people.get(subject)
        kind = directory.kind_of(subject)
        tag = self.tags[self.index[subject]] or self._carried.get(subject)
        if kind == "tag":
            tag = subject.removeprefix(TAG_PREFIX)
        glyph = {"person": "circle", "vehicle": "vehicle", "tag": "ring"}[kind]
        return MoverRow(
            id=subject,
            kind=kind,
            names=directory.names_of(subject),
            role=directory.role_of(subject),
            glyph=directory.glyphs.get(person.role, glyph) if person is not None else glyph,
            team=person.team if person is not None else None,
            tag=tag,
            battery_pct=self.battery.get(tag) if tag is not None else None,
        )

    def count(self) -> tuple[int, int, int]:
        """How many movers there are, how many of the seen are predicted or lost, how many were never seen."""
        stale = int((self.seen & (self.status >= FixStatus.PREDICTED)).sum())
        return len(self), stale, int((~self.seen).sum())

    @property
    def newest_ns(self) -> int | None:
        """Newest time of measurement of any mover."""
        return int(self.t_ns[self.seen].max()) if self.seen.any() else None

    def rows(self, kinds: Collection[str]) -> list[PersonNow]:
        """Positions of the seen movers of some kinds, with the zones and level they are on."""
        directory = self.directory
        wanted = [
            row for row, subject in enumerate(self.subjects) if self.seen[row] and directory.kind_of(subject) in kinds
        ]
        tags = [self.tags[row] or "" for row in wanted]
        subjects = [self.subjects[row] for row in wanted]
        pick = np.array(wanted, np.intp)
        return person_rows(
            directory,
            subjects,
            tags,
            self.t_ns[pick],
            self.xyz_m[pick],
            self.r95_m[pick],
            self.p_still[pick],
            self.status[pick],
        )


def person_rows(
    directory: Directory,
    subjects: list[str],
    tags: list[str],
    t_ns: NDArray[np.int64],
    xyz_m: NDArray[np.float64],
    r95: NDArray[np.float64],
    p_still: NDArray[np.float64],
    status: NDArray[np.uint8],
) -> list[PersonNow]:
    """Positions (n of each) as wire rows: degrees, zones and level added."""
    if not subjects:
        return []
    lon, lat = directory.plant.head.frame.to_lonlat(xyz_m[:, 0], xyz_m[:, 1])
    zones = zones_of(directory, xyz_m)
    levels = levels_of(directory, xyz_m[:, 2])
    radius = np.nan_to_num(r95, nan=1e6, posinf=1e6)
    return [
        PersonNow(
            id=subject,
            name=directory.names_of(subject),
            role=directory.role_of(subject) or "unknown",
            tag=tags[i],
            t=format_time(int(t_ns[i])),
            x_m=round(float(xyz_m[i, 0]), 3),
            y_m=round(float(xyz_m[i, 1]), 3),
            z_m=round(float(xyz_m[i, 2]), 3),
            lon=round(float(lon[i]), 8),
            lat=round(float(lat[i]), 8),
            r95_m=round(float(radius[i]), 3),
            p_still=round(float(p_still[i]), 3),
            level=levels[i],
            status=STATUS_NAMES[int(status[i]) & STATUS_MASK],
            zones=zones[i],
        )
        for i, subject in enumerate(subjects)
    ]


def zones_of(directory: Directory, xyz_m: NDArray[np.float64]) -> list[list[str]]:
    """Codes of the zones around each of (n, 3) positions."""
    found: list[list[str]] = [[] for _ in range(len(xyz_m))]
    tree, zones = directory.zone_tree
    points = shapely.points(xyz_m[:, :2])
    for point, zone in tree.query(points, predicate="intersects").T.tolist():
        if zones[zone].z_min_m <= xyz_m[point, 2] <= zones[zone].z_max_m:
            found[point].append(zones[zone].code)
    return [sorted(codes) for codes in found]


def levels_of(directory: Directory, z_m: Iterable[float]) -> list[str | None]:
    """The highest level at or under each height; null where the plant knows no levels."""
    levels = sorted(directory.plant.levels, key=lambda level: level.z_m)
    if not levels:
        return [None] * len(list(z_m))
    surfaces = np.array([level.z_m for level in levels]) - LEVEL_TOLERANCE_M
    above = np.searchsorted(surfaces, np.asarray(list(z_m)), side="right") - 1
    return [levels[max(int(i), 0)].code for i in above]
