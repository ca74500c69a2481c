"""What each rule means, and what it does in doubt."""

from __future__ import annotations

import pytest

from gis.plant import FencePurpose, PatrolPoint, PatrolRoute, Schedule, Weekly, Zone
from gis.wire import decode, encode
from tests.golden.scenario import LONG_AGO_NS, T0_NS, fence, fixes, head, named, rectangle
from tests.twin.core.rules.place import PEOPLE, Played, Where, room, works
from twin.core.world import new_world, snapshot
from twin.effects import AlarmState, Crossed, WorldSnapshot
from twin.events import AnchorsHeard, TagReported, Ticked

IN, OUT = (10.0, 10.0), (-30.0, 10.0)


def spread(names: list[str], at: Where = IN, by_m: float = 0.5) -> dict[str, Where]:
    """People side by side."""
    return {name: (at[0] + by_m * i, at[1]) for i, name in enumerate(names)}


def test_overcrowd_counts_people_for_ten_seconds_and_lets_go_after_thirty() -> None:
    play = Played(works([room(max_people=2)]))
    play.goes(20, spread(["S0", "S1", "TRUCK"])).goes(20, spread(["S0", "S1", "S2", "TRUCK"]))
    ((cause, second),) = play.told("OVERCROWD")
    assert cause == "raised"
    assert 31 <= second <= 33  # two fixes until the third person is inside, then ten seconds
    alarm = play.alarm("OVERCROWD").alarm
    assert (alarm.value, alarm.limit, sorted(alarm.subjects)) == (3.0, 2.0, ["S0", "S1", "S2"])
    play.goes(45, {**spread(["S0", "S1"]), "S2": OUT})
    assert [cause for cause, _ in play.told("OVERCROWD")] == ["raised", "returned"]


def test_overcrowd_never_forgets_who_was_lost_inside() -> None:
    play = Played(works([room(max_people=2)])).goes(20, spread(["S0", "S1", "S2"]))
    play.goes(40, spread(["S0"]))
    assert [cause for cause, _ in play.told("OVERCROWD")] == ["raised"]
    standing = play.world.annunciator.standing[("OVERCROWD", "ROOM", "")]
    assert standing.parameters == {"sure": 1.0, "at_most": 3.0, "lost": 2.0}


def test_understaff_waits_five_minutes_and_knows_roles() -> None:
    play = Played(works([room(min_staff=[{"team": "MAINT", "people": 2}])])).goes(310, spread(["S0", "S5", "S6"]))
    assert [cause for cause, _ in play.told("UNDERSTAFF")] == ["raised"]
    assert play.alarm("UNDERSTAFF").alarm.value == 1.0
    play.goes(10, spread(["S0", "S1"]))
    assert play.told("UNDERSTAFF")[-1][0] == "returned"


def test_wrong_post_is_for_staff_who_stay() -> None:
    post = room(wrong_post_s=60, post_of={"persons": ["S0"]})
    play = Played(works([post])).goes(80, spread(["S0", "S5", "C1"]))
    assert {alarm.subject for alarm in play.world.alarms.values() if alarm.kind == "CROSSPOST"} == {"S5"}
    passing = Played(works([post])).goes(30, {"S5": IN}).goes(60, {"S5": OUT})
    assert passing.told("CROSSPOST") == []


def test_absent_is_off_every_post_on_duty_and_on_site() -> None:
    posts = [
        room(post_of={"persons": ["S0", "S1", "S2"]}, absent_s=60),
        fence("OTHER", rectangle(100, 0, 120, 20), purpose=FencePurpose.POST).model_copy(
            update={"rules": room(post_of={"persons": ["S0"]}, absent_s=60).rules}
        ),
    ]
    play = Played(works(posts)).goes(90, {"S0": (110.0, 10.0), "S1": OUT})
    assert {alarm.subject for alarm in play.world.alarms.values()} == {"S1"}
    play.goes(5, {"S1": IN})
    assert play.told("ABSENT")[-1][0] == "returned"


def test_nobody_is_absent_off_shift_or_off_schedule() -> None:
    late = room(post_of={"persons": ["S1"]}, absent_s=60)
    night = works([late], shifts=(works([]).shifts[0].model_copy(update={"start": "20:00", "end": "08:00"}),))
    people = tuple(p.model_copy(update={"shift": "DAY"}) for p in night.people)
    assert Played(night.model_copy(update={"people": people})).goes(90, {"S1": OUT}).told("ABSENT") == []
    closed = late.model_copy(update={"schedule": Schedule(weekly=(Weekly(start="00:00", end="01:00"),))})
    assert Played(works([closed])).goes(90, {"S1": OUT}).told("ABSENT") == []


