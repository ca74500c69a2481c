"""The numbers the core is run with. Site policy, not physics: every one may be set, none is read from outside."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AlarmParameters:
    """What the alarm machine takes for granted; defaults of the trade or our own (see docs/alarms.md), not norms.

    Attributes:
        answer_s: how soon somebody should answer an alarm of priority 1, 2, 3, 4.
        unseen: an alarm nobody acknowledged within this many times that is escalated ...
        untouched: ... and one nobody began to handle within this many times.
        realarm_s: an acknowledged alarm of priority 1, 2, 3, 4 that still stands calls again after this; 0: never.
        chatter_times: raised so often ...
        chatter_s: ... within so many seconds, an alarm chatters; its return waits until it has been quiet as long.
        fleeting_s: an unseen alarm that is over sooner than this could not have been answered.
        flood_begins: more alarms than this within `flood_s` are a flood ...
        flood_ends: ... that is over when they are fewer than this.
        flood_s: the window of both.
        group_s: an alarm of the same cause that comes later than this after the last one begins a new group.
        proof_s: how long after a start an alarm that a former core left behind waits to be heard of again.
        shortest_shelf_s, longest_shelf_s: bounds of shelving.
    """

    answer_s: tuple[float, float, float, float] = (10.0, 30.0, 60.0, 300.0)
    unseen: float = 1.5
    untouched: float = 2.0
    realarm_s: tuple[float, float, float, float] = (600.0, 1800.0, 7200.0, 0.0)
    chatter_times: int = 3
    chatter_s: float = 60.0
    fleeting_s: float = 10.0
    flood_begins: int = 10
    flood_ends: int = 5
    flood_s: float = 600.0
    group_s: float = 600.0
    proof_s: float = 30.0
    shortest_shelf_s: float = 60.0
    longest_shelf_s: float = 8 * 3600.0


@dataclass(frozen=True, slots=True)
class RuleParameters:
    """The numbers of rules that belong to no fence. Defaults of ours unless docs/rules says otherwise, not norms.

    Attributes:
        gather_limits: more people than this together are a gathering: in a red zone, an orange one, anywhere else.
        gather_radius_m: how near together is, around one person ...
        gather_release_m: ... and how far apart ends it.
        gather_s: for how long they must be together.
        still_sigmas: somebody has moved when so many standard deviations beyond the radius.
        battery_low_pct, battery_ok_pct: a battery is low below the one until it is above the other.
        silent_after_s: a lost tag is missed after this ...
        silent_until_s: ... until it has been silent for so long that somebody must have laid it away.
        gate_m: whoever falls silent so near the plant's boundary may have left.
        anchor_after_s: an anchor not heard for so long is off.
        forgotten_after_s: whoever has been lost for longer is not known to be on site.
    """

    gather_limits: tuple[int, int, int] = (10, 15, 20)
    gather_radius_m: float = 15.0
    gather_release_m: float = 17.0
    gather_s: float = 60.0
    still_sigmas: float = 2.0
    battery_low_pct: float = 20.0
    battery_ok_pct: float = 25.0
    silent_after_s: float = 60.0
    silent_until_s: float = 12 * 3600.0
    gate_m: float = 25.0
    anchor_after_s: float = 120.0
    forgotten_after_s: float = 1800.0


@dataclass(frozen=True, slots=True)
class Parameters:
    """What the core takes for granted.

    Attributes:
        predicted_after_s: a fix older than this is shown as predicted ...
        predicted_periods: ... unless its tag is known to speak so seldom that this many of its periods are longer.
        lost_after_s: a fix older than this is shown as lost ...
        lost_periods: ... or this many of its tag's periods, whichever is longer.
        longest_period_s: a tag's learnt period is never taken for longer, so that a sleeping tag still gets lost.
        person_speed_mps: nobody on foot is believed to move faster between two fixes.
        vehicle_speed_mps: nor any vehicle faster than this.
        segment_gap_s: the straight line between two fixes further apart in time is a guess and crosses no fence.
        exit_margin_m: a fence is left only when it has been left by this much; the deadband on the reset side.
        exit_margin_z_m: the same upwards and downwards.
        fusion_window_s: fixes of a person's several tags are taken together when not further apart than this.
        fusion_drift_mps: how fast an older fix of another tag loses its worth, metres of sigma per second.
        fusion_gate: squared Mahalanobis distance (2 degrees of freedom, 99.9 %) beyond which two tags are not
            on the same body.
        muster_roll_h: whoever was seen within these hours before a muster is on its roll.
        stranger_limit: how many tags that no record knows are followed at once; further ones are refused and counted.
        alarms: those of the alarm machine.
        rules: those of the rules about people and devices.
    """

    predicted_after_s: float = 3.0
    predicted_periods: float = 2.5
    lost_after_s: float = 10.0
    lost_periods: float = 5.0
    longest_period_s: float = 15.0
    person_speed_mps: float = 12.0
    vehicle_speed_mps: float = 40.0
    segment_gap_s: float = 10.0
    exit_margin_m: float = 1.0
    exit_margin_z_m: float = 1.0
    fusion_window_s: float = 1.5
    fusion_drift_mps: float = 1.5
    fusion_gate: float = 13.816
    stranger_limit: int = 4096
    muster_roll_h: float = 12.0
    alarms: AlarmParameters = AlarmParameters()
    rules: RuleParameters = RuleParameters()
