"""The guard's messages and its rule for orders, without any process."""

from __future__ import annotations

import pytest

from boxd.gpio.guard.messages import (
    LONGEST_BYTES,
    Beat,
    Begun,
    Failed,
    GuardPulse,
    GuardRefused,
    Message,
    Ready,
    from_bytes,
    to_bytes,
)
from boxd.gpio.guard.pulses import Pulses
from boxd.gpio.outputs import OutputPin

NOW = 1000.0


@pytest.mark.parametrize(
    "message",
    [
        Beat(),
        GuardPulse(7, 2, 150, 12.5),
        Ready(4711),
        Begun(7),
        GuardRefused(7, "the latch is being pulsed"),
        Failed("GPIO17 wird benützt"),
    ],
    ids=lambda message: type(message).__name__,
)
def test_a_message_comes_back_from_its_packet(message: Message) -> None:
    assert from_bytes(to_bytes(message)) == message


@pytest.mark.parametrize("packet", [b"", b"\x01", b"\x01\x00\x00", b"\xff", b"\x02\x01"])
def test_anything_else_is_no_message(packet: bytes) -> None:
    with pytest.raises(ValueError, match="not a message"):
        from_bytes(packet)


def test_a_long_reason_is_cut_to_a_packet() -> None:
    packet = to_bytes(Failed("ü" * 5000))
    assert len(packet) <= LONGEST_BYTES
    assert isinstance(from_bytes(packet), Failed)


@pytest.mark.parametrize(
    ("order", "why"),
    [
        (GuardPulse(1, 0, 500, NOW), ""),
        (GuardPulse(1, 0, 1, NOW), ""),
        (GuardPulse(1, 0, 501, NOW), "501 ms is not a pulse"),
        (GuardPulse(1, 0, 0, NOW), "0 ms is not a pulse"),
        (GuardPulse(1, 2, 100, NOW), "no latch number 2"),
        (GuardPulse(1, 0, 100, NOW - 0.3), "the order is 0.30 s old"),
        (GuardPulse(1, 0, 100, NOW + 60), "old"),
    ],
)
def test_only_fresh_orders_within_the_limits_are_carried_out(order: GuardPulse, why: str) -> None:
    refusal = Pulses(2).why_refused(order, NOW)
    assert why in refusal
    assert bool(refusal) is bool(why)


def test_each_latch_has_a_pulse_of_its_own() -> None:
    pulses = Pulses(2)
    pulses.begin(GuardPulse(1, 0, 100, NOW), NOW)
    assert "being pulsed" in pulses.why_refused(GuardPulse(2, 0, 100, NOW), NOW)
    assert pulses.why_refused(GuardPulse(3, 1, 200, NOW), NOW) == ""
    pulses.begin(GuardPulse(3, 1, 200, NOW), NOW)
    assert pulses.due(NOW + 0.15) == (0,)
    pulses.end(0)
    assert pulses.next_end == NOW + 0.2


def test_what_is_made_to_be_held_is_held_for_ten_seconds_at_most_and_rests_little() -> None:
    pulses = Pulses(2, held=frozenset({1}))
    assert "501 ms is not a pulse" in pulses.why_refused(GuardPulse(1, 0, 501, NOW), NOW)
    assert "1 to 10000 ms" in pulses.why_refused(GuardPulse(1, 1, 10_001, NOW), NOW)
    assert pulses.why_refused(GuardPulse(1, 1, 10_000, NOW), NOW) == ""
    pulses.begin(GuardPulse(1, 1, 10_000, NOW), NOW)
    assert pulses.due(NOW + 9.9) == ()
    assert pulses.due(NOW + 10) == (1,)
    pulses.end(1)
    soon = NOW + 10.2
    assert pulses.why_refused(GuardPulse(2, 1, 10_000, soon), soon) == ""


@pytest.mark.parametrize("text", ["17=high", "4=low", "17=high=held"])
def test_a_pin_is_written_as_it_is_read(text: str) -> None:
    assert str(OutputPin.parse(text)) == text


@pytest.mark.parametrize("text", ["17", "17=on", "=high", "x=high", "17=high=kept"])
def test_what_is_no_pin_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        OutputPin.parse(text)


@pytest.mark.parametrize(("ms", "rest_s"), [(10, 0.1), (100, 0.1), (500, 0.5)])
def test_a_latch_rests_after_its_pulse_and_others_need_not(ms: int, rest_s: float) -> None:
    pulses = Pulses(2)
    pulses.begin(GuardPulse(1, 0, ms, NOW), NOW)
    over = NOW + ms / 1000
    pulses.end(0)

    early, late = over + rest_s - 0.001, over + rest_s + 0.001
    assert "its coil rests" in pulses.why_refused(GuardPulse(2, 0, 10, early), early)
    assert pulses.why_refused(GuardPulse(2, 1, 10, early), early) == ""
    assert pulses.why_refused(GuardPulse(2, 0, 10, late), late) == ""