def test_still_counts_motionless_seconds_and_a_step_begins_anew() -> None:
    play = Played(works([room(still_s=60)])).goes(70, {"S0": IN})
    assert [cause for cause, _ in play.told("STILL")] == ["raised"]
    play.goes(5, {"S0": (15.0, 10.0)})
    assert play.told("STILL")[-1][0] == "returned"
    rocking = Played(works([room(still_s=60)])).goes(100, {"S0": IN}, p_still=0.1)
    assert rocking.told("STILL") == []
    unsure = Played(works([room(still_s=60)])).goes(70, {"S0": IN}, p_still=0.5)
    assert [cause for cause, _ in unsure.told("STILL")] == ["raised"]


def test_still_means_nothing_in_an_exempt_room_nor_for_a_tag_that_says_it_moves() -> None:
    exempt = fence("DESK", rectangle(5, 5, 15, 15), purpose=FencePurpose.EXEMPT)
    assert Played(works([room(still_s=60), exempt])).goes(80, {"S0": IN}).told("STILL") == []
    play = Played(works([room(still_s=60)])).goes(50, {"S0": IN})
    play.take(TagReported(T0_NS + 50 * 10**9 + 1, "tS0", moving=True))
    assert play.goes(30, {"S0": IN}).told("STILL") == []


def test_still_is_remembered_over_a_restart() -> None:
    record = works([room(still_s=60)])
    play = Played(record).goes(40, {"S0": IN})
    picture = decode(encode(snapshot(play.world)), WorldSnapshot)
    again = Played(record)
    again.world = new_world(record, picture.seq + 1, inside=picture.inside, memory=picture)
    again.second = 40
    assert next(second for _, second in again.goes(30, {"S0": IN}).told("STILL")) < 66


def test_sos_is_told_at_once_latched_and_not_shelvable() -> None:
    play = Played(works([])).goes(3, {"S0": IN})
    play.take(TagReported(T0_NS + 4 * 10**9, "tS0", sos=True))
    alarm = play.alarm("SOS").alarm
    assert (alarm.state, alarm.priority, alarm.latched, alarm.may_shelve) == (AlarmState.UNACKNOWLEDGED, 1, True, False)
    play.take(TagReported(T0_NS + 5 * 10**9, "tS0", sos=False))
    play.goes(3, {"S0": IN})
    assert play.alarm("SOS").alarm.state is AlarmState.LATCHED_UNACKNOWLEDGED


def test_gathering_counts_around_one_person_and_does_not_chain() -> None:
    names = list(PEOPLE)[:25]
    line = {name: (8.0 * i, 100.0) for i, name in enumerate(names)}
    assert Played(works([])).goes(70, line).told("GATHER") == []
    crowd = Played(works([])).goes(70, spread(names, by_m=0.8))
    assert [cause for cause, _ in crowd.told("GATHER")] == ["raised"]
    assert crowd.alarm("GATHER").alarm.value == 25.0
    assert crowd.goes(10, line).told("GATHER")[-1][0] == "returned"


def test_gathering_limits_follow_the_zone_and_muster_points_are_left_out() -> None:
    red = Zone(code="Z", names=named("Z"), colour="red", geometry=rectangle(-50, -50, 50, 50), valid_from=LONG_AGO_NS)
    names = list(PEOPLE)[:12]
    assert Played(works([])).goes(70, spread(names)).told("GATHER") == []
    play = Played(works([], zones=(red,))).goes(70, spread(names))
    assert (play.alarm("GATHER").alarm.limit, play.alarm("GATHER").alarm.about) == (10.0, ("Z", ""))
    muster = [room(purpose=FencePurpose.MUSTER)]
    assert Played(works(muster, zones=(red,))).goes(70, spread(names)).told("GATHER") == []


def test_overstay_counts_from_the_entry_even_while_lost() -> None:
    play = Played(works([room(overstay_s=60)])).goes(20, {"S0": IN}).goes(60, {})
    assert [cause for cause, _ in play.told("OVERSTAY")] == ["raised"]
    assert play.alarm("OVERSTAY").alarm.parameters["seen"] == 0.0


