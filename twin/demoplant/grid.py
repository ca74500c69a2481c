"""The road grid of the plant and the blocks between the roads."""

from __future__ import annotations

from gis.kinds import PipeRack, Road
from twin.demoplant.draft import Draft, Rect, line

FENCE_LINE = Rect(-600.0, -400.0, 600.0, 400.0)
"""The perimeter wall."""
EDGE_X, EDGE_Y = 586.0, 386.0
COLUMNS = (-EDGE_X, -375.0, -125.0, 95.0, 320.0, EDGE_X)
"""Centre lines of the north-south roads, west to east."""
ROWS = (-EDGE_Y, -225.0, -20.0, 185.0, EDGE_Y)
"""Centre lines of the east-west roads, south to north."""
MAIN_M, SECONDARY_M = 9.0, 6.0
RACK_Y = -34.0
GATE_X, GOODS_X = -480.0, -15.0

_NS_NAMES = (("西环路", "West Ring Road"), ("炼化一路", "First Refinery Road"), ("炼化二路", "Second Refinery Road"),
             ("炼化三路", "Third Refinery Road"), ("炼化四路", "Fourth Refinery Road"), ("东环路", "East Ring Road"))  # fmt: skip
_EW_NAMES = (("南环路", "South Ring Road"), ("装置南路", "Units South Road"), ("装置北路", "Units North Road"),
             ("罐区路", "Tank Farm Road"), ("北环路", "North Ring Road"))  # fmt: skip


def block(column: int, row: int, clear_m: float = 6.0) -> Rect:
    """The buildable ground between roads, `clear_m` inside the kerbs. Columns count from west, rows from south."""

    def half(at: float, edge: float) -> float:
        return (SECONDARY_M if abs(at) == edge else MAIN_M) / 2 + clear_m

    x0, x1 = COLUMNS[column], COLUMNS[column + 1]
    y0, y1 = ROWS[row], ROWS[row + 1]
    return Rect(x0 + half(x0, EDGE_X), y0 + half(y0, EDGE_Y), x1 - half(x1, EDGE_X), y1 - half(y1, EDGE_Y))


def draw_roads(draft: Draft) -> None:
    """Ring road, main roads and the two gates' approaches."""
    for number, (x, (zh, en)) in enumerate(zip(COLUMNS, _NS_NAMES, strict=True), start=1):
        width = SECONDARY_M if abs(x) == EDGE_X else MAIN_M
        draft.put(f"RD-NS{number}", zh, en, line((x, -EDGE_Y), (x, EDGE_Y)), Road(width_m=width))
    for number, (y, (zh, en)) in enumerate(zip(ROWS, _EW_NAMES, strict=True), start=1):
        width = SECONDARY_M if abs(y) == EDGE_Y else MAIN_M
        draft.put(f"RD-EW{number}", zh, en, line((-EDGE_X, y), (EDGE_X, y)), Road(width_m=width))
    draft.put(
        "RD-GATE1", "主门通道", "Main gate approach", line((GATE_X, -400.0), (GATE_X, -EDGE_Y)), Road(width_m=9.0)
    )
    draft.put(
        "RD-GATE2", "物流门通道", "Goods gate approach", line((GOODS_X, -400.0), (GOODS_X, -EDGE_Y)), Road(width_m=9.0)
    )


def draw_racks(draft: Draft) -> None:
    """The main pipe racks between units, tank farms and loading."""
    main = PipeRack(width_m=9.0, height_m=9.0, tiers=3, span_m=9.0)
    branch = PipeRack(width_m=6.0, height_m=8.0, tiers=2, span_m=9.0)
    draft.put("PR-001", "主管廊", "Main pipe rack", line((-560.0, RACK_Y), (570.0, RACK_Y)), main)
    for number, (x, zh, en) in enumerate(
        [(-366.0, "原油罐区管廊", "Crude tank farm rack"), (-116.0, "中间罐区管廊", "Intermediate tank farm rack"),
         (104.0, "球罐区管廊", "Sphere farm rack"), (329.0, "化学品罐区管廊", "Chemicals tank farm rack")],
        start=2,
    ):  # fmt: skip
        draft.put(f"PR-00{number}", zh, en, line((x, RACK_Y), (x, 372.0 if number != 5 else 176.0)), branch)
    draft.put(
        "PR-006",
        "汽车装车管廊",
        "Truck loading rack",
        line((-116.0, RACK_Y), (-116.0, -300.0), (-84.0, -300.0)),
        branch,
    )
    draft.put(
        "PR-007", "铁路装车管廊", "Rail loading rack", line((329.0, RACK_Y), (329.0, -300.0), (360.0, -300.0)), branch
    )
