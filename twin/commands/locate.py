"""`twin locate`: recorded ranges → fixes, through the filters that run live."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from gis.errors import TwinError
from gis.fix import FixStatus
from locator.offline import Fixes, locate
from locator.recordings import read_anchors, read_calibration, read_ranges, read_truth, write_fixes
from locator.scoring import Score, score

if TYPE_CHECKING:
    from numpy.typing import NDArray

CAPTION = (
    "r95 and plan errors in cm, after the first 2 s; in95: true positions inside\n"
    "the 95 % ellipse; >3m: longest excursion, s.\n"
    "r95 与平面误差单位厘米，不计最初 2 秒；in95：真值落在 95 % 椭圆内的比例；\n"
    ">3m：误差超过 3 米的最长时间（秒）。"
)
FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("locate")
@click.argument("ranges", type=FILE)
@click.option("--anchors", type=FILE, required=True, help="anchors.csv: anchor,x_m,y_m,z_m")
@click.option("--bias", type=FILE, help="bias.json from `twin calibrate`")
@click.option("--mode", type=click.Choice(["online", "smoothed"]), default="online", show_default=True)
@click.option("--height", type=float, default=1.6, show_default=True, help="Height of the tags, metres.")
@click.option("--truth", type=FILE, help="truth.csv to score against")
@click.option("--plot", type=FILE, help="PNG to draw: path, truth, ellipses, error distribution")
@click.option("-o", "--output", type=FILE, required=True, help="fixes.csv to write")
def command(
    ranges: Path,
    anchors: Path,
    bias: Path | None,
    mode: str,
    height: float,
    truth: Path | None,
    plot: Path | None,
    output: Path,
) -> None:
    """Turn recorded RANGES into fixes; `online` uses no measurement later than a fix.

    由录制的测距计算位置；online 模式只用当时及以前的测量。
    """
    console = Console(stderr=True)
    try:
        places = read_anchors(anchors)
        paths = read_truth(truth) if truth else {}
        fixes = None
        with Progress(console=console, transient=True) as progress:
            task = progress.add_task("locating 定位中", total=1.0)
            steps = locate(
                read_ranges(ranges),
                places,
                calibration=read_calibration(bias) if bias else None,
                height_m=height,
                smoothed=mode == "smoothed",
            )
            for step in steps:
                if isinstance(step, Fixes):
                    fixes = step
                else:
                    progress.update(task, completed=step)
        assert fixes is not None, "locate ends with the fixes"
        write_fixes(output, fixes)
        scores = _scores(fixes, paths)
        if plot:
            _draw(plot, fixes, places, paths, scores)
    except TwinError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error
    console.print(_summary(fixes, scores, output))


def _scores(fixes: Fixes, paths: dict[str, NDArray[np.float64]]) -> dict[str, Score]:
    tags = np.array(fixes.tag)
    made = {}
    for tag, path in paths.items():
        own = tags == tag
        result = score(tag, fixes.t_s[own], fixes.xyz_m[own, :2], fixes.cov_m2[own], path)
        if result is not None:
            made[tag] = result
    return made


def _summary(fixes: Fixes, scores: dict[str, Score], output: Path) -> Table:
    table = Table(title=f"Fixes 位置 → {output}", caption=CAPTION if scores else None, box=SIMPLE, padding=(0, 0, 0, 1))
    columns = ["tag", "fixes", "s", "fix%", "deg%", "r95"]
    if scores:
        columns += ["rmse", "med", "p95", "max", "in95", ">3m"]
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    tags = np.array(fixes.tag)
    for tag in sorted(set(fixes.tag)):
        own = tags == tag
        t = fixes.t_s[own]
        good, degraded = (100.0 * float(np.mean(fixes.status[own] == s)) for s in (FixStatus.FIX, FixStatus.DEGRADED))
        cells = [tag, str(int(own.sum())), f"{t[-1] - t[0]:.0f}", f"{good:.0f}", f"{degraded:.0f}"]
        cells.append(f"{100.0 * np.median(fixes.r95_m[own]):.0f}")
        if tag in scores:
            s = scores[tag]
            cells += [f"{100.0 * value:.1f}" for value in (s.rmse_m, s.median_m, s.p95_m, s.max_m)]
            cells += [f"{s.in95_pct:.1f}", f"{s.excursion_s:.1f}"]
        table.add_row(*cells)
    return table


def _draw(
    path: Path,
    fixes: Fixes,
    anchors: dict[str, NDArray[np.float64]],
    truth: dict[str, NDArray[np.float64]],
    scores: dict[str, Score],
) -> None:
    try:
        from twin.commands.locate_plot import draw  # noqa: PLC0415 - drawing is an optional extra
    except ImportError as error:
        raise click.ClickException(f"--plot needs matplotlib: pip install 'plant-twin[render]' ({error})") from error
    draw(path, fixes, anchors, truth, scores)