def test_a_guest_needs_somebody_beside_him() -> None:
    play = Played(works([room(escort=True)])).goes(80, {"V1": IN, "S0": (12.0, 10.0)})
    assert play.told("ESCORT") == []
    play.goes(70, {"V1": IN, "S0": (60.0, 10.0)})
    assert [cause for cause, _ in play.told("ESCORT")] == ["raised"]
    assert play.goes(5, {"V1": IN, "S0": (12.0, 10.0)}).told("ESCORT")[-1][0] == "returned"
    # Within the doubt of both positions somebody may be near enough.
    assert Played(works([room(escort=True)])).goes(80, {"V1": IN, "S0": (28.0, 10.0)}, sd_m=2.0).told("ESCORT") == []


def test_a_battery_is_low_until_it_is_well_charged() -> None:
    play = Played(works([]))
    for second, percent in enumerate((30, 19, 22, 26)):
        play.take(TagReported(T0_NS + second * 10**9, "tS0", battery_pct=percent))
        play.take(Ticked(T0_NS + second * 10**9 + 1))
    assert [cause for cause, _ in play.told("LOWBATT")] == ["raised", "returned"]


@pytest.mark.parametrize(("last", "missed"), [((0.0, 0.0), True), ((870.0, 0.0), False)])
def test_a_silent_tag_is_missed_unless_it_left_by_the_boundary(last: Where, missed: bool) -> None:
    play = Played(works([])).goes(5, {"S0": last}).goes(80, {})
    assert bool(play.told("TAGOFF")) is missed


def test_whoever_falls_silent_with_the_engine_is_its_consequence() -> None:
    play = Played(works([])).goes(5, spread(["S0", "S1", "S2"]))
    play.take(AnchorsHeard(T0_NS + 5 * 10**9, "UWB-1", [("A1", T0_NS - 60 * 10**9)]))
    play.goes(90, {})
    (comms,) = [alarm for alarm in play.world.alarms.values() if alarm.kind == "COMMS"]
    others = [alarm for alarm in play.world.alarms.values() if alarm.kind in {"TAGOFF", "ANCHOROFF"}]
    assert sorted(alarm.kind for alarm in others) == ["ANCHOROFF", "TAGOFF", "TAGOFF", "TAGOFF"]
    assert {alarm.suppressed.cause for alarm in others if alarm.suppressed is not None} == {comms.id}
    assert not any(alarm.is_annunciated for alarm in others)
    # The engine is back, and one of them is not.
    play.goes(80, spread(["S0", "S1"]))
    (missing,) = [alarm for alarm in play.world.alarms.values() if alarm.kind == "TAGOFF" and alarm.is_active]
    assert (missing.subject, missing.is_annunciated) == ("S2", True)


def test_a_tag_that_was_silent_before_its_engine_is_told_all_the_same() -> None:
    play = Played(works([])).goes(5, spread(["S0", "S1"])).goes(70, {"S1": IN}).goes(80, {})
    loud = {alarm.subject: alarm.is_annunciated for alarm in play.world.alarms.values() if alarm.kind == "TAGOFF"}
    assert loud == {"S0": True, "S1": False}


def test_an_anchor_that_is_not_heard_is_told_after_two_minutes() -> None:
    play = Played(works([]))
    play.take(AnchorsHeard(T0_NS, "UWB-1", [("A1", T0_NS - 60 * 10**9), ("A2", 0)]))
    play.goes(70, {})
    assert [alarm.asset for alarm in play.world.alarms.values()] == ["A1"]
    play.take(AnchorsHeard(T0_NS + 71 * 10**9, "UWB-1", [("A2", 0)]))
    assert play.goes(2, {}).told("ANCHOROFF")[-1][0] == "returned"


def route(**changes: object) -> PatrolRoute:
    """Two points, to be visited between 16:01 and 16:02 local time (the play begins at 16:00)."""
    lon, lat = head().frame.to_lonlat([0.0, 50.0], [0.0, 0.0])
    points = tuple(
        PatrolPoint(code=f"P{i}", names=named("P"), lon=float(lon[i]), lat=float(lat[i]), dwell_s=10) for i in (0, 1)
    )
    base = {"code": "R", "names": named("R"), "points": points, "persons": ("S0",), "grace_s": 0}
    return PatrolRoute.model_validate({**base, "windows": [{"start": "16:01", "end": "16:02"}], **changes})


