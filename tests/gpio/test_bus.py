"""The bus of the pins: what is missing, fails, is held by others or has lost its guard."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import psutil
import pytest

from boxd.devices import DeviceState, DoorState, LampName
from boxd.errors import DeviceUnreachable
from boxd.gpio.bus import GpioBus
from boxd.gpio.pin_memory import PinMemory
from tests.gpio.booth import gpio_device, only_on_simulated_pins, running, settled, until_ready
from tests.midi.waiting import until

pytestmark = only_on_simulated_pins  # pins appear, fail and are held by others

LATCH, OTHER_LATCH, DOOR, LAMP, KEY = 17, 18, 27, 5, 20


def guard_processes() -> list[int]:
    """The processes of the guard that this test started."""
    children = psutil.Process().children(recursive=True)
    return [each.pid for each in children if "boxd.gpio.guard" in " ".join(each.cmdline())]


@pytest.mark.skipif(any(Path("/dev").glob("gpiochip*")), reason="this computer has a GPIO chip")
async def test_without_a_chip_a_device_says_so_and_starts_nothing(tmp_path: Path) -> None:
    device = gpio_device(doors={"door-1": DOOR}, latches={"latch-1": LATCH}, lamps={"standby": 5})
    bus = GpioBus([device], None, lambda: None)
    await bus.start()
    try:
        status = bus.devices[0].status
        assert status.state is DeviceState.UNREACHABLE
        assert "no GPIO chip" in status.why
        assert "simulation.enabled" in status.why
        with pytest.raises(DeviceUnreachable):
            await bus.devices[0].latches["latch-1"].pulse()
    finally:
        await bus.close()


async def test_pins_that_appear_are_taken_and_shown_what_was_set(tmp_path: Path) -> None:
    place = tmp_path / "pins"
    place.write_text("no folder: the pins can't be opened")
    changes: list[None] = []
    bus = GpioBus(
        [gpio_device(lamps={"standby": LAMP}, doors={"door-1": DOOR})],
        place,
        lambda: changes.append(None),
    )
    (device,) = bus.devices
    await bus.start()
    try:
        assert device.status.state is DeviceState.UNREACHABLE
        assert str(place) in device.status.why
        device.lamps[LampName.STANDBY].set(True)
        assert device.doors["door-1"].state is DoorState.UNKNOWN
        seen = len(changes)
        place.unlink()
        await until_ready(device)
        await until(lambda: len(changes) > seen)
        await settled(device.doors["door-1"], DoorState.OPEN)
        assert PinMemory(place).level(LAMP)
    finally:
        await bus.close()


async def test_a_pin_that_another_program_holds_is_a_matter_of_its_device_alone(
    tmp_path: Path,
) -> None:
    other = PinMemory(tmp_path)
    other.claim(DOOR)
    one = gpio_device("one", doors={"door-1": DOOR}, lamps={"standby": LAMP})
    two = gpio_device("two", keys={"1": KEY})
    async with running(tmp_path, one, two) as booth:
        held, free = booth.bus.devices
        assert free.status.state is DeviceState.READY
        assert held.status.state is DeviceState.UNREACHABLE
        assert f"GPIO{DOOR}" in held.status.why
        other.close()
        await until_ready(held)
        await settled(held.doors["door-1"], DoorState.OPEN)


async def test_pins_that_fail_are_let_go_and_taken_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(
        tmp_path, gpio_device(lamps={"standby": LAMP}, doors={"door-1": DOOR})
    ) as booth:
        booth.device.lamps[LampName.STANDBY].set(True)
        await settled(booth.device.doors["door-1"], DoorState.OPEN)
        with monkeypatch.context() as broken:

            def fail(_pin: object) -> bool:
                raise DeviceUnreachable("GPIO27 can't be read")

            broken.setattr("boxd.gpio.pin_memory_factory.MemoryPin._get_state", fail)
            await until(lambda: booth.device.status.state is DeviceState.UNREACHABLE)
            assert "GPIO27 can't be read" in booth.device.status.why
            assert booth.device.doors["door-1"].state is DoorState.UNKNOWN
        await until_ready(booth.device)
        await settled(booth.device.doors["door-1"], DoorState.OPEN)
        await until(lambda: booth.memory.level(LAMP))


async def test_a_disabled_device_leaves_its_pins_alone(tmp_path: Path) -> None:
    device = gpio_device(
        enabled=False, lamps={"standby": LAMP}, latches={"latch-1": LATCH}, keys={"1": KEY}
    )
    async with running(tmp_path, device) as booth:
        assert booth.device.status.state is DeviceState.DISABLED
        booth.device.lamps[LampName.STANDBY].set(True)
        with pytest.raises(DeviceUnreachable, match="switched off in the configuration"):
            await booth.device.latches["latch-1"].pulse()
        assert not any(booth.memory.is_output(pin) for pin in (LATCH, LAMP))
        booth.memory.claim(KEY)
        assert guard_processes() == []


async def test_nothing_that_starts_or_ends_moves_a_latch(tmp_path: Path) -> None:
    device = gpio_device(latches={"latch-1": LATCH, "latch-2": {"pin": OTHER_LATCH, "on": "low"}})
    for _ in range(2):
        async with running(tmp_path, device) as booth:
            await until_ready(booth.device)
            await booth.bus.close()
            assert booth.outputs(LATCH) == booth.outputs(OTHER_LATCH) == []


async def test_one_pulse_is_one_rise_and_one_fall(tmp_path: Path) -> None:
    device = gpio_device(
        latches={
            "latch-1": {"pin": LATCH, "pulse_ms": 40},
            "latch-2": {"pin": OTHER_LATCH, "on": "low", "pulse_ms": 40},
        }
    )
    async with running(tmp_path, device) as booth:
        await until_ready(booth.device)
        await asyncio.gather(*(latch.pulse() for latch in booth.device.latches.values()))
        await until(lambda: len(booth.outputs(OTHER_LATCH)) == 2)
        await until(lambda: len(booth.outputs(LATCH)) == 2)
        assert booth.outputs(LATCH) == [True, False]
        assert booth.outputs(OTHER_LATCH) == [False, True]
        assert [latch.address for latch in booth.device.latches.values()] == [
            "pins.latch-1",
            "pins.latch-2",
        ]


async def test_a_feedback_contact_is_the_latchs_own_door(tmp_path: Path) -> None:
    device = gpio_device(latches={"latch-1": {"pin": LATCH, "feedback": 24}, "latch-2": 18})
    async with running(tmp_path, device) as booth:
        feedback = booth.device.latches["latch-1"].feedback
        assert feedback is not None
        assert booth.device.latches["latch-2"].feedback is None
        booth.memory.drive(24, False)
        await settled(feedback, DoorState.CLOSED)
        booth.memory.drive(24, None)
        await settled(feedback, DoorState.OPEN)


async def test_while_the_guard_is_dead_the_device_says_so_and_its_doors_go_on(
    tmp_path: Path,
) -> None:
    device = gpio_device(latches={"latch-1": LATCH}, doors={"door-1": DOOR})
    async with running(tmp_path, device) as booth:
        await until_ready(booth.device)
        for process in guard_processes():
            os.kill(process, signal.SIGKILL)
        await until(lambda: booth.device.status.state is DeviceState.UNREACHABLE)
        assert "guard" in booth.device.status.why
        booth.memory.drive(DOOR, False)
        await settled(booth.device.doors["door-1"], DoorState.CLOSED)
        await until_ready(booth.device)
        assert booth.outputs(LATCH) == []
        await booth.device.latches["latch-1"].pulse()
        await until(lambda: booth.outputs(LATCH) == [True, False])


async def test_one_guard_serves_all_devices(tmp_path: Path) -> None:
    one = gpio_device("one", latches={"latch-1": LATCH})
    two = gpio_device("two", latches={"latch-1": OTHER_LATCH})
    async with running(tmp_path, one, two) as booth:
        for device in booth.bus.devices:
            await until_ready(device)
            await device.latches["latch-1"].pulse()
        assert len(guard_processes()) == 2  # the pulser and its partner


async def test_a_closed_bus_leaves_its_pins_to_others(tmp_path: Path) -> None:
    device = gpio_device(
        latches={"latch-1": LATCH}, doors={"door-1": DOOR}, lamps={"standby": LAMP}
    )
    async with running(tmp_path, device) as first:
        first.device.lamps[LampName.STANDBY].set(True)
        await until_ready(first.device)
    async with running(tmp_path, device) as booth:
        await until_ready(booth.device)
        assert guard_processes()
    assert guard_processes() == []
    memory = PinMemory(tmp_path)
    for pin in (LATCH, DOOR, LAMP):
        memory.claim(pin)
    assert not memory.level(LAMP)
    memory.close()


async def test_of_pins_there_are_no_strangers(tmp_path: Path) -> None:
    async with running(tmp_path, gpio_device(lamps={"standby": LAMP})) as booth:
        assert booth.bus.unconfigured() == ()
