"""Who carries which tag, and when: from a tag and an instant to the subject that was there."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from gis.plant import Plant

FOREVER_NS = np.iinfo(np.int64).max
TAG_PREFIX = "tag:"


class CarrierKind(StrEnum):
    """What a subject is."""

    PERSON = "person"
    VEHICLE = "vehicle"
    TAG = "tag"


@dataclass(frozen=True, slots=True)
class Carrier:
    """A subject as the rules see it. `subject` is the person's or vehicle's code, or `tag:CODE`."""

    subject: str
    kind: CarrierKind
    role: str | None = None
    team: str | None = None


@dataclass(frozen=True, eq=False)
class Roster:
    """All subjects and tags of a plant by row, and the assignments as dense arrays.

    Attributes:
        carriers: n subjects; the row is the subject's number everywhere in the core.
        row: subject → row.
        tags: m tag codes.
        tag_row: tag code → row.
        own: (m,) row of the subject `tag:CODE` a tag stands for while nobody carries it; −1 before that was needed.
        holder: (m, k) rows of the carriers a tag has had, −1 where there are fewer.
        from_ns, to_ns: (m, k) when each held, half-open.
        shared: (n,) whether a subject has ever had more than one tag at a time.
        strangers: how many of the tags no record knows.
    """

    carriers: tuple[Carrier, ...]
    row: Mapping[str, int]
    tags: tuple[str, ...]
    tag_row: Mapping[str, int]
    own: NDArray[np.int64]
    holder: NDArray[np.int64]
    from_ns: NDArray[np.int64]
    to_ns: NDArray[np.int64]
    shared: NDArray[np.bool_]
    strangers: int = 0

    def holders_at(self, tag: NDArray[np.int64], t_ns: NDArray[np.int64]) -> NDArray[np.int64]:
        """Subject rows (f,) that carried the tag rows (f,) at the instants (f,); −1 where the tag has no row yet."""
        found = self.own[tag].copy()
        for k in range(self.holder.shape[1]):
            held = (self.from_ns[tag, k] <= t_ns) & (t_ns < self.to_ns[tag, k])
            found[held] = self.holder[tag[held], k]
        return found

    def holder_of(self, tag: str, t_ns: int) -> str:
        """The subject that carried a tag at an instant; a tag the roster does not know stands for itself."""
        row = self.tag_row.get(tag)
        if row is None:
            return TAG_PREFIX + tag
        holder = int(self.holders_at(np.array([row]), np.array([t_ns]))[0])
        return TAG_PREFIX + tag if holder < 0 else self.carriers[holder].subject

    def has_tag_at(self, subject: int, t_ns: int) -> bool:
        """Whether any tag can still speak for the subject at the instant."""
        if self.carriers[subject].kind is CarrierKind.TAG:
            tag = np.array([self.tag_row[self.carriers[subject].subject.removeprefix(TAG_PREFIX)]])
            return int(self.holders_at(tag, np.array([t_ns]))[0]) == subject
        return bool(((self.holder == subject) & (self.from_ns <= t_ns) & (t_ns < self.to_ns)).any())

    def with_tags(self, tags: Iterable[str], limit: int) -> Roster:
        """The same roster with every tag given, as long as there are not more than `limit` that no record knows."""
        room = limit - self.strangers
        new = [tag for tag in dict.fromkeys(tags) if tag not in self.tag_row][: max(room, 0)]
        if not new:
            return self
        m, pad = len(self.tags), (len(new), self.holder.shape[1])
        return replace(
            self,
            tags=self.tags + tuple(new),
            tag_row={**self.tag_row, **{tag: m + i for i, tag in enumerate(new)}},
            own=np.concatenate([self.own, np.full(len(new), -1)]),
            holder=np.vstack([self.holder, np.full(pad, -1)]),
            from_ns=np.vstack([self.from_ns, np.full(pad, FOREVER_NS)]),
            to_ns=np.vstack([self.to_ns, np.full(pad, FOREVER_NS)]),
            strangers=self.strangers + len(new),
        )

    def standing_alone(self, tags: Iterable[int]) -> Roster:
        """The same roster in which the tag rows given are subjects of their own."""
        new = sorted({tag for tag in tags if self.own[tag] < 0})
        if not new:
            return self
        n = len(self.carriers)
        own = self.own.copy()
        own[new] = np.arange(n, n + len(new))
        names = [TAG_PREFIX + self.tags[tag] for tag in new]
        return replace(
            self,
            carriers=self.carriers + tuple(Carrier(name, CarrierKind.TAG) for name in names),
            row={**self.row, **{name: n + i for i, name in enumerate(names)}},
            own=own,
            shared=np.concatenate([self.shared, np.zeros(len(new), bool)]),
        )

    def following(self, subjects: Iterable[str], limit: int) -> Roster:
        """The same roster with a row for every `tag:CODE` among the subjects."""
        tags = [name.removeprefix(TAG_PREFIX) for name in subjects if name.startswith(TAG_PREFIX)]
        roster = self.with_tags(tags, limit)
        return roster.standing_alone(roster.tag_row[tag] for tag in tags if tag in roster.tag_row)


def roster_of(plant: Plant) -> Roster:
    """The roster a plant's records describe."""
    tags = tuple(dict.fromkeys([tag.code for tag in plant.tags] + [given.tag for given in plant.assignments]))
    carriers: dict[str, Carrier] = {}
    for person in plant.people:
        carriers[person.code] = Carrier(person.code, CarrierKind.PERSON, person.role, person.team)
    for vehicle in plant.vehicles:
        carriers.setdefault(vehicle.code, Carrier(vehicle.code, CarrierKind.VEHICLE))
    row = {subject: i for i, subject in enumerate(carriers)}
    tag_row = {tag: i for i, tag in enumerate(tags)}
    spans: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for given in plant.assignments:
        holder = row.get(given.person or given.vehicle or "")
        if holder is not None:
            until = FOREVER_NS if given.valid_to is None else given.valid_to
            spans[tag_row[given.tag]].append((given.valid_from, until, holder))
    width = max((len(held) for held in spans.values()), default=0)
    holder_of = np.full((len(tags), width), -1, np.int64)
    from_ns = np.full((len(tags), width), FOREVER_NS, np.int64)
    to_ns = np.full((len(tags), width), FOREVER_NS, np.int64)
    for i, held in spans.items():
        for k, (begin, end, who) in enumerate(sorted(held)):
            from_ns[i, k], to_ns[i, k], holder_of[i, k] = begin, end, who
    return Roster(
        carriers=tuple(carriers.values()),
        row=row,
        tags=tags,
        tag_row=tag_row,
        own=np.full(len(tags), -1, np.int64),
        holder=holder_of,
        from_ns=from_ns,
        to_ns=to_ns,
        shared=_shared(len(carriers), [span for held in spans.values() for span in held]),
    )


def _shared(n: int, spans: Sequence[tuple[int, int, int]]) -> NDArray[np.bool_]:
    """(n,) whether two of a holder's spans overlap: it has two tags at once."""
    shared = np.zeros(n, bool)
    open_until: dict[int, int] = {}
    for begin, end, holder in sorted(spans):
        if begin < open_until.get(holder, 0):
            shared[holder] = True
        open_until[holder] = max(end, open_until.get(holder, 0))
    return shared