def test_a_round_that_is_made_is_silent_and_one_that_is_not_is_told() -> None:
    def made(second: int) -> dict[str, Where]:
        return {"S0": (0.0, 0.0) if second < 90 else (50.0, 0.0)}

    assert Played(works([], patrols=(route(),))).goes(150, made).told("PATROL") == []
    play = Played(works([], patrols=(route(),))).goes(150, {"S0": (0.0, 0.0)})
    assert [cause for cause, _ in play.told("PATROL")] == ["raised"]
    assert (play.alarm("PATROL").alarm.value, play.alarm("PATROL").alarm.limit) == (1.0, 2.0)
    hasty = Played(works([], patrols=(route(),))).goes(150, lambda t: {"S0": (50.0 * (t % 2), 0.0)})
    assert [cause for cause, _ in hasty.told("PATROL")] == ["raised"]


def test_a_window_that_began_before_anybody_watched_is_not_judged() -> None:
    early = route(windows=[{"start": "15:58", "end": "16:01"}])
    assert Played(works([], patrols=(early,))).goes(120, {"S0": OUT}).told("PATROL") == []


def test_a_forbidden_zone_follows_its_schedule_and_those_inside_when_it_begins_are_told() -> None:
    zone = room(purpose=FencePurpose.FORBIDDEN).model_copy(
        update={"schedule": Schedule(weekly=(Weekly(start="16:01", end="16:02"),))}
    )
    play = Played(works([zone])).goes(130, {"C1": IN, "TRUCK": (12.0, 12.0)})
    assert [second for cause, second in play.told("INTRUSION") if cause == "raised"] == [60, 60]
    assert [second for cause, second in play.told("INTRUSION") if cause == "returned"] == [120, 120]
    assert len([effect for effect in play.effects if isinstance(effect, Crossed)]) == 2


def test_a_fence_travels_with_its_vehicle_and_people_are_tested_as_it_comes() -> None:
    around = fence("AROUND", rectangle(-8, -8, 8, 8)).model_copy(update={"rules": room(moving_with="TRUCK").rules})
    play = Played(works([around])).goes(40, lambda t: {"TRUCK": (100.0 - 5.0 * t, 0.0), "S0": (0.0, 0.0)})
    found = [(e.subject, e.direction.value) for e in play.effects if isinstance(e, Crossed)]
    assert found == [("S0", "enter"), ("S0", "exit")]
    assert [cause for cause, _ in play.told("INTRUSION")] == ["raised", "returned"]
    (into, out) = (e for e in play.effects if isinstance(e, Crossed))
    assert abs(into.x_m) < 1
    assert abs(out.x_m) < 1


def test_whoever_is_found_elsewhere_left_between_then_and_now_and_who_is_first_seen_inside_is_told_so() -> None:
    play = Played(works([room()])).goes(10, {"S0": IN}).goes(60, {}).goes(10, {"S0": OUT})
    into, out = (e for e in play.effects if isinstance(e, Crossed))
    assert into.first_seen
    assert into.after_ns is None
    assert out.after_ns == T0_NS + 10 * 10**9
    assert out.t_ns >= T0_NS + 71 * 10**9
    walked = (
        Played(works([room()])).goes(10, {"S0": (-8.0, 10.0)}).goes(10, lambda t: {"S0": (-8.0 + 2.0 * (t - 10), 10.0)})
    )
    assert [e.first_seen for e in walked.effects if isinstance(e, Crossed)] == [False]


def test_seconds_may_confirm_instead_of_a_count() -> None:
    slow = room().model_copy(update={"confirm_s": 5.0})
    quick = Played(works([slow])).goes(5, {"S0": OUT}).goes(4, {"S0": IN}).goes(5, {"S0": OUT})
    assert not any(isinstance(e, Crossed) for e in quick.effects)
    stays = Played(works([slow])).goes(8, {"S0": IN})
    assert [e.t_ns - T0_NS for e in stays.effects if isinstance(e, Crossed)] == [6 * 10**9]


def test_tags_nobody_carries_crowd_nothing() -> None:
    play = Played(works([room(max_people=0)]))
    play.take(fixes([("STRAY", t, *IN) for t in (1.0, 2.0, 3.0)]))
    play.goes(20, {})
    assert play.told("OVERCROWD") == []
