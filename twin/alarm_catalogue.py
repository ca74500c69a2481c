"""What every kind of alarm means and asks for, in both languages (pure).

The one place for a kind's name, sentence, cause, consequence, action and time to respond. Sentences hold places that an
alarm's own values fill: {subject}, {place}, {sensor}, {asset}, {value}, {limit}, {unit}. A sentence whose places cannot
all be filled is not shown; the name of the kind is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from gis.plant import Names

if TYPE_CHECKING:
    from collections.abc import Mapping


class AlarmKind(msgspec.Struct, frozen=True):
    """One kind of alarm.

    Attributes:
        code: e.g. `INTRUSION`.
        names: what it is called.
        text: what happened, with places to fill.
        cause: what usually is behind it.
        consequence: what happens if nobody acts.
        action: what to do.
        respond_s: how soon the action must have begun for it to help, seconds.
        group: person, device or process.
        may_shelve: whether an operator may put it aside.
    """

    code: str
    names: Names
    text: Names
    cause: Names
    consequence: Names
    action: Names
    respond_s: int
    group: str
    may_shelve: bool = True


def _n(zh: str, en: str) -> Names:
    return Names(zh=zh, en=en)


_PEOPLE = [
    AlarmKind(
        "SOS",
        _n("求救", "SOS"),
        _n("{subject} 按下求救键", "{subject} pressed the SOS key"),
        _n("本人遇险、受伤，或误按超过 3 秒", "The person is in danger or hurt, or pressed the key by mistake for 3 s"),
        _n(
            "得不到救助，伤情加重；附近的人也可能处于同样的危险",
            "No help comes; others near by may be in the same danger",
        ),
        _n(
            "立即呼叫本人并看最近的摄像机；无应答即派最近的人和救护前往，核对风向与气体读数",
            "Call the person now and look at the nearest camera; no answer: send the nearest people and first aid, check wind and gas",
        ),
        60,
        "person",
        may_shelve=False,
    ),
    AlarmKind(
        "INTRUSION",
        _n("禁区闯入", "Intrusion"),
        _n("{subject} 进入{place}，无权限", "{subject} is in {place} without permission"),
        _n(
            "走错路、抄近道、作业许可未登记，或标签借给他人",
            "Wrong way, short cut, a permit not registered, or a tag lent to somebody",
        ),
        _n(
            "暴露于禁区内的火灾、爆炸、中毒危险；可能误动设备",
            "Exposed to fire, explosion or poisoning there; may disturb equipment",
        ),
        _n(
            "呼叫本人撤离，核对作业许可；联系不上时派就近人员到场",
            "Call them out, check the permits; no answer: send whoever is nearest",
        ),
        180,
        "person",
    ),
    AlarmKind(
        "OVERCROWD",
        _n("超员", "Too many people"),
        _n("{place} 内 {value} 人，超过上限 {limit} 人", "{value} people in {place}, limit {limit}"),
        _n("交接班、检维修、参观在同一时段集中", "Shift change, maintenance or a visit at the same time"),
        _n("一旦发生事故，伤亡扩大，疏散变慢", "An accident would hurt more people and evacuation would be slower"),
        _n(
            "让无关人员离开，推迟后到的作业，核对在场名单",
            "Send away whoever is not needed, postpone later work, check the list of those present",
        ),
        600,
        "person",
    ),
    AlarmKind(
        "UNDERSTAFF",
        _n("缺员", "Too few people"),
        _n("{place} 内 {value} 人，少于应有的 {limit} 人", "{value} people in {place}, at least {limit} are needed"),
        _n("未到岗、临时离开，或标签未佩戴", "Not arrived, gone for a while, or the tag is not worn"),
        _n("异常时无人处置", "Nobody is there to act when something goes wrong"),
        _n(
            "联系班长补人；补到之前由邻岗代看",
            "Ask the shift leader for people; until then a neighbouring post watches",
        ),
        600,
        "person",
    ),
    AlarmKind(
        "CROSSPOST",
        _n("串岗", "At a wrong post"),
        _n("{subject} 在{place}停留，不属于本岗", "{subject} stays in {place}, not their post"),
        _n("找人、帮工或闲谈", "Looking for somebody, helping out, or talking"),
        _n("本岗无人值守；在不熟悉的区域有风险", "Their own post is empty; risk in a place they do not know"),
        _n("联系本人说明事由或返回本岗", "Ask them why, or to go back to their post"),
        900,
        "person",
    ),
    AlarmKind(
        "ABSENT",
        _n("离岗", "Off post"),
        _n("{subject} 离开{place}岗位", "{subject} has left the post {place}"),
        _n("临时离开未交接，或标签留在别处", "Left without handing over, or the tag was left elsewhere"),
        _n("岗位无人，异常发现不及时", "The post is empty and trouble is seen late"),
        _n("联系本人返回；联系不上时请班长派人顶岗", "Call them back; no answer: the shift leader sends somebody"),
        600,
        "person",
    ),
    AlarmKind(
        "STILL",
        _n("静止", "Motionless"),
        _n("{subject} 在{place}长时间静止", "{subject} has not moved for long in {place}"),
        _n(
            "昏倒、中毒、受困；也可能是坐着工作或标签被放下",
            "Collapsed, poisoned or trapped; or sitting at work, or the tag was put down",
        ),
        _n("错过抢救时间", "The time to save them passes"),
        _n(
            "立即呼叫本人；无应答时看摄像机、核对附近气体读数，派两人佩戴防护前往",
            "Call them now; no answer: look at the camera, check gas near by, send two people with protection",
        ),
        120,
        "person",
    ),
    AlarmKind(
        "GATHER",
        _n("人员聚集", "People gather"),
        _n("{value} 人聚集在半径 15 m 内（上限 {limit}）", "{value} people within 15 m (limit {limit})"),
        _n(
            "围观、集中检修、躲雨，或未按计划疏散",
            "Onlookers, joint repair work, shelter from rain, or an evacuation off plan",
        ),
        _n("一处事故会伤到多人", "One accident would hurt many"),
        _n(
            "问清事由；无关人员分散撤离，必要时安排监护",
            "Ask why; send away who is not needed, post a guard if it must be",
        ),
        300,
        "person",
    ),
    AlarmKind(
        "OVERSTAY",
        _n("滞留", "Stays too long"),
        _n("{subject} 在{place}停留超时", "{subject} has stayed in {place} longer than allowed"),
        _n("作业延长、忘记离开，或身体不适", "Work took longer, forgot to leave, or is unwell"),
        _n("暴露时间超过允许值", "Exposed for longer than allowed"),
        _n("联系本人离开或办理延时", "Ask them to leave, or to extend the permit"),
        600,
        "person",
    ),
    AlarmKind(
        "ESCORT",
        _n("无人陪同", "Without escort"),
        _n("{subject} 在{place}内无人陪同", "{subject} has no escort in {place}"),
        _n("陪同人离开，或访客自行走动", "The escort went away, or the visitor walked off"),
        _n("外来人员不了解危险和逃生路线", "A stranger knows neither the dangers nor the ways out"),
        _n("请陪同人返回，或请其原地等待", "Send the escort back, or ask the person to wait there"),
        300,
        "person",
    ),
    AlarmKind(
        "PATROL",
        _n("漏检", "Patrol missed"),
        _n("巡检点未按时到达：{place}", "Patrol point not visited in time: {place}"),
        _n("巡检推迟、漏走或停留时间不足", "The round was late, left it out, or did not stay long enough"),
        _n("该点的泄漏或异常可能没有被发现", "A leak or fault there may go unseen"),
        _n("通知巡检人补检并记录原因", "Have the point visited now and the reason written down"),
        1800,
        "person",
    ),
]
_DEVICES = [
    AlarmKind(
        "LOWBATT",
        _n("标签低电", "Tag battery low"),
        _n("{subject} 的标签电量 {value} %", "Tag of {subject}: battery {value} %"),
        _n("未按时充电，或电池老化", "Not charged in time, or an old battery"),
        _n("标签停机后此人从图上消失，求救键无效", "The tag dies: the person is off the map and the SOS key is dead"),
        _n("通知本人换用充好电的标签", "Have the tag changed for a charged one"),
        1800,
        "device",
    ),
    AlarmKind(
        "TAGOFF",
        _n("标签离线", "Tag offline"),
        _n("{subject} 的标签在{place}内离线", "Tag of {subject} went silent in {place}"),
        _n("没电、被遮挡、被摘下，或附近基站停机", "Flat battery, shielded, taken off, or anchors near by are down"),
        _n("此人位置不明，险情无法发现", "Nobody knows where the person is"),
        _n(
            "呼叫本人确认安全；核对最后位置附近的基站",
            "Call them to make sure they are safe; check the anchors near the last place",
        ),
        300,
        "device",
    ),
    AlarmKind(
        "ANCHOROFF",
        _n("基站离线", "Anchor offline"),
        _n("基站 {asset} 离线", "Anchor {asset} went silent"),
        _n("断电、网络中断或损坏", "Power or network lost, or damaged"),
        _n("周围定位变差或失效，报警可能漏发", "Positions around it get worse or stop; alarms may be missed"),
        _n(
            "检查供电与网络，安排维修；其间对该区加强人工巡查",
            "Check power and network, have it repaired; meanwhile patrol the area",
        ),
        1800,
        "device",
    ),
    AlarmKind(
        "STALE",
        _n("测点失联", "Measurement lost"),
        _n("测点 {sensor} 无有效数据", "No valid data from {sensor}"),
        _n("仪表断电、通讯中断或采集网关故障", "Instrument without power, line down, or a gateway fault"),
        _n(
            "该处越限将无法报警；原有报警被冻结而不会消除",
            "Limits there cannot raise alarms; standing ones are frozen, not cleared",
        ),
        _n("到现场读表，通知仪表与网络检修", "Read the instrument on the spot, call instrument and network staff"),
        600,
        "device",
    ),
    AlarmKind(
        "COMMS",
        _n("通讯中断", "Line down"),
        _n("{where} 无任何数据", "No data at all from {where}"),
        _n("采集网关、定位引擎或网络停运", "A gateway, a positioning engine or the network stands still"),
        _n(
            "其下所有测点或人员的报警被冻结；失联报警归并于此",
            "Alarms of everything behind it are frozen; what is lost with it is told here, once",
        ),
        _n(
            "检查网关、引擎与网络供电；期间以巡检和对讲代替",
            "Check power of gateway, engine and network; until then patrol and radio",
        ),
        300,
        "device",
    ),
]


def _process() -> list[AlarmKind]:
    """Limits of tanks and vessels: what each quantity beyond each limit means and asks for."""
    sides = {
        "HH": (_n("高高限", "high-high"), "≥"),
        "H": (_n("高限", "high"), "≥"),
        "L": (_n("低限", "low"), "≤"),
        "LL": (_n("低低限", "low-low"), "≤"),
    }
    told: dict[str, tuple[Names, dict[str, tuple[Names, Names, Names, int]]]] = {
        "LEVEL": (
            _n("液位", "Level"),
            {
                "HH": (
                    _n("进料未停、阀门未关或液位计失准", "Filling goes on, a valve is open, or the gauge is wrong"),
                    _n("冒罐、泄漏、起火", "Overflow, leak, fire"),
                    _n("立即停止进料、关进口阀，确认联锁已动作；清空防火堤内人员", "Stop filling now, shut the inlet, see that the trip has worked; clear the bund of people"),
                    120,
                ),
                "H": (
                    _n("进料过快或出料受阻", "Filling too fast, or the outlet is blocked"),
                    _n("继续上升将到高高限", "It will reach the high-high limit"),
                    _n("降低或切换进料，核对收料计划与液位计", "Slow down or switch the filling, check the plan and the gauge"),
                    600,
                ),
                "L": (
                    _n("出料过快、泄漏或进料中断", "Emptying too fast, a leak, or no supply"),
                    _n("继续下降泵将抽空", "It goes on falling and the pump runs dry"),
                    _n("降低出料，核对流程；排除泄漏", "Slow down the outlet, check the line-up; rule out a leak"),
                    600,
                ),
                "LL": (
                    _n("出料未停或泄漏", "Emptying goes on, or a leak"),
                    _n("泵抽空损坏；浮盘落底，罐内形成爆炸气氛", "The pump is damaged; a floating roof lands and explosive vapour forms"),
                    _n("停泵、关出口阀，到现场查泄漏", "Stop the pump, shut the outlet, look for a leak on the spot"),
                    180,
                ),
            },
        ),
        "TEMP": (
            _n("温度", "Temperature"),
            {
                "HH": (
                    _n("冷却失效、反应失控或外部受热", "Cooling failed, runaway reaction, or heat from outside"),
                    _n("超压、分解、起火爆炸", "Overpressure, decomposition, fire or explosion"),
                    _n("确认联锁动作，切断热源与进料，全开冷却；撤离周围人员", "See that the trip has worked, cut heat and feed, full cooling; clear the surroundings"),
                    120,
                ),
                "H": (
                    _n("冷却不足或进料过热", "Too little cooling, or hot feed"),
                    _n("继续上升将到高高限", "It will reach the high-high limit"),
                    _n("加大冷却，降低进料，核对邻近测点", "More cooling, less feed, compare neighbouring points"),
                    600,
                ),
                "L": (
                    _n("伴热停或冷却过度", "Tracing is off, or too much cooling"),
                    _n("物料变稠、凝结", "The product thickens or freezes"),
                    _n("检查伴热与冷却", "Check tracing and cooling"),
                    1200,
                ),
                "LL": (
                    _n("伴热失效或低温介质窜入", "Tracing failed, or a cold medium broke in"),
                    _n("管线冻堵，设备低温脆裂", "Lines freeze, steel becomes brittle"),
                    _n("停止低温来源，投用伴热，检查法兰", "Stop the cold source, start tracing, check the flanges"),
                    300,
                ),
            },
        ),
        "PRES": (
            _n("压力", "Pressure"),
            {
                "HH": (
                    _n("出口堵塞、受热膨胀或反应失控", "Blocked outlet, expansion by heat, or a runaway reaction"),
                    _n("安全阀起跳、设备破裂、泄漏爆炸", "Relief valves lift, rupture, leak, explosion"),
                    _n("确认联锁与泄放动作，停进料，泄压至火炬；撤离周围人员", "See that trip and relief have worked, stop the feed, vent to flare; clear the surroundings"),
                    120,
                ),
                "H": (
                    _n("出口受阻或温度上升", "Outlet restricted, or temperature rising"),
                    _n("继续上升将到高高限", "It will reach the high-high limit"),
                    _n("降进料、开旁路或放空，核对温度", "Less feed, open bypass or vent, check temperature"),
                    600,
                ),
                "L": (
                    _n("抽出过快、泄漏或补压不足", "Drawn off too fast, a leak, or too little blanketing"),
                    _n("空气可能进入设备", "Air may get in"),
                    _n("补压，降低抽出，排除泄漏", "Restore the pressure, draw less, rule out a leak"),
                    600,
                ),
                "LL": (
                    _n("泄漏或补压中断", "A leak, or blanketing lost"),
                    _n("罐体抽瘪，空气进入形成爆炸气氛", "The vessel collapses, or air makes an explosive mixture"),
                    _n("停抽出，恢复补压，到现场查泄漏", "Stop drawing, restore blanketing, look for a leak on the spot"),
                    180,
                ),
            },
        ),
        "O2": (
            _n("氧含量", "Oxygen"),
            {
                "HH": (
                    _n("富氧泄漏", "Oxygen escapes"),
                    _n("任何可燃物都可能燃烧", "Whatever can burn may catch fire"),
                    _n("撤离，消除火源，通风，查氧源", "Leave, no ignition, ventilate, find the oxygen"),
                    60,
                ),
                "H": (
                    _n("富氧或探头漂移", "Too much oxygen, or the probe drifts"),
                    _n("燃烧更快更猛", "Fire starts more easily and burns faster"),
                    _n("停止动火，通风，复测", "Stop hot work, ventilate, measure again"),
                    180,
                ),
                "L": (
                    _n("氮气或其他气体置换了空气", "Nitrogen or another gas displaces air"),
                    _n("人员头晕、判断失误", "People get dizzy and misjudge"),
                    _n("撤出人员，通风，复测后再进入", "Get people out, ventilate, measure before going in"),
                    120,
                ),
                "LL": (
                    _n("密闭或低洼处大量惰性气体", "Much inert gas in a closed or low place"),
                    _n("数秒内窒息", "Suffocation within seconds"),
                    _n("立即撤离，佩戴空气呼吸器方可施救", "Leave now; rescue only with breathing apparatus"),
                    30,
                ),
            },
        ),
        "VALUE": (
            _n("测量值", "Value"),
            {
                side: (
                    _n("工况偏离或仪表漂移", "The process is off, or the instrument drifts"),
                    _n("可能发展为事故", "It may grow into an accident"),
                    _n(
                        "到现场核对" + ("，按规程停用或切断" if len(side) == 2 else "，调回正常范围"),
                        "Check on the spot"
                        + (", stop or isolate by the procedure" if len(side) == 2 else ", bring it back"),
                    ),
                    180 if len(side) == 2 else 600,
                )
                for side in ("HH", "H", "L", "LL")
            },
        ),
        "FLOW": (
            _n("流量", "Flow"),
            {
                side: (
                    _n("阀位、泵或管线异常", "Valve, pump or line is not as it should be"),
                    _n("工艺失衡，可能引起液位、压力越限", "The process loses balance; levels and pressures may follow"),
                    _n("核对泵与阀位，比较上下游测点", "Check pump and valves, compare points up- and downstream"),
                    600 if len(side) == 1 else 300,
                )
                for side in ("HH", "H", "L", "LL")
            },
        ),
    }  # fmt: skip
    kinds = []
    for quantity, (names, by_side) in told.items():
        for side, (cause, consequence, action, respond_s) in by_side.items():
            limit, sign = sides[side]
            kinds.append(
                AlarmKind(
                    f"{quantity}_{side}",
                    _n(f"{names.zh}{limit.zh}", f"{names.en} {limit.en}"),
                    _n(
                        f"{{asset}} {names.zh}{limit.zh}：{{value}} {{unit}}（{sign} {{limit}}）",
                        f"{{asset}} {names.en.lower()} {limit.en}: {{value}} {{unit}} ({sign} {{limit}})",
                    ),
                    cause,
                    consequence,
                    action,
                    respond_s,
                    "process",
                )
            )
    return kinds


_GAS = [
    AlarmKind(
        "GAS_L1",
        _n("气体一级报警", "Gas, level 1"),
        _n("{asset} 气体 {value} {unit}，达到一级限 {limit}", "{asset} gas {value} {unit}, level 1 at {limit}"),
        _n("轻微泄漏、采样或检修放空；也可能是标定", "A small leak, sampling or venting for repair; or a calibration"),
        _n("继续积聚将达到爆炸或中毒浓度", "It may build up to an explosive or poisonous mixture"),
        _n(
            "看风向与相邻探测器，停止附近动火；佩戴防护派两人查漏",
            "Look at wind and neighbouring detectors, stop hot work near by; two people with protection look for the leak",
        ),
        180,
        "process",
    ),
    AlarmKind(
        "GAS_L2",
        _n("气体二级报警", "Gas, level 2"),
        _n("{asset} 气体 {value} {unit}，达到二级限 {limit}", "{asset} gas {value} {unit}, level 2 at {limit}"),
        _n("明显泄漏", "A real leak"),
        _n("爆炸、火灾或中毒", "Explosion, fire or poisoning"),
        _n(
            "下风向人员立即撤离，切断泄漏源与火源，启动应急预案；看图上谁在下风向",
            "Evacuate downwind now, cut the source and all ignition, start the emergency plan; see on the map who is downwind",
        ),
        60,
        "process",
        may_shelve=False,
    ),
]

CATALOGUE: Mapping[str, AlarmKind] = {kind.code: kind for kind in (*_PEOPLE, *_DEVICES, *_process(), *_GAS)}
"""Every kind of alarm, by code."""
