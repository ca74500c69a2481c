"""`twin calibrate`: recorded ranges and a true path → anchor biases."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from gis.errors import TwinError
from locator.calibration import learn
from locator.offline import compare
from locator.recordings import read_anchors, read_ranges, read_truth, write_calibration

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("calibrate")
@click.argument("ranges", type=FILE)
@click.option("--anchors", type=FILE, required=True, help="anchors.csv: anchor,x_m,y_m,z_m")
@click.option("--truth", type=FILE, required=True, help="truth.csv: t_s,tag,x_m,y_m,z_m")
@click.option("--from", "from_s", type=float, default=None, help="Use only ranges from this time on (t_s).")
@click.option("--until", "until_s", type=float, default=None, help="Use only ranges before this time (t_s).")
@click.option("-o", "--output", type=FILE, required=True, help="bias.json to write")
def command(
    ranges: Path, anchors: Path, truth: Path, from_s: float | None, until_s: float | None, output: Path
) -> None:
    """Learn each anchor's range bias from recorded RANGES and a true path.

    由录制的测距与真实轨迹学习每个基站的偏差。
    """
    console = Console(stderr=True)
    try:
        with console.status("reading 读取 …"):
            table = read_ranges(ranges).between(from_s, until_s)
            found = compare(table, read_anchors(anchors), read_truth(truth))
            calibration = learn(found)
        write_calibration(output, calibration)
    except TwinError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error
    summary = Table(title=f"Range bias 测距偏差 → {output}")
    for column in ("tag 标签", "anchor 基站", "ranges 测距数", "bias 偏差 m", "noise 噪声 m", "floor 系统残差 m"):
        summary.add_column(column, justify="right")
    for one in (*calibration.pairs, *calibration.anchors):
        numbers = (str(one.ranges), f"{one.bias_m:+.3f}", f"{one.sigma_m:.3f}", f"{one.floor_m:.3f}")
        summary.add_row(one.tag or "any 任意", one.anchor, *numbers)
    console.print(summary)
