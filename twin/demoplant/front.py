"""Everything that is neither tank farm nor process unit: offices, loading, warehouses, utilities, flare, muster points."""

from __future__ import annotations

from gis.kinds import Building, BulletTank, Flare, LoadingBay, MusterPoint, Pump, Road, Unit, Warehouse
from twin.demoplant.draft import Draft, Rect, line
from twin.demoplant.grid import COLUMNS, ROWS, block

DRILL_YARD = Rect(-212.0, -376.0, -172.0, -344.0)
"""The open drill yard 演练场: nothing stands here."""
FLARE_XY = (500.0, 315.0)

_BUILDINGS = (
    # code, zh, en, footprint, height, storeys, use
    ("B-01", "办公楼", "Administration building", Rect(-468.0, -312.0, -412.0, -294.0), 17.0, 4, "office"),
    ("B-02", "主门卫", "Main gatehouse", Rect(-472.0, -382.0, -460.0, -374.0), 4.5, 1, "gatehouse"),
    ("B-03", "职工食堂", "Canteen", Rect(-556.0, -312.0, -516.0, -290.0), 8.0, 2, "canteen"),
    ("B-04", "倒班公寓", "Shift quarters", Rect(-556.0, -270.0, -500.0, -254.0), 14.0, 4, "other"),
    ("B-05", "培训中心", "Training centre", Rect(-468.0, -272.0, -424.0, -252.0), 10.0, 2, "other"),
    ("B-06", "中央控制室", "Central control room", Rect(-520.0, -140.0, -464.0, -104.0), 7.0, 1, "control_room"),
    ("B-07", "化验室", "Laboratory", Rect(-345.0, -300.0, -300.0, -278.0), 9.0, 2, "laboratory"),
    ("B-08", "消防站", "Fire station", Rect(-276.0, -272.0, -228.0, -250.0), 9.0, 2, "fire_station"),
    ("B-09", "机修车间", "Maintenance workshop", Rect(-345.0, -368.0, -285.0, -338.0), 9.0, 1, "workshop"),
    ("B-10", "总变电所", "Main substation", Rect(-560.0, -88.0, -510.0, -60.0), 9.0, 1, "substation"),
    ("B-11", "装置变电所", "Units substation", Rect(345.0, -84.0, 385.0, -64.0), 7.0, 1, "substation"),
    ("B-12", "物流门卫", "Goods gatehouse", Rect(-8.0, -382.0, 2.0, -374.0), 4.5, 1, "gatehouse"),
    ("B-13", "装车调度室", "Loading dispatch office", Rect(40.0, -300.0, 62.0, -286.0), 5.0, 1, "office"),
    ("B-14", "循环水场", "Cooling towers", Rect(420.0, -96.0, 520.0, -76.0), 14.0, 1, "cooling_tower"),
    ("B-15", "循环水泵房", "Cooling water pump house", Rect(420.0, -122.0, 470.0, -110.0), 7.0, 1, "other"),
    ("B-16", "锅炉房", "Boiler house", Rect(410.0, -190.0, 460.0, -156.0), 24.0, 1, "other"),
    ("B-17", "空分空压站", "Air and nitrogen station", Rect(490.0, -190.0, 545.0, -160.0), 10.0, 1, "other"),
    ("B-18", "污水处理场", "Waste water treatment", Rect(225.0, 322.0, 290.0, 368.0), 4.0, 1, "other"),
    ("B-19", "污水泵房", "Waste water pump house", Rect(226.0, 270.0, 248.0, 282.0), 5.0, 1, "other"),
    ("B-20", "备件库", "Spare parts store", Rect(-262.0, -368.0, -226.0, -338.0), 8.0, 1, "other"),
    ("B-21", "消防水泵房", "Fire water pump house", Rect(-208.0, -272.0, -180.0, -254.0), 6.0, 1, "other"),
)


