"""`twin publish RECORDING`: recorded ranges onto the broker, as if they were measured now."""

from __future__ import annotations

import signal
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from gis.errors import TwinError
from gis.store.database import connect, transaction
from gis.store.plants import add_records, list_plants, load_plant
from gis.time import NS_PER_S
from locator.recordings import read_anchors, read_ranges, read_truth
from twin.commands.broker import broker_address, broker_option
from twin.commands.database import database_option, database_url
from twin.simulate.recording import (
    DEFAULT_TAG_HEIGHT_M,
    Epoch,
    Placement,
    RecordingNames,
    epochs,
    message,
    missing_records,
    names_of,
    topic,
)
from twin.simulate.sender import Sender

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from gis.plant import Plant
    from twin.addresses import BrokerAddress

_YARD = (-192.0, -360.0)
"""The middle of the demonstration plant's drill yard."""
_SETTLE_S = 2.5
"""How long the roles get to read records that were just added."""


class _Place(click.ParamType[tuple[float, float]]):
    name = "X,Y"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, float]:
        """Two numbers with a comma between."""
        if isinstance(value, tuple):
            return value
        try:
            x, y = (float(part) for part in str(value).split(","))
        except ValueError:
            self.fail(f"{value!r} is not X,Y in site metres", param, ctx)
        return (x, y)


@click.command(
    help="Publish a recording (ranges.csv, anchors.csv, truth.csv) as if measured now. 把录制的测距数据回放到厂区。"
)
@click.argument("recording", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--plant", "code", metavar="CODE", help="Plant; by default the only one there is. 厂区编码。")
@click.option(
    "--at",
    "place",
    type=_Place(),
    default=_YARD,
    show_default=True,
    help="Site metres of the recording's origin. 原点位置。",
)
@click.option(
    "--rotate", "rotate_deg", type=float, default=0.0, show_default=True, help="Degrees counter-clockwise. 旋转角。"
)
@click.option("--speed", type=click.FloatRange(0.1, 20.0), default=1.0, show_default=True, help="How fast. 回放速度。")
@click.option("--loop", is_flag=True, help="Begin again at the end, until stopped. 循环。")
@click.option(
    "--tag-height",
    type=click.FloatRange(0.0, 5.0),
    help="Carry height in metres; otherwise from truth.csv, or 1.6. 标签高度。",
)
@broker_option
@database_option
def command(
    recording: Path,
    code: str | None,
    place: tuple[float, float],
    rotate_deg: float,
    speed: float,
    loop: bool,
    tag_height: float | None,
    mqtt: str | None,
    database: str | None,
) -> None:
    """Make the plant know the recording, then send it."""
    broker, url = broker_address(mqtt), database_url(database)
    console = Console(stderr=True)
    try:
        names = names_of(recording.resolve().name)
        table = read_ranges(recording / "ranges.csv")
        anchors = read_anchors(recording / "anchors.csv")
        heights = _heights(recording / "truth.csv", set(table.tag), tag_height)
        plant_code, added = _register(url, code, names, anchors, heights, Placement(*place, rotate_deg))
        rows = epochs(table.t_s, table.tag, table.anchor, table.range_m)
    except TwinError as error:
        raise click.ClickException(str(error)) from error
    if not rows:
        raise click.ClickException(f"{recording / 'ranges.csv'} holds no ranges")
    console.print(
        f"{names.engine} → {plant_code}: {len(anchors)} anchors, {len(heights)} tags, {len(rows)} epochs"
        + ("" if added else " (known already 已登记)")
    )
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    if added:
        stop.wait(_SETTLE_S)
    sent, dropped = _play(broker, topic(plant_code, names), names, rows, speed, stop, console, loop=loop)
    console.print(f"{sent} messages sent 已发送, {dropped} dropped 未送达")
    if sent == 0 and not stop.is_set():
        raise click.ClickException(f"the broker at {broker.host}:{broker.port} cannot be reached")


def _heights(truth: Path, tags: set[str], given: float | None) -> dict[str, float]:
    """Carry height by tag: what was asked for, else the middle of its true heights, else 1.6 m."""
    if given is not None or not truth.exists():
        return dict.fromkeys(tags, DEFAULT_TAG_HEIGHT_M if given is None else given)
    paths = read_truth(truth)
    return {tag: _middle(paths[tag][:, 3]) if tag in paths else DEFAULT_TAG_HEIGHT_M for tag in tags}


def _middle(values: NDArray[np.float64]) -> float:
    ordered = sorted(values.tolist())
    return float(ordered[len(ordered) // 2])


def _register(
    url: str,
    code: str | None,
    names: RecordingNames,
    anchors: dict[str, NDArray[np.float64]],
    heights: dict[str, float],
    placement: Placement,
) -> tuple[str, bool]:
    """Add what the plant lacks, in one transaction. Returns the plant's code and whether anything was added."""
    engine = connect(url)
    try:
        with transaction(engine) as connection:
            plant_code = code or _only_plant([head.code for head in list_plants(connection)])
            plant: Plant = load_plant(connection, plant_code)
            lacking = missing_records(plant, names, anchors, heights, placement)
            if lacking:
                add_records(
                    connection,
                    plant_code,
                    engines=lacking.engines,
                    assets=lacking.assets,
                    people=lacking.people,
                    tags=lacking.tags,
                    assignments=lacking.assignments,
                )
            return plant_code, bool(lacking)
    finally:
        engine.dispose()


def _only_plant(codes: list[str]) -> str:
    if len(codes) != 1:
        raise click.UsageError(f"which plant? Give --plant: {', '.join(codes) or 'there is none yet'}")
    return codes[0]


def _play(
    broker: BrokerAddress,
    where: str,
    names: RecordingNames,
    rows: list[Epoch],
    speed: float,
    stop: threading.Event,
    console: Console,
    *,
    loop: bool,
) -> tuple[int, int]:
    """Send every epoch when its time has come. Its time of measurement is the moment it leaves."""
    seq = time.time_ns() // 1_000_000
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeRemainingColumn(),
        console=console,
    )
    with bar, Sender(broker) as sender:
        if not sender.wait_connected(10.0):
            return 0, 0
        task = bar.add_task(names.engine, total=len(rows))
        again = True
        while again and not stop.is_set():
            begin_ns = time.time_ns()
            bar.reset(task, total=len(rows))
            for epoch in rows:
                due_ns = begin_ns + round(epoch.t_s / speed * NS_PER_S)
                wait_s = (due_ns - time.time_ns()) / NS_PER_S
                if wait_s > 0.0 and stop.wait(wait_s):
                    break
                sender.send(where, message(names, epoch, due_ns, seq))
                seq += 1
                bar.advance(task)
            again = loop
        sender.drain()
        return sender.sent, sender.dropped
