"""From an answer to a signed PDF."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from gis.time import NS_PER_S, parse_time
from twin.api.reports.document import pdf
from twin.api.reports.plan import plan
from twin.api.reports.signing import sign
from twin.api.reports.wording import WORDS, visits_report

if TYPE_CHECKING:
    from pathlib import Path

    from twin.api.directory import Directory
    from twin.api.question_schemas import VisitsAnswer
    from twin.api.questions import Placed


def visits_pdf(
    made: VisitsAnswer,
    directory: Directory,
    place: Placed,
    *,
    language: str,
    note: str,
    asked_by: str,
    now_ns: int,
    keys_dir: Path,
) -> bytes:
    """The answer to "who was inside" as a signed PDF.

    Args:
        made: the answer.
        directory: the plant's records as they held then.
        place: what was asked about.
        language: zh or en.
        note: a remark of whoever asks.
        asked_by: their name.
        now_ns: UTC ns.
        keys_dir: where the signing key is.
    """
    head = directory.plant.head
    zone = ZoneInfo(head.timezone)

    def local(iso: str) -> str:
        return _local(parse_time(iso), zone)

    report = visits_report(
        made,
        language=language,
        plant=getattr(head.names, language),
        area=getattr(place.names, language),
        asked_by=asked_by,
        note=note,
        now=_local(now_ns, zone),
        fictional=head.fictional,
        local=local,
        picture=plan(directory, place.shape, [(visit.lon, visit.lat) for visit in made.visits]),
    )
    now = dt.datetime.fromtimestamp(now_ns / NS_PER_S, dt.UTC)
    return sign(pdf(report), keys_dir, name=f"Plant Twin {head.code}", reason=WORDS[language]["reason"], now=now)


def _local(t_ns: int, zone: ZoneInfo) -> str:
    then = dt.datetime.fromtimestamp(t_ns / NS_PER_S, zone)
    offset = then.utcoffset() or dt.timedelta()
    return f"{then:%Y-%m-%d %H:%M:%S} UTC{offset.total_seconds() / 3600:+g}"
