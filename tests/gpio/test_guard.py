"""The guard: pulses in time, and every latch off whoever dies, with real processes and kills."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gpio.guarding import (
    Orderer,
    has_ended,
    kill,
    pulses_ms,
    resume,
    stop,
    until,
)
from tests.gpio.wiring import Wiring, open_wiring

HIGH, LOW = 17, 27
PINS = (f"{HIGH}=high", f"{LOW}=low")
WITHIN_S = 1.0  # whatever dies, no latch is energised after so long
LONGEST_MS = 500
SCHEDULING_MS = 100  # how late a busy computer may be without anything being wrong


@pytest.fixture
def wiring(tmp_path: Path) -> Iterator[Wiring]:
    """The pins, with the resistors that hold the gates off."""
    wiring = open_wiring(tmp_path / "pins")
    wiring.rest(HIGH, False)
    wiring.rest(LOW, True)
    yield wiring
    wiring.close()


@pytest.fixture
def orderer(wiring: Wiring) -> Iterator[Orderer]:
    """A client with its guard, ready."""
    orderer = Orderer(wiring, *PINS)
    assert orderer.said == ["usable"]
    yield orderer
    orderer.close()


def low_within_a_second(wiring: Wiring) -> None:
    until(lambda: not wiring.level(HIGH), WITHIN_S)


def test_pulses_are_as_long_as_ordered_at_either_polarity(orderer: Orderer, wiring: Wiring) -> None:
    orderer.energise(HIGH, 60)
    orderer.energise(LOW, 120)
    until(lambda: len(wiring.changes(HIGH)) == 2 and len(wiring.changes(LOW)) == 2)
    (high,), (low,) = pulses_ms(wiring.changes(HIGH)), pulses_ms(wiring.changes(LOW), on=False)
    assert 50 <= high <= 60 + SCHEDULING_MS
    assert 110 <= low <= 120 + SCHEDULING_MS


def test_a_strike_is_held_for_as_long_as_ordered(wiring: Wiring) -> None:
    orderer = Orderer(wiring, f"{HIGH}=high=held", PINS[1])
    orderer.energise(HIGH, 1200)
    until(lambda: len(wiring.changes(HIGH)) == 2)
    (held,) = pulses_ms(wiring.changes(HIGH))
    assert 1190 <= held <= 1200 + SCHEDULING_MS
    orderer.close()


def test_a_hold_ends_with_its_client(wiring: Wiring) -> None:
    orderer = Orderer(wiring, f"{HIGH}=high=held", PINS[1])
    orderer.energise(HIGH, 10_000)
    kill(orderer.pid)
    low_within_a_second(wiring)
    orderer.close()


def test_nothing_moves_at_start_and_stop(orderer: Orderer, wiring: Wiring) -> None:
    guard = orderer.guard
    orderer.end()
    until(lambda: all(has_ended(pid) for pid in guard))
    assert wiring.changes(HIGH) == wiring.changes(LOW) == []


def test_a_killed_client_leaves_no_latch_energised(orderer: Orderer, wiring: Wiring) -> None:
    guard = orderer.guard
    orderer.energise(HIGH, 500)
    kill(orderer.pid)
    low_within_a_second(wiring)
    until(lambda: all(has_ended(pid) for pid in guard))
    assert len(pulses_ms(wiring.changes(HIGH))) == 1


def test_a_killed_pulser_leaves_no_latch_energised_and_a_new_guard_moves_none(
    orderer: Orderer, wiring: Wiring
) -> None:
    orderer.energise(LOW, 500)
    orderer.energise(HIGH, 500)
    kill(orderer.pulser)
    low_within_a_second(wiring)
    until(lambda: wiring.level(LOW), WITHIN_S)
    orderer.wait_until_usable(2)
    assert any("died; it is being restarted" in line for line in orderer.said)
    orderer.energise(HIGH, 50)
    until(lambda: len(wiring.changes(HIGH)) == 4)
    assert len(pulses_ms(wiring.changes(HIGH))) == 2
    assert len(pulses_ms(wiring.changes(LOW), on=False)) == 1


def test_client_and_pulser_killed_together_leave_no_latch_energised(
    orderer: Orderer, wiring: Wiring
) -> None:
    guard = orderer.guard
    orderer.energise(HIGH, 500)
    kill(orderer.pid, guard[1])
    low_within_a_second(wiring)
    until(lambda: all(has_ended(pid) for pid in guard))
    assert len(pulses_ms(wiring.changes(HIGH))) == 1


def test_client_and_partner_killed_together_leave_no_latch_energised(
    orderer: Orderer, wiring: Wiring
) -> None:
    guard = orderer.guard
    orderer.energise(HIGH, 500)
    kill(orderer.pid, guard[0])
    low_within_a_second(wiring)
    until(lambda: all(has_ended(pid) for pid in guard))


def test_a_killed_partner_ends_the_pulse_and_is_replaced(orderer: Orderer, wiring: Wiring) -> None:
    before = orderer.guard
    orderer.energise(HIGH, 500)
    kill(before[0])
    low_within_a_second(wiring)
    orderer.wait_until_usable(2)
    assert all(has_ended(pid) for pid in before)
    assert len(orderer.guard) == 2


def test_both_processes_of_the_guard_killed_are_replaced_and_drive_off(
    orderer: Orderer, wiring: Wiring
) -> None:
    orderer.energise(HIGH, 500)
    kill(*orderer.guard)
    low_within_a_second(wiring)
    orderer.wait_until_usable(2)
    (pulse,) = pulses_ms(wiring.changes(HIGH))
    assert pulse <= LONGEST_MS


def test_a_stopped_client_does_not_lengthen_a_pulse(orderer: Orderer, wiring: Wiring) -> None:
    orderer.energise(HIGH, 500)
    stop(orderer.pid)
    low_within_a_second(wiring)
    (pulse,) = pulses_ms(wiring.changes(HIGH))
    assert pulse <= LONGEST_MS + SCHEDULING_MS
    resume(orderer.pid)
    orderer.energise(LOW, 50)


def test_a_stopped_pulser_is_ended_and_its_pulse_with_it(orderer: Orderer, wiring: Wiring) -> None:
    pulser = orderer.pulser
    orderer.energise(HIGH, 200)
    stop(pulser)
    low_within_a_second(wiring)
    (pulse,) = pulses_ms(wiring.changes(HIGH))
    assert pulse <= 200 + SCHEDULING_MS
    until(lambda: has_ended(pulser))
    orderer.wait_until_usable(2)


def test_an_order_to_a_stopped_pulser_is_unknown_and_never_carried_out(
    orderer: Orderer, wiring: Wiring
) -> None:
    stop(orderer.pulser)
    assert orderer.order(HIGH, 100).startswith("DeliveryUnknown")
    orderer.wait_until_usable(2)
    assert wiring.changes(HIGH) == []


def test_an_order_during_the_guards_death_is_never_carried_out_later(
    orderer: Orderer, wiring: Wiring
) -> None:
    pulser = orderer.pulser
    stop(pulser)
    before = len(orderer.said)
    orderer.send(HIGH, 100)
    kill(pulser)
    outcomes = ("DeliveryUnknown", "DeviceUnreachable")  # which of them is the kernel's choice
    until(lambda: any(line.startswith(outcomes) for line in orderer.said[before:]))
    orderer.wait_until_usable(2)
    assert wiring.changes(HIGH) == []


def test_a_stopped_partner_is_replaced(orderer: Orderer, wiring: Wiring) -> None:
    partner = orderer.partner
    stop(partner)
    orderer.wait_until_usable(2)
    assert has_ended(partner)
    assert wiring.changes(HIGH) == wiring.changes(LOW) == []


@pytest.mark.parametrize("ms", [501, 5000, 65535, 0])
def test_a_pulse_over_the_maximum_is_refused_not_shortened(
    orderer: Orderer, wiring: Wiring, ms: int
) -> None:
    assert orderer.order(HIGH, ms).startswith(f"DeviceUnreachable {ms} ms is not a pulse")
    orderer.energise(LOW, 20)
    assert wiring.changes(HIGH) == []


def test_a_latch_under_a_pulse_refuses_another(orderer: Orderer, wiring: Wiring) -> None:
    orderer.energise(HIGH, 300)
    assert "being pulsed" in orderer.order(HIGH, 300)
    until(lambda: len(wiring.changes(HIGH)) == 2)
    (pulse,) = pulses_ms(wiring.changes(HIGH))
    assert pulse <= 300 + SCHEDULING_MS


def test_a_coil_rests_after_a_pulse_as_long_as_that_was(orderer: Orderer, wiring: Wiring) -> None:
    orderer.energise(HIGH, 400)
    until(lambda: len(wiring.changes(HIGH)) == 2)
    assert "its coil rests; wait a second" in orderer.order(HIGH, 10)
    orderer.energise(LOW, 10)  # another latch has its own time
    until(lambda: orderer.order(HIGH, 10) == "begun 17")
    until(lambda: len(wiring.changes(HIGH)) == 4)
    _on, off, on_again, _off = wiring.changes(HIGH)
    assert on_again.at - off.at >= 0.39


def test_a_guard_that_hangs_as_a_whole_is_killed_and_the_next_ends_its_pulse(
    orderer: Orderer, wiring: Wiring
) -> None:
    before = orderer.guard
    orderer.energise(HIGH, 500)
    for process in before:
        stop(process)
    until(lambda: not wiring.level(HIGH))
    orderer.wait_until_usable(2)
    assert len(pulses_ms(wiring.changes(HIGH))) == 1
    assert all(has_ended(process) for process in before)


def test_a_second_guard_for_the_same_pins_is_refused(orderer: Orderer, wiring: Wiring) -> None:
    second = Orderer(wiring, f"{HIGH}=high")
    try:
        assert second.said[0].startswith(f"unusable GPIO{HIGH}")
        assert second.order(HIGH, 100).startswith("DeviceUnreachable")
        orderer.energise(LOW, 20)
        assert wiring.changes(HIGH) == []
    finally:
        second.close()


def test_a_refused_guard_is_usable_once_the_pins_are_free(orderer: Orderer, wiring: Wiring) -> None:
    second = Orderer(wiring, f"{HIGH}=high")
    try:
        orderer.end()
        second.wait_until_usable(1)
        second.energise(HIGH, 20)
    finally:
        second.close()


def test_the_guard_ends_at_a_terminate_signal_with_everything_off(
    orderer: Orderer, wiring: Wiring
) -> None:
    orderer.energise(HIGH, 500)
    subprocess.run(["kill", "-TERM", *map(str, orderer.guard)], check=True)
    low_within_a_second(wiring)
