"""Messages that are handed over late keep the times at which they happened."""

from __future__ import annotations

import pytest

from boxd.midi.event_times import EventTimes


def test_messages_that_are_handed_over_at_once_happened_then() -> None:
    times = EventTimes()
    assert [times.take(since, now) for since, now in ((0.0, 5.0), (0.1, 5.1), (1.0, 6.1))] == (
        pytest.approx([5.0, 5.1, 6.1])
    )


def test_a_burst_is_taken_apart_again() -> None:
    times = EventTimes()
    times.take(0.0, 5.0)
    burst = [times.take(since, 5.5) for since in (0.1, 0.06, 0.05, 0.06)]
    assert burst == pytest.approx([5.1, 5.16, 5.21, 5.27], abs=0.001)


def test_one_that_was_late_makes_none_after_it_late() -> None:
    times = EventTimes()
    times.take(0.0, 5.3)  # it happened at 5.0
    assert times.take(1.0, 6.0) == pytest.approx(6.0)
    assert times.take(1.0, 7.2) == pytest.approx(7.0, abs=0.01)


def test_none_happens_after_it_was_told_whatever_its_stamp_says() -> None:
    times = EventTimes()
    times.take(0.0, 5.0)
    assert times.take(9.0, 5.1) <= 5.1


def test_stamps_that_run_slowly_are_followed() -> None:
    times = EventTimes()
    now = 5.0
    times.take(0.0, now)
    for _ in range(1000):
        now += 10.0
        at = times.take(10.0 * (1 - 1e-4), now)
    assert at == pytest.approx(now, abs=0.02)
