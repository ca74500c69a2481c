"""`twin simulate`: the plant's people, radio, sensors and cameras as MQTT messages, from a seed."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gis.errors import TwinError
from twin.commands import plant_source
from twin.commands.broker import broker_address, broker_option
from twin.commands.here import told

if TYPE_CHECKING:
    from gis.plant import Plant
    from twin.simulate.publish import Progress


@click.command(
    help="Play the people, radio, sensors and weather of a plant to the broker. 模拟厂区人员、定位信号、传感器与天气。"
)
@click.option(
    "--plant", "source", default="data/demo-plant", show_default=True, metavar="DIR|CODE", help="Plant. 厂区。"
)
@click.option("--people", type=click.IntRange(1, 20_000), help="How many people. 人数。")
@click.option(
    "--rate",
    "rate_hz",
    type=click.FloatRange(0.05, 50.0),
    default=1.0,
    show_default=True,
    help="Epochs a second. 每秒定位次数。",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Start of all chance. 随机种子。")
@click.option(
    "--speed", type=click.FloatRange(0.1, 60.0), default=1.0, show_default=True, help="How fast life goes. 活动快慢。"
)
@click.option(
    "--incidents",
    "incidents_per_h",
    type=click.FloatRange(0.0, 600.0),
    help="How often an hour somebody goes astray or calls for help; 6 by default. 每小时事件数，默认 6。",
)
@click.option(
    "--duration", "duration_s", type=click.FloatRange(min=0.1), help="Seconds; otherwise until stopped. 时长（秒）。"
)
@click.option(
    "--truth", type=click.Path(dir_okay=False, path_type=Path), help="CSV file for the true positions. 真值文件。"
)
@click.option("--quiet", is_flag=True, help="No line of progress. 不显示进度。")
@broker_option
@click.option(
    "--database", envvar="DATABASE_URL", metavar="URL", help="Where a CODE and extra people are kept. 数据库地址。"
)
def command(
    source: str,
    people: int | None,
    rate_hz: float,
    seed: int,
    speed: float,
    incidents_per_h: float | None,
    duration_s: float | None,
    truth: Path | None,
    quiet: bool,
    mqtt: str | None,
    database: str | None,
) -> None:
    """Simulate until stopped by Ctrl-C, SIGTERM or the end of the duration."""
    broker = broker_address(mqtt)
    plant, _ = plant_source.read(source, database)
    if people is not None and people > len(plant.people):
        plant = _with_newcomers(plant, people, database or _running_database())
    # A verb starts fast: scipy only when it is needed.
    from twin.simulate.publish import run  # noqa: PLC0415

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        done = run(
            plant,
            broker.host,
            broker.port,
            broker.username,
            broker.password,
            seed,
            stop,
            people=people,
            rate_hz=rate_hz,
            speed=speed,
            incidents_per_h=incidents_per_h,
            duration_s=duration_s,
            truth=truth,
            watch=None if quiet else _line,
        )
    except TwinError as error:
        raise click.ClickException(str(error)) from error
    if not quiet:
        click.echo(
            f"\n{done.sent} messages, {done.ranges} ranges, {done.dropped} dropped, {done.skipped} periods skipped.",
            err=True,
        )


def _line(progress: Progress) -> None:
    if progress.steps % 5 == 1:
        state = "connected 已连接" if progress.connected else "no broker, trying 未连接，重试中"
        click.echo(
            f"\r{progress.sent} messages · {progress.ranges} ranges · {progress.dropped} dropped · {state}   ",
            nl=False,
            err=True,
        )


def _running_database() -> str | None:
    return os.environ.get("DATABASE_URL") or told().get("database")


def _with_newcomers(plant: Plant, people: int, database: str | None) -> Plant:
    """The plant with so many people; those it lacked go into the database too, so that the twin knows their tags."""
    from gis.time import parse_time  # noqa: PLC0415 - a verb starts fast
    from twin.simulate.crowd import crowded  # noqa: PLC0415

    since_ns = int(parse_time("2026-01-01T00:00:00Z"))
    grown = crowded(plant, people, since_ns)
    if database is None:
        click.echo(
            "Nobody told the twin about the extra people: their tags will be refused. Give --database.", err=True
        )
        return grown
    from gis.store.database import connect, transaction  # noqa: PLC0415
    from gis.store.plants import add_records, load_plant  # noqa: PLC0415

    engine = connect(database)
    try:
        with transaction(engine) as connection:
            code = plant.head.code
            known = load_plant(connection, code)
            have_people, have_tags = {p.code for p in known.people}, {t.code for t in known.tags}
            add_records(
                connection,
                code,
                people=[p for p in grown.people if p.code not in have_people],
                tags=[t for t in grown.tags if t.code not in have_tags],
                assignments=[a for a in grown.assignments if a.tag not in have_tags],
            )
    except TwinError as error:
        raise click.ClickException(str(error)) from error
    finally:
        engine.dispose()
    return grown
