"""The numbers the core is run with. Site policy, not physics: every one may be set, none is read from outside."""

from __future__ import annotations

from dataclasses import dataclass


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
        stranger_limit: how many tags that no record knows are followed at once; further ones are refused and counted.
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
