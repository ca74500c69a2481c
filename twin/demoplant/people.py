"""The plant's invented people, vehicles, tags, and who carries what."""

from __future__ import annotations

from dataclasses import dataclass

from gis.plant import Names, Person, Role, RoleKind, Shift, Tag, TagAssignment, Team, Vehicle
from twin.demoplant.draft import VALID_FROM

_KINDS = {"contractor": RoleKind.CONTRACTOR, "visitor": RoleKind.VISITOR}
ROLES = tuple(
    Role(code=code, names=Names(zh=zh, en=en), glyph=glyph, kind=_KINDS.get(code, RoleKind.STAFF))
    for code, zh, en, glyph in (
        ("operator", "操作工", "Operator", "circle"),
        ("maintenance", "检维修", "Maintenance", "square"),
        ("contractor", "承包商", "Contractor", "triangle"),
        ("visitor", "访客", "Visitor", "diamond"),
        ("safety", "安全员", "Safety", "shield"),
        ("driver", "司机", "Driver", "pentagon"),
    )
)
TEAMS = tuple(
    Team(code=code, names=Names(zh=zh, en=en))
    for code, zh, en in (
        ("T-CDU", "常减压班", "Crude unit team"), ("T-FCC", "催化班", "Cracking team"), ("T-HDT", "加氢班", "Hydrogenation team"),
        ("T-TANK", "储运班", "Tank farm team"), ("T-LOAD", "装卸班", "Loading team"), ("T-CCR", "中控班", "Control room team"),
        ("T-MECH", "机修班", "Mechanical maintenance"), ("T-ELEC", "电仪班", "Electrical and instruments"),
        ("T-HSE", "安全环保部", "Safety and environment"), ("T-FIRE", "消防队", "Fire brigade"), ("T-DRV", "车队", "Transport"),
        ("T-CON1", "承包商一队", "Contractor crew 1"), ("T-CON2", "承包商二队", "Contractor crew 2"), ("T-VIS", "访客", "Visitors"),
    )
)  # fmt: skip
SHIFTS = tuple(
    Shift(code=code, names=Names(zh=zh, en=en), start=start, end=end)
    for code, zh, en, start, end in (
        ("A", "白班", "Day shift", "08:00", "16:00"),
        ("B", "中班", "Evening shift", "16:00", "00:00"),
        ("C", "夜班", "Night shift", "00:00", "08:00"),
    )
)

_SURNAMES = (
    ("陈", "Chen"), ("林", "Lin"), ("周", "Zhou"), ("徐", "Xu"), ("孙", "Sun"), ("朱", "Zhu"), ("高", "Gao"), ("郭", "Guo"), ("何", "He"),
    ("罗", "Luo"), ("郑", "Zheng"), ("梁", "Liang"), ("谢", "Xie"), ("宋", "Song"), ("唐", "Tang"), ("许", "Xu"), ("韩", "Han"), ("冯", "Feng"),
    ("邓", "Deng"), ("曹", "Cao"), ("彭", "Peng"), ("曾", "Zeng"), ("田", "Tian"),
)  # fmt: skip
_GIVEN = (
    ("海禾", "Haihe"), ("岸青", "Anqing"), ("苇舟", "Weizhou"), ("潮生", "Chaosheng"), ("沐阳", "Muyang"), ("河清", "Heqing"),
    ("云帆", "Yunfan"), ("稻香", "Daoxiang"), ("安澜", "Anlan"), ("柳笛", "Liudi"), ("知秋", "Zhiqiu"), ("北辰", "Beichen"),
    ("芦生", "Lusheng"), ("望舒", "Wangshu"), ("春晓", "Chunxiao"), ("鸿渐", "Hongjian"), ("槐序", "Huaixu"), ("雁回", "Yanhui"),
    ("石岩", "Shiyan"), ("远帆", "Yuanfan"), ("晴川", "Qingchuan"), ("听涛", "Tingtao"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Post:
    """So many people of one role and team, spread over the shifts."""

    role: str
    team: str
    count: int
    employer: str | None = None


_POSTS = (
    _Post("operator", "T-CDU", 9), _Post("operator", "T-FCC", 9), _Post("operator", "T-HDT", 9), _Post("operator", "T-TANK", 9),
    _Post("operator", "T-LOAD", 6), _Post("operator", "T-CCR", 12),
    _Post("maintenance", "T-MECH", 9), _Post("maintenance", "T-ELEC", 9),
    _Post("safety", "T-HSE", 6), _Post("safety", "T-FIRE", 6),
    _Post("contractor", "T-CON1", 9, "海岸安装工程（虚构）"), _Post("contractor", "T-CON2", 9, "河口防腐工程（虚构）"),
    _Post("driver", "T-DRV", 12), _Post("visitor", "T-VIS", 6, "来访单位（虚构）"),
)  # fmt: skip


def people() -> list[Person]:
    """120 people, P001 to P120. Names are put together from a table and belong to nobody."""
    made: list[Person] = []
    for post in _POSTS:
        for index in range(post.count):
            number = len(made)
            surname, given = (
                _SURNAMES[number % len(_SURNAMES)],
                _GIVEN[(number * 7 + number // len(_SURNAMES)) % len(_GIVEN)],
            )
            made.append(
                Person(
                    code=f"P{number + 1:03d}",
                    names=Names(zh=surname[0] + given[0], en=f"{surname[1]} {given[1]}"),
                    role=post.role,
                    team=post.team,
                    shift="ABC"[index % 3],
                    employer=post.employer,
                )
            )
    return made


def vehicles() -> list[Vehicle]:
    """Eight vehicles, CAR-1 to CAR-8."""
    return [
        Vehicle(code=f"CAR-{number}", names=Names(zh=zh, en=en), vehicle_kind=kind, plate=f"鲁E示{number:03d}")
        for number, (zh, en, kind) in enumerate(
            (
                ("消防车一号", "Fire engine 1", "fire_engine"), ("消防车二号", "Fire engine 2", "fire_engine"),
                ("油罐车一号", "Tank truck 1", "tank_truck"), ("油罐车二号", "Tank truck 2", "tank_truck"),
                ("液化气槽车", "LPG truck", "tank_truck"), ("巡逻车", "Patrol car", "patrol"),
                ("叉车", "Forklift", "forklift"), ("救护车", "Ambulance", "ambulance"),
            ),
            start=1,
        )
    ]  # fmt: skip


def tags(crew: list[Person], fleet: list[Vehicle]) -> tuple[list[Tag], list[TagAssignment]]:
    """One tag for each person, then each vehicle, T0001 upwards, assigned since the plant's first day."""
    made: list[Tag] = []
    assigned: list[TagAssignment] = []
    for person in crew:
        code = f"T{len(made) + 1:04d}"
        made.append(Tag(code=code, tag_kind="person", carry_height_m=1.2))
        assigned.append(TagAssignment.model_validate({"tag": code, "person": person.code, "valid_from": VALID_FROM}))
    for vehicle in fleet:
        code = f"T{len(made) + 1:04d}"
        made.append(Tag(code=code, tag_kind="vehicle", carry_height_m=2.0))
        assigned.append(TagAssignment.model_validate({"tag": code, "vehicle": vehicle.code, "valid_from": VALID_FROM}))
    return made, assigned
