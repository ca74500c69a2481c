"""What reports say, in both languages (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.api.reports.document import Report

if TYPE_CHECKING:
    from collections.abc import Callable

    from twin.api.question_schemas import VisitsAnswer
    from twin.api.schemas import GapRecord

WORDS = {
    "zh": {
        "title": "调查报告：谁在区域内",
        "plant": "厂区",
        "area": "区域",
        "from": "自",
        "to": "至",
        "people": "人数",
        "most": "同时最多",
        "fixes": "查看的定位点",
        "asked_by": "提出人",
        "made": "生成时间",
        "note": "说明",
        "heading": "停留明细",
        "columns": "编号|姓名|进入|离开|停留|确定度|备注",
        "began_open": "开始未见",
        "ended_open": "结束未见",
        "nobody": "没有定位点在该区域内。",
        "read": (
            "停留按首末两个在区域内的定位点计算；“未见”表示此前或此后没有连续定位，实际停留可能更长。"
            "没有佩戴标签的人不在其中。"
        ),
        "gap": "记录缺失：{from_} 至 {to}（{reason}）。此间情况不明。",
        "no_gap": "所查时段内没有已知的记录缺失。",
        "fictional": "演示数据，企业和人员均为虚构。",
        "foot": "Plant Twin · {plant} · {made} · 第 {page} / {pages} 页",
        "reason": "调查报告",
    },
    "en": {
        "title": "Report: who was inside the area",
        "plant": "Plant",
        "area": "Area",
        "from": "From",
        "to": "To",
        "people": "People",
        "most": "Most at once",
        "fixes": "Positions looked at",
        "asked_by": "Asked by",
        "made": "Made",
        "note": "Remark",
        "heading": "Stays",
        "columns": "Code|Name|Entered|Left|Stayed|Certainty|Remarks",
        "began_open": "beginning not seen",
        "ended_open": "end not seen",
        "nobody": "No position was inside the area.",
        "read": (
            "A stay lasts from the first to the last position inside. “Not seen” means that no positions connect to it"
            " before or after: the true stay may be longer. People without a tag are not in this report."
        ),
        "gap": "Records are missing from {from_} to {to} ({reason}): what happened then is not known.",
        "no_gap": "No records are known to be missing in this span.",
        "fictional": "Demonstration data: the enterprise and its people are invented.",
        "foot": "Plant Twin · {plant} · {made} · page {page} of {pages}",
        "reason": "Investigation report",
    },
}


def visits_report(
    made: VisitsAnswer,
    *,
    language: str,
    plant: str,
    area: str,
    asked_by: str,
    note: str,
    now: str,
    fictional: bool,
    local: Callable[[str], str],
    picture: bytes | None,
) -> Report:
    """The answer to "who was inside" as a report.

    Args:
        made: the answer.
        language: zh or en.
        plant: its name in that language.
        area: the name of the place asked about.
        asked_by: who asks.
        note: their remark; may be empty.
        now: when the report is made, local time.
        fictional: the plant is invented.
        local: an ISO time as the plant's local time.
        picture: PNG of the place.
    """
    words = WORDS[language]
    facts = [
        (words["plant"], plant),
        (words["area"], area),
        (words["from"], local(made.t_from)),
        (words["to"], local(made.t_to)),
        (words["people"], str(len(made.people))),
        (words["most"], str(made.most) if made.most_at is None else f"{made.most} ({local(made.most_at)})"),
        (words["fixes"], str(made.fixes)),
        (words["asked_by"], asked_by),
        (words["made"], now),
    ]
    if note:
        facts.append((words["note"], note))
    rows = [
        (
            visit.subject.id,
            getattr(visit.subject.names, language),
            local(visit.entered),
            local(visit.left),
            _lasting(visit.dwell_s),
            f"{visit.probability:.0%}",
            " ".join(words[mark] for mark in ("began_open", "ended_open") if getattr(visit, mark)),
        )
        for visit in made.visits
    ]
    notes = [words["read"], *([words["nobody"]] if not rows else []), *_gaps(made.gaps, words, local)]
    if fictional:
        notes.append(words["fictional"])
    foot = words["foot"].replace("{plant}", plant.replace("{", "(").replace("}", ")")).replace("{made}", now)
    return Report(words["title"], facts, picture, words["heading"], words["columns"].split("|"), rows, notes, foot)


def _gaps(gaps: list[GapRecord], words: dict[str, str], local: Callable[[str], str]) -> list[str]:
    if not gaps:
        return [words["no_gap"]]
    return [words["gap"].format(from_=local(gap.t_from), to=local(gap.t_to), reason=gap.reason) for gap in gaps]


def _lasting(seconds: float) -> str:
    whole = round(seconds)
    hours, minutes = whole // 3600, whole % 3600 // 60
    return f"{hours}:{minutes:02d}:{whole % 60:02d}" if hours else f"{minutes}:{whole % 60:02d}"
