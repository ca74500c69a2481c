"""Every benchmark: one table, and the same in `var/bench.json`. `python -m tests.bench [NAME …]` runs some of them."""

from __future__ import annotations

import json
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

HERE = Path(__file__).parent
OUT = Path("var/bench.json")


def modules(names: Sequence[str]) -> list[str]:
    """The benchmark modules of this folder (`NAME_bench.py`), or those named."""
    found = sorted(path.stem for path in HERE.glob("*_bench.py"))
    return [stem for stem in found if not names or stem.removesuffix("_bench") in names]


def table(figures: Iterable[Mapping[str, Any]]) -> Table:
    """The figures as a table."""
    drawn = Table()
    for column in ("name", "figure", "unit", "peer or limit", "ratio"):
        drawn.add_column(column, justify="right" if column in {"figure", "ratio"} else "left")
    for figure in figures:
        drawn.add_row(
            figure["name"], number(figure["figure"]), figure["unit"], str(figure["peer"] or ""), number(figure["ratio"])
        )
    return drawn


def number(value: float | None) -> str:
    """Four significant digits, without exponents; a dash for nothing."""
    if value is None:
        return "—"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def main(names: Sequence[str]) -> int:
    """Run, print, write; 1 when a benchmark failed."""
    console = Console()
    figures: list[dict[str, Any]] = []
    failed = []
    for stem in modules(names):
        console.print(f"{stem} …", style="dim")
        began_s = time.monotonic()
        try:
            figures += [dict(figure) for figure in import_module(f"tests.bench.{stem}").figures()]
        except Exception:  # noqa: BLE001 - one broken benchmark must not hide the others
            console.print_exception(max_frames=8)
            failed.append(stem)
        console.print(f"{stem}: {time.monotonic() - began_s:.0f} s", style="dim")
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    Console(width=max(console.width, 110)).print(table(figures))
    if failed:
        console.print(f"failed: {', '.join(failed)}", style="bold red")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
