from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner

from locator.calibration import Residuals, learn, residuals
from locator.errors import CalibrationError, RecordingError
from locator.offline import Fixes, RangeTable, epochs, locate
from locator.recordings import read_anchors, read_calibration, read_ranges, read_truth, write_calibration
from locator.scoring import longest_true, score
from tests.locator.yard import PLACES, distances, walk
from twin.commands.calibrate import command as calibrate
from twin.commands.locate import command as locate_command

if TYPE_CHECKING:
    from pathlib import Path

BIAS = {"A1": 0.3, "A2": -0.1, "A3": 0.2, "A4": 0.0, "A5": 0.15, "A6": 0.1}


def write_recording(folder: Path, seed: int = 3, tag: str = "7") -> None:
    rng = np.random.default_rng(seed)
    t, xy = walk(30.0, 5.0, seed)
    lines, truth = ["t_s,tag,anchor,range_m"], ["t_s,tag,x_m,y_m,z_m"]
    for when, (x, y) in zip(t, xy, strict=True):
        truth.append(f"{when:.3f},{tag},{x:.4f},{y:.4f},1.6")
        for k, (code, d) in enumerate(distances(float(x), float(y), 1.6).items()):
            lines.append(f"{when + k * 1e-3:.4f},{tag},{code},{d + BIAS[code] + rng.normal(0, 0.05):.4f}")
    folder.mkdir(exist_ok=True)
    (folder / "ranges.csv").write_text("\n".join(lines) + "\n")
    (folder / "truth.csv").write_text("\n".join(truth) + "\n")
    anchors = [f"{code},{x},{y},{z}" for code, (x, y, z) in PLACES.items()]
    (folder / "anchors.csv").write_text("\n".join(["anchor,x_m,y_m,z_m", *anchors]) + "\n")


def test_calibrate_and_locate_as_typed(tmp_path: Path) -> None:
    write_recording(tmp_path / "a")
    write_recording(tmp_path / "b", seed=8)
    a, b = tmp_path / "a", tmp_path / "b"
    arguments = [
        "--anchors",
        str(a / "anchors.csv"),
        "--truth",
        str(a / "truth.csv"),
        "-o",
        str(tmp_path / "bias.json"),
    ]
    done = CliRunner().invoke(calibrate, [str(a / "ranges.csv"), *arguments])
    assert done.exit_code == 0, done.output
    learnt = {one.anchor: one.bias_m for one in read_calibration(tmp_path / "bias.json").anchors}
    assert learnt == pytest.approx(BIAS, abs=0.02)
    rmse = {}
    for name, more in (("raw", []), ("calibrated", ["--bias", str(tmp_path / "bias.json")])):
        out = tmp_path / f"{name}.csv"
        arguments = [str(b / "ranges.csv"), "--anchors", str(b / "anchors.csv"), "-o", str(out), *more]
        arguments += ["--truth", str(b / "truth.csv"), "--plot", str(tmp_path / f"{name}.png")]
        done = CliRunner().invoke(locate_command, arguments)
        assert done.exit_code == 0, done.output
        header, *rows = out.read_text().splitlines()
        assert header == ("t_s,tag,x_m,y_m,z_m,vx_mps,vy_mps,cov_xx_m2,cov_xy_m2,cov_yy_m2,r95_m,p_still,status")
        assert len(rows) == 150
        t, xy = walk(30.0, 5.0, 8)
        fixes = np.array([[float(cell) for cell in (row.split(",")[2], row.split(",")[3])] for row in rows])
        rmse[name] = np.sqrt(((fixes[10:] - xy[10:]) ** 2).sum(axis=1).mean())
        assert rows[-1].split(",")[1] == "7"
        assert rows[-1].split(",")[-1] == "fix"
        assert float(rows[0].split(",")[0]) == pytest.approx(t[0] + 5e-3, abs=1e-6)
        assert (tmp_path / f"{name}.png").read_bytes()[:4] == b"\x89PNG"
    assert rmse["calibrated"] < 0.06
    assert rmse["calibrated"] < 0.6 * rmse["raw"]


