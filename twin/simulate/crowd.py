"""A plant with more or fewer people than it has, for load and for small pictures."""

from __future__ import annotations

from dataclasses import dataclass

from gis.plant import Names, Person, Plant, Tag, TagAssignment


@dataclass(frozen=True, slots=True)
class Crowd:
    """People, tags and assignments that a plant lacks to have so many people."""

    people: tuple[Person, ...]
    tags: tuple[Tag, ...]
    assignments: tuple[TagAssignment, ...]


def newcomers(plant: Plant, count: int, valid_from_ns: int) -> Crowd:
    """The people to add so that the plant has `count` with tags: copies of those it has, under other codes and names.

    The same plant and count always give the same people, so adding them twice can be recognised by their codes.
    """
    if not plant.people:
        return Crowd((), (), ())
    people, tags, assignments = [], [], []
    for number in range(len(plant.people) + 1, count + 1):
        like = plant.people[(number - 1) % len(plant.people)]
        code, tag = f"PX{number:05d}", f"TX{number:05d}"
        names = Names(zh=f"模拟人员 {number:05d}", en=f"Simulated person {number:05d}")
        people.append(like.model_copy(update={"code": code, "names": names}))
        tags.append(Tag(code=tag, carry_height_m=1.2))
        assignments.append(TagAssignment(tag=tag, person=code, valid_from=valid_from_ns))
    return Crowd(tuple(people), tuple(tags), tuple(assignments))


def crowded(plant: Plant, count: int, valid_from_ns: int) -> Plant:
    """The plant with `count` tagged people: newcomers added, or some of its own left out. Vehicles stay."""
    if count >= len(plant.people):
        added = newcomers(plant, count, valid_from_ns)
        return plant.model_copy(
            update={
                "people": (*plant.people, *added.people),
                "tags": (*plant.tags, *added.tags),
                "assignments": (*plant.assignments, *added.assignments),
            }
        )
    kept = {plant.people[i * len(plant.people) // max(count, 1)].code for i in range(count)}
    return plant.model_copy(
        update={
            "assignments": tuple(a for a in plant.assignments if a.person is None or a.person in kept),
        }
    )