def draw_front(draft: Draft) -> None:
    """Buildings with their areas, loading, warehouses, utilities, flare, muster points and footpaths."""
    _draw_areas(draft)
    for code, zh, en, rect, height, storeys, use in _BUILDINGS:
        draft.put(
            code, zh, en, rect,
            Building.model_validate({"height_m": height, "storeys": storeys, "use": use}),
        )  # fmt: skip
    _draw_loading(draft)
    draft.put(
        "WH-01",
        "甲类危化品库",
        "Hazardous goods warehouse A",
        Rect(120.0, -300.0, 180.0, -262.0),
        Warehouse(height_m=8.0, storage_class="A"),
        parent="A-WH",
    )
    draft.put(
        "WH-02",
        "乙类危化品库",
        "Hazardous goods warehouse B",
        Rect(220.0, -300.0, 280.0, -262.0),
        Warehouse(height_m=8.0, storage_class="B"),
        parent="A-WH",
    )
    draft.put("FL-001", "火炬", "Flare", FLARE_XY, Flare(height_m=90.0, diameter_m=1.4), parent="A-FLARE")
    draft.put(
        "V-901",
        "火炬分液罐 V-901",
        "Flare knock-out drum V-901",
        (430.0, 262.0),
        BulletTank(diameter_m=3.6, length_m=12.0, heading_deg=90.0, capacity_m3=120.0),
        parent="A-FLARE",
    )
    for index, y in enumerate((246.0, 251.0)):
        draft.put(
            f"P-901{'AB'[index]}",
            f"凝液泵 P-901{'AB'[index]}",
            f"Condensate pump P-901{'AB'[index]}",
            (430.0, y),
            Pump(),
            parent="A-FLARE",
        )
    for code, zh, en, xy, capacity in (
        ("MP-1", "紧急集合点一", "Muster point 1", (-500.0, -345.0), 200),
        ("MP-2", "紧急集合点二", "Muster point 2", (-420.0, -75.0), 150),
        ("MP-3", "紧急集合点三", "Muster point 3", (75.0, -355.0), 120),
        ("MP-4", "紧急集合点四", "Muster point 4", (345.0, 262.0), 100),
    ):
        draft.put(code, zh, en, xy, MusterPoint(capacity=capacity, radius_m=9.0))
    _draw_paths(draft)


def _draw_areas(draft: Draft) -> None:
    for code, zh, en, rect, kind in (
        ("A-ADM", "厂前区", "Front area", block(0, 0), "administration"),
        ("A-CCR", "中控区", "Control area", block(0, 1), "administration"),
        ("A-SRV", "辅助生产区", "Services area", block(1, 0), "utility"),
        ("A-TRK", "汽车装卸区", "Truck loading area", block(2, 0), "loading"),
        ("A-WH", "危化品仓储区", "Hazardous goods storage", block(3, 0), "storage"),
        ("A-RAIL", "铁路装卸区", "Rail loading area", block(4, 0), "loading"),
        ("A-UTL", "公用工程区", "Utilities area", block(4, 1), "utility"),
        ("A-WWT", "污水处理区", "Waste water area", Rect(214.0, 262.0, 300.0, 374.0), "utility"),
        ("A-FLARE", "火炬区", "Flare area", block(4, 3), "utility"),
    ):
        draft.put(code, zh, en, rect, Unit.model_validate({"unit_kind": kind}))


def _draw_loading(draft: Draft) -> None:
    bay = LoadingBay(height_m=7.5, lanes=3)
    draft.put("LB-01", "汽油装车台", "Gasoline truck loading", Rect(-80.0, -312.0, -44.0, -290.0), bay, parent="A-TRK")
    draft.put("LB-02", "柴油装车台", "Diesel truck loading", Rect(-28.0, -312.0, 8.0, -290.0), bay, parent="A-TRK")
    draft.put(
        "LB-03",
        "液化气装车台",
        "LPG truck loading",
        Rect(-80.0, -268.0, -44.0, -248.0),
        LoadingBay(height_m=7.0, lanes=2),
        parent="A-TRK",
    )
    draft.put(
        "LB-04",
        "铁路装车栈台",
        "Rail loading rack",
        Rect(365.0, -318.0, 545.0, -300.0),
        LoadingBay(height_m=8.0, lanes=2),
        parent="A-RAIL",
    )


