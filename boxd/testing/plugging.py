"""What a device has to do when it is pulled out and comes back, whatever it was doing."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from boxd.devices import DeviceState, DoorState, Key
from boxd.errors import DeliveryUnknown, DeviceUnreachable
from boxd.testing.bench import Bench
from boxd.testing.conformance import DeviceConformance
from boxd.testing.parts import SOON_S, is_at, light_all

GONE_WITHIN_S = 5.0
SETTLED_S = 0.5  # what comes back by itself comes sooner


class PluggingConformance(DeviceConformance):
    """Tests for a device whose absence is noticed."""

    async def test_it_is_missed_and_said_why(self, at_rest: Bench) -> None:
        """A device that was never there is unreachable, with a reason for people."""
        try:
            await at_rest.start()
            await at_rest.until(lambda: at_rest.state is DeviceState.UNREACHABLE, GONE_WITHIN_S)
            assert at_rest.device.status.why
        finally:
            await at_rest.close()
            at_rest.end()

    async def test_it_is_used_again_once_it_is_back(self, bench: Bench) -> None:
        """Pulled out it is not ready, plugged in again it is; its lamps are as they were set."""
        light_all(bench)
        await self._replug(bench)
        await bench.until(lambda: bench.lit == set(bench.device.lamps), SOON_S)

    async def test_orders_for_an_absent_device_raise_nothing(self, bench: Bench) -> None:
        """Lamps and buzzer of a device that has gone can be set; the lamps are lit later."""
        bench.unplug()
        await bench.until(lambda: bench.state is not DeviceState.READY, GONE_WITHIN_S)
        light_all(bench)
        if bench.device.buzzer is not None:
            bench.device.buzzer.sound(50)
        bench.plug()
        await bench.ready(self.ready_within_s)
        await bench.until(lambda: bench.lit == set(bench.device.lamps), SOON_S)

    async def test_nothing_is_known_of_the_doors_of_an_absent_device(self, bench: Bench) -> None:
        """Its doors are neither open nor closed until it says so again."""
        bench.unplug()
        await bench.until(lambda: bench.state is not DeviceState.READY, GONE_WITHIN_S)
        assert {door.state for door in bench.device.doors.values()} <= {DoorState.UNKNOWN}
        bench.plug()
        await bench.ready(self.ready_within_s)
        for door in bench.device.doors.values():
            await bench.until(partial(is_at, door, DoorState.CLOSED), SOON_S)

    async def _replug(self, bench: Bench) -> None:
        bench.unplug()
        await bench.until(lambda: bench.state is not DeviceState.READY, GONE_WITHIN_S)
        bench.plug()
        await bench.ready(self.ready_within_s)


class KeyPluggingConformance(PluggingConformance):
    """Tests for a device with keys whose absence is noticed."""

    async def test_keys_of_before_do_not_count_after_it_came_back(self, bench: Bench) -> None:
        """What was pressed while nobody listened is not a key that somebody presses now."""
        key = Key.ENTER if Key.ENTER in bench.section.key_names else min(bench.section.key_names)
        bench.unplug()
        bench.unit.touch(key)
        bench.unit.release(key)
        await bench.until(lambda: bench.state is not DeviceState.READY, GONE_WITHIN_S)
        bench.plug()
        await bench.ready(self.ready_within_s)
        await asyncio.sleep(self.fresh_after_s + SETTLED_S)
        assert bench.touches == []
        bench.unit.touch(key)
        await bench.until(lambda: bench.touches, SOON_S)
        assert bench.touches[0].key is key


class LatchPluggingConformance(PluggingConformance):
    """Tests for a device with latches whose absence is noticed."""

    async def test_no_order_is_made_up_for_when_it_comes_back(self, bench: Bench) -> None:
        """An order to an absent device fails as not sent, and is forgotten."""
        bench.unplug()
        await bench.until(lambda: bench.state is not DeviceState.READY, GONE_WITHIN_S)
        for latch in bench.device.latches.values():
            with pytest.raises(DeviceUnreachable):
                await latch.pulse()
        bench.plug()
        await bench.ready(self.ready_within_s)
        await asyncio.sleep(SETTLED_S)
        assert bench.edges() == []

    async def test_an_order_whose_line_dies_is_unknown_and_never_repeated(
        self, bench: Bench
    ) -> None:
        """The coil had its current, the confirmation was lost: a person has to look."""
        latch = next(iter(bench.device.latches.values()))
        bench.cut_at_pulse = True
        with pytest.raises(DeliveryUnknown):
            await latch.pulse()
        await bench.until(lambda: bench.state is not DeviceState.READY, GONE_WITHIN_S)
        bench.plug()
        await bench.ready(self.ready_within_s)
        await asyncio.sleep(SETTLED_S)
        assert [edge.energised for edge in bench.edges()] == [True, False]