def test_online_uses_nothing_later_and_smoothed_is_better(tmp_path: Path) -> None:
    write_recording(tmp_path)
    ranges, anchors = read_ranges(tmp_path / "ranges.csv"), read_anchors(tmp_path / "anchors.csv")
    path = read_truth(tmp_path / "truth.csv")["7"]

    def fixes(table: RangeTable, *, smoothed: bool = False) -> Fixes:
        *_, last = locate(table, anchors, height_m=1.6, smoothed=smoothed)
        assert isinstance(last, Fixes)
        return last

    whole, half = fixes(ranges), fixes(ranges.between(None, 15.0))
    n = len(half.t_s)
    assert 0 < n < len(whole.t_s)
    assert np.array_equal(whole.xyz_m[:n], half.xyz_m)
    better = fixes(ranges, smoothed=True)
    errors = [score("7", f.t_s, f.xyz_m[:, :2], f.cov_m2, path) for f in (whole, better)]
    assert errors[0] is not None
    assert errors[1] is not None
    assert errors[1].rmse_m < errors[0].rmse_m


def test_epochs_hold_each_anchor_once_and_nothing_later() -> None:
    t = np.array([0.0, 0.001, 0.002, 0.0025, 0.1, 0.1001, 0.1002])
    table = RangeTable(t, ["1"] * 6 + ["2"], ["a", "b", "a", "b", "a", "b", "a"], np.array([1.0, 2, 3, 4, 5, -1, 6]))
    made = epochs(table)
    assert [(e.tag, e.t_s, e.anchors, e.d_m) for e in made] == [
        ("1", 0.001, ["a", "b"], [1.0, 2.0]),
        ("1", 0.0025, ["a", "b"], [3.0, 4.0]),
        ("1", 0.1, ["a"], [5.0]),
        ("2", 0.1002, ["a"], [6.0]),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("t_s,tag,anchor\n", "column range_m is missing"),
        ("t_s,tag,anchor,range_m\n0,1,a\n", ":2: 3 columns, too few"),
        ("t_s,tag,anchor,range_m\n0,1,a,2\n1,1,a,x\n2,1,a,nan\n", ":3: range_m: not a number: 'x'"),
    ],
)
def test_faults_name_file_and_line(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "ranges.csv"
    file.write_text(text)
    with pytest.raises(RecordingError, match=message):
        read_ranges(file)


def test_a_missing_file_and_an_unknown_anchor_are_told_in_words(tmp_path: Path) -> None:
    write_recording(tmp_path)
    (tmp_path / "few.csv").write_text("anchor,x_m,y_m,z_m\nA1,0,0,4\n")
    arguments = [str(tmp_path / "ranges.csv"), "--anchors", str(tmp_path / "few.csv"), "-o", str(tmp_path / "out.csv")]
    done = CliRunner().invoke(locate_command, arguments)
    assert done.exit_code == 1
    assert "A2, A3, A4, A5, A6" in done.output
    arguments[0] = str(tmp_path / "nothing.csv")
    done = CliRunner().invoke(locate_command, arguments)
    assert done.exit_code == 1
    assert "No such file" in done.output


def test_a_bias_file_reads_back_and_rubbish_does_not(tmp_path: Path) -> None:
    residual = Residuals(np.arange(40.0), np.full(40, 0.2))
    learnt = learn({("1", "a"): residual, ("2", "a"): Residuals(residual.t_s, residual.metres + 0.2)})
    write_calibration(tmp_path / "bias.json", learnt)
    again = read_calibration(tmp_path / "bias.json")
    assert again == learnt
    own, other = again.of("1", "a"), again.of("3", "a")
    assert own is not None
    assert other is not None
    assert own.bias_m == pytest.approx(0.2)
    assert other.bias_m == pytest.approx(0.3)
    assert other.floor_m > own.floor_m
    assert again.of("1", "b") is None
    (tmp_path / "bias.json").write_text("[1]")
    with pytest.raises(CalibrationError, match="not a bias file"):
        read_calibration(tmp_path / "bias.json")
    with pytest.raises(CalibrationError, match="20 ranges"):
        learn({("1", "a"): Residuals(np.arange(3.0), np.zeros(3))})


def test_residuals_leave_gaps_of_the_truth_out() -> None:
    truth_t = np.array([0.0, 0.1, 5.0, 5.1])
    truth = np.zeros((4, 3))
    found = residuals(np.array([0.05, 2.0, 5.05, 9.0]), np.full(4, 1.5), np.array([1.0, 0, 0]), truth_t, truth)
    assert found.t_s.tolist() == [0.05, 5.05]
    assert found.metres == pytest.approx([0.5, 0.5])


def test_excursions_are_timed() -> None:
    assert longest_true(np.arange(6.0), np.array([True, False, True, True, True, False])) == 2.0
