"""What each part of a device has to do while the device is there."""

from __future__ import annotations

import asyncio
from functools import partial

from boxd.devices import Confirmation, Door, DoorState, LampName
from boxd.testing.bench import Bench
from boxd.testing.conformance import DeviceConformance

SOON_S = 3.0
SLACK_MS = 300
"""A simulated coil is switched by an event loop, which is late on a busy machine."""

PAUSE_S = 0.15  # longer than any debouncing, so that each touch is one


class KeyConformance(DeviceConformance):
    """Tests for a device with keys."""

    async def test_keys_count_in_the_order_in_which_they_went_down(self, bench: Bench) -> None:
        """With the next key down before the last is let go, as people type."""
        await asyncio.sleep(self.fresh_after_s)
        first, second, *_ = sorted(bench.section.key_names)
        bench.unit.touch(first)
        await asyncio.sleep(PAUSE_S)
        bench.unit.touch(second)
        await asyncio.sleep(PAUSE_S)
        bench.unit.release(first)
        bench.unit.release(second)
        await bench.until(lambda: len(_down(bench)) == 2, SOON_S)
        assert _down(bench) == [first, second]
        times = [touch.at for touch in bench.touches]
        assert times == sorted(times)

    async def test_a_touch_is_reported_once(self, bench: Bench) -> None:
        """One finger on one key is one touch, and nothing else is heard."""
        await asyncio.sleep(self.fresh_after_s)
        key = min(bench.section.key_names)
        bench.unit.touch(key)
        await asyncio.sleep(PAUSE_S)
        bench.unit.release(key)
        await bench.until(lambda: _down(bench), SOON_S)
        await asyncio.sleep(PAUSE_S)
        assert _down(bench) == [key]


class LampConformance(DeviceConformance):
    """Tests for a device with lamps."""

    async def test_each_lamp_is_lit_alone(self, bench: Bench) -> None:
        """A lamp that is set is lit, and no other; put out, it is dark."""
        for name, lamp in bench.device.lamps.items():
            lamp.set(True)
            await bench.until(partial(_is_lit_alone, bench, name), SOON_S)
            lamp.set(False)
            await bench.until(lambda: not bench.lit, SOON_S)

    async def test_the_lamps_are_out_after_closing(self, bench: Bench) -> None:
        """A box that stops leaves no lamp lit."""
        light_all(bench)
        await bench.until(lambda: bench.lit == set(bench.device.lamps), SOON_S)
        await bench.close()
        await bench.until(lambda: not bench.lit, SOON_S)


class BuzzerConformance(DeviceConformance):
    """Tests for a device with a buzzer."""

    async def test_it_sounds_once(self, bench: Bench) -> None:
        """One order, one sound."""
        assert bench.device.buzzer is not None
        before = bench.unit.sounds
        bench.device.buzzer.sound(50)
        await bench.until(lambda: bench.unit.sounds > before, SOON_S)
        assert bench.unit.sounds == before + 1


class LatchConformance(DeviceConformance):
    """Tests for a device with latches."""

    async def test_an_order_is_one_pulse_that_ends_by_itself(self, bench: Bench) -> None:
        """The coil gets current once, no longer than its section allows and the latch says."""
        for number, (name, latch) in enumerate(bench.device.latches.items(), start=1):
            await latch.pulse()
            await bench.until(partial(_has_pulsed, bench, number), SOON_S)
            on, off = bench.edges()[-2:]
            assert (on.latch, on.energised) == (latch.address, True)
            assert (off.latch, off.energised) == (latch.address, False)
            longest_ms = min(bench.longest_ms[name], latch.longest_s * 1000)
            assert (off.at - on.at) * 1000 <= longest_ms + SLACK_MS

    async def test_it_says_what_its_device_confirms(self, bench: Bench) -> None:
        """Each latch has one of the known confirmations."""
        for latch in bench.device.latches.values():
            assert latch.confirmation in Confirmation


class DoorConformance(DeviceConformance):
    """Tests for a device with door switches."""

    async def test_a_door_is_followed_as_it_opens_and_closes(self, bench: Bench) -> None:
        """Each door's state is its own; the others keep theirs."""
        doors = bench.device.doors
        await bench.until(
            lambda: all(door.state is DoorState.CLOSED for door in doors.values()), SOON_S
        )
        for name, door in doors.items():
            bench.move_door(name, DoorState.OPEN)
            await bench.until(partial(is_at, door, DoorState.OPEN), SOON_S)
            others = [each.state for other, each in doors.items() if other != name]
            assert set(others) <= {DoorState.CLOSED}
            bench.move_door(name, DoorState.CLOSED)
            await bench.until(partial(is_at, door, DoorState.CLOSED), SOON_S)


def light_all(bench: Bench) -> None:
    """Light every lamp."""
    for lamp in bench.device.lamps.values():
        lamp.set(True)


def is_at(door: Door, state: DoorState) -> bool:
    """Whether a door is in this state."""
    return door.state is state


def _is_lit_alone(bench: Bench, lamp: LampName) -> bool:
    return bench.lit == {lamp}


def _has_pulsed(bench: Bench, times: int) -> bool:
    return len(bench.edges()) == 2 * times


def _down(bench: Bench) -> list[str]:
    return [touch.key for touch in bench.touches if touch.touched]