def _draw_paths(draft: Draft) -> None:
    road6, road4 = Road(width_m=6.0), Road(width_m=4.0)
    walkway = Road(width_m=2.0, surface="walkway")
    west, first, second, third, fourth, east = COLUMNS
    south, lower = ROWS[0], ROWS[1]
    for code, zh, en, points, kind in (
        ("RD-11", "厂前区道路", "Front area road", ((-480.0, south), (-480.0, lower)), road6),
        ("RD-12", "辅助区道路", "Services road", ((first, -325.0), (second, -325.0)), road6),
        ("RD-13", "装车区环路", "Truck loading loop", ((-15.0, south), (-15.0, -326.0), (-96.0, -326.0), (-96.0, -240.0), (24.0, -240.0), (24.0, -326.0), (-15.0, -326.0)), road6),
        ("RD-14", "装车区出口路", "Truck loading exit", ((-15.0, -240.0), (-15.0, lower)), road6),
        ("RD-15", "装车台间道", "Loading bay lane", ((-96.0, -279.0), (24.0, -279.0)), road6),
        ("RD-16", "仓储区道路", "Warehouse road", ((third, -320.0), (fourth, -320.0)), road6),
        ("RD-17", "铁路装车道路", "Rail loading road", ((fourth, -285.0), (east, -285.0)), road4),
        ("RD-18", "公用工程道路", "Utilities road", ((fourth, -138.0), (east, -138.0)), road6),
        ("RD-19", "中控区道路", "Control area road", ((west, -160.0), (first, -160.0)), road6),
        ("RD-20", "火炬区道路", "Flare road", ((fourth, 232.0), (east, 232.0)), road4),
        ("RD-21", "污水区道路", "Waste water road", ((third, 255.0), (fourth, 255.0)), road4),
        ("RD-22", "燃料油区道路", "Fuel oil road", ((second, 222.0), (third, 222.0)), road4),
        ("RD-23", "原油区道路", "Crude farm road", ((first, 232.0), (second, 232.0)), road4),
        ("WK-01", "办公楼步道", "Administration footpath", ((-480.0, -325.0), (-440.0, -325.0), (-440.0, -312.0)), walkway),
        ("WK-02", "食堂步道", "Canteen footpath", ((-480.0, -301.0), (-516.0, -301.0)), walkway),
        ("WK-03", "公寓步道", "Shift quarters footpath", ((-480.0, -262.0), (-500.0, -262.0)), walkway),
        ("WK-04", "培训中心步道", "Training centre footpath", ((-480.0, -262.0), (-468.0, -262.0)), walkway),
        ("WK-05", "中控室步道", "Control room footpath", ((-492.0, -160.0), (-492.0, -140.0)), walkway),
        ("WK-06", "化验室步道", "Laboratory footpath", ((-322.0, -325.0), (-322.0, -300.0)), walkway),
        ("WK-07", "消防站步道", "Fire station footpath", ((-252.0, -250.0), (-252.0, lower)), walkway),
        ("WK-08", "机修步道", "Workshop footpath", ((-315.0, -325.0), (-315.0, -338.0)), walkway),
        ("WK-09", "演练场步道", "Drill yard footpath", ((-192.0, -325.0), (-192.0, -376.0)), walkway),
        ("WK-10", "集合点步道", "Muster point footpath", ((-480.0, -345.0), (-500.0, -345.0)), walkway),
        ("WK-11", "集合点步道二", "Muster point footpath 2", ((-420.0, -75.0), (-420.0, -160.0)), walkway),
        ("WK-12", "集合点步道三", "Muster point footpath 3", ((75.0, south), (75.0, -355.0)), walkway),
        ("WK-13", "集合点步道四", "Muster point footpath 4", ((345.0, 232.0), (345.0, 262.0)), walkway),
        ("WK-14", "变电所步道", "Substation footpath", ((-505.0, -74.0), (-505.0, ROWS[2])), walkway),
        ("WK-15", "仓库步道", "Warehouse footpath", ((150.0, -320.0), (150.0, -300.0)), walkway),
        ("WK-16", "仓库步道二", "Warehouse footpath 2", ((250.0, -320.0), (250.0, -300.0)), walkway),
        ("WK-17", "铁路栈台步道", "Rail rack footpath", ((355.0, -285.0), (355.0, -326.0), (555.0, -326.0), (555.0, -285.0)), walkway),
        ("WK-18", "锅炉房步道", "Boiler house footpath", ((475.0, -138.0), (475.0, lower)), walkway),
        ("WK-19", "循环水步道", "Cooling water footpath", ((410.0, -138.0), (410.0, -103.0), (532.0, -103.0), (532.0, -138.0)), walkway),
        ("WK-20", "火炬步道", "Flare footpath", ((460.0, 232.0), (460.0, 315.0), (494.0, 315.0)), walkway),
        ("WK-21", "污水步道", "Waste water footpath", ((258.0, 255.0), (258.0, 319.0)), walkway),
        ("WK-22", "污油罐步道", "Slop oil footpath", ((125.0, 255.0), (125.0, 310.0)), walkway),
        ("WK-23", "物流门步道", "Goods gate footpath", ((-15.0, -378.0), (-9.0, -378.0)), walkway),
        ("WK-24", "主门步道", "Main gate footpath", ((-480.0, -378.0), (-472.0, -378.0)), walkway),
        ("WK-25", "调度室步道", "Dispatch office footpath", ((24.0, -293.0), (40.0, -293.0)), walkway),
    ):  # fmt: skip
        draft.put(code, zh, en, line(*points), kind)
