from __future__ import annotations

import numpy as np

from twin.simulate.devices import CameraDevices, TagDevices


def test_every_tag_reports_once_a_minute_and_its_battery_falls() -> None:
    tags = TagDevices(10, 8, np.random.default_rng(1))
    reports: dict[int, list[float]] = {}
    for second in range(1, 3601):
        for report in tags.advance(float(second), 1.0, np.zeros(10, bool)):
            reports.setdefault(report.who, []).append(report.battery)
            assert 0.0 <= report.battery <= 100.0
    assert sorted(reports) == list(range(10))
    for batteries in reports.values():
        assert 59 <= len(batteries) <= 70
        assert batteries == sorted(batteries, reverse=True)
        assert 3.0 < batteries[0] - batteries[-1] < 5.0


def test_an_sos_is_pressed_by_a_person_and_released() -> None:
    tags = TagDevices(10, 8, np.random.default_rng(1))
    said = [
        (second, report.who, report.sos)
        for second in range(1, 1201)
        for report in tags.advance(float(second), 1.0, np.zeros(10, bool))
    ]
    pressed = [(second, who) for second, who, sos in said if sos]
    assert pressed
    second, who = pressed[0]
    assert 200 < second < 300
    assert who < 8
    released = [s for s, w, sos in said if w == who and s > second and not sos]
    assert 20 <= released[0] - second <= 30


def test_cameras_report_and_are_rarely_away() -> None:
    cameras = CameraDevices(4, np.random.default_rng(2))
    reports = [report for second in range(1, 3601) for report in cameras.advance(float(second))]
    assert len(reports) >= 4 * 700
    away = [report for report in reports if not report.online]
    assert 0 < len(away) < 0.05 * len(reports)
    assert all(report.fps == 0.0 for report in away)
    assert all(20.0 < report.fps < 30.0 for report in reports if report.online)
