"""Boards are used while they answer, and only keys that were pressed since are keys."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from boxd.devices import DeviceState, DeviceStatus, Key, KeyTouch, LampName
from boxd.errors import DeliveryUnknown, DeviceUnreachable
from boxd.sim.hardware import SimulatedHardware
from tests.midi.box import config, midi_ports, midi_registry
from tests.midi.trace import records
from tests.midi.waiting import until, until_keys_are_new

BOARD = "CodeTV Board 0"
NOTICED_WITHIN_S = 2.0


class Bench:
    """A registry over simulated hardware, and the keys that it told."""

    def __init__(self, state_dir: Path) -> None:
        self.state_dir = state_dir
        configured = config(state_dir)
        self.hardware = SimulatedHardware(configured)
        self.ports = midi_ports(self.hardware)
        self.registry = midi_registry(configured, self.ports, lambda: None)
        self.keys: list[KeyTouch] = []
        for device in ("board-0", "operator-pad"):
            self.registry.keypad(device).subscribe(self.keys.append)

    def status(self, name: str = "board-0") -> DeviceStatus:
        return next(status for status in self.registry.statuses() if status.name == name)

    def is_ready(self) -> bool:
        return self.status().state is DeviceState.READY

    def pressed(self) -> list[Key]:
        return [touch.key for touch in self.keys if touch.touched]

    async def close(self) -> None:
        await self.registry.close()
        self.hardware.close()


@pytest_asyncio.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    made = Bench(tmp_path)
    yield made
    await made.close()


async def test_keys_that_waited_in_a_board_are_never_pressed(bench: Bench) -> None:
    await bench.hardware.press("bay-1", ["1", "Enter"])
    await bench.registry.start()
    assert bench.is_ready()
    await bench.hardware.press("bay-1", ["7"])
    await until(lambda: len(bench.keys) == 2)
    assert bench.pressed() == [Key.DIGIT_7]


async def test_keys_behind_the_echoes_of_an_earlier_run_are_never_pressed(bench: Bench) -> None:
    board = bench.ports.unit(BOARD)
    for text in ("f07d2000f7", "f07d3000f7", "f07d0b01f7", "f07d2000f7", "f07d0b00f7"):
        board.emit(bytes.fromhex(text))
    await bench.registry.start()
    assert bench.is_ready()
    await bench.hardware.press("bay-1", ["7"])
    await until(lambda: len(bench.keys) == 2)
    assert bench.pressed() == [Key.DIGIT_7]


async def test_an_operators_enter_that_waited_in_a_pad_confirms_nothing(bench: Bench) -> None:
    await bench.hardware.press_operator(["Enter"])
    await bench.registry.start()
    await until_keys_are_new()
    assert bench.pressed() == []
    await bench.hardware.press_operator(["Enter"])
    await until(lambda: bench.pressed() == [Key.ENTER])


async def test_keys_of_a_board_that_is_away_are_not_pressed_when_it_returns(bench: Bench) -> None:
    await bench.registry.start()
    bench.ports.fails_with = OSError("the MIDI system has gone")
    await until(lambda: not bench.is_ready())
    await bench.hardware.press("bay-1", ["Enter"])
    bench.ports.fails_with = None
    await until(bench.is_ready)
    await bench.hardware.press("bay-1", ["7"])
    await until(lambda: Key.DIGIT_7 in bench.pressed())
    assert bench.pressed() == [Key.DIGIT_7]


@pytest.mark.parametrize(
    ("fault", "says"),
    [("hang", "does not answer"), ("out-of-step", "out of step"), ("oldest", "six bytes")],
)
async def test_a_board_that_fails_is_told_for_what_it_is_within_two_seconds(
    bench: Bench, fault: str, says: str
) -> None:
    await bench.registry.start()
    bench.hardware.fault("board-0", fault)
    if fault == "oldest":  # it echoes like the others: its first word tells
        bench.hardware.touch("board-0", "5", True)
    assert await until(lambda: says in bench.status().why) < NOTICED_WITHIN_S
    assert bench.status().state is DeviceState.UNREACHABLE
    assert "plug" in bench.status().why
    with pytest.raises(DeviceUnreachable, match=says):
        await bench.registry.latch("board-0").pulse()
    assert bench.pressed() == []

    bench.registry.lamps("board-0")[LampName.STANDBY].set(True)
    for mend in ("unplug", "newest", "replug"):
        bench.hardware.fault("board-0", mend)
    await until(bench.is_ready)
    assert bench.hardware.state()["bays"]["bay-1"]["lamps"]["standby"]


@pytest.mark.parametrize("fault", ["hang", "out-of-step"])
async def test_a_board_that_fails_from_the_beginning_is_never_ready(
    bench: Bench, fault: str
) -> None:
    bench.hardware.fault("board-0", fault)
    await bench.registry.start()
    assert bench.status().state is DeviceState.UNREACHABLE
    assert bench.status().why
    assert bench.status("board-1").state is DeviceState.READY


async def test_a_board_that_was_cut_off_in_an_unlock_pulses_once_and_no_more(bench: Bench) -> None:
    """The host can't know it before its next message; that is the last one."""
    await bench.registry.start()
    board = bench.ports.unit(BOARD)
    board.receive(bytes.fromhex("f07d60"))
    await until(lambda: "out of step" in bench.status().why)
    for lit in (True, False):
        for lamp in bench.registry.lamps("board-0").values():
            lamp.set(lit)
    await until(lambda: records(bench.state_dir, what="latch", level=0))
    await bench.registry.close()
    assert len(records(bench.state_dir, what="latch", level=1)) == 1


async def test_a_pulse_is_confirmed_once_it_is_over(bench: Bench) -> None:
    await bench.registry.start()
    latch = bench.registry.latch("board-0")
    assert latch.confirmation == "the board pulsed"
    await latch.pulse()
    assert len(records(bench.state_dir, what="latch", level=0)) == 1
    await latch.pulse()
    assert len(records(bench.state_dir, what="latch", level=0)) == 2


async def test_lamps_that_are_set_during_a_pulse_are_no_silence(bench: Bench) -> None:
    await bench.registry.start()
    pulse = asyncio.create_task(bench.registry.latch("board-0").pulse())
    await until(lambda: records(bench.state_dir, what="latch", level=1))
    bench.registry.lamps("board-0")[LampName.SUCCESS].set(True)
    await pulse
    await until(lambda: bench.hardware.state()["bays"]["bay-1"]["lamps"]["success"])
    assert bench.is_ready()


@pytest.mark.parametrize("fault", ["hang", "unplug"])
async def test_a_board_that_fails_in_its_pulse_leaves_it_unknown_and_is_pulsed_no_more(
    bench: Bench, fault: str
) -> None:
    await bench.registry.start()
    pulse = asyncio.create_task(bench.registry.latch("board-0").pulse())
    await until(lambda: records(bench.state_dir, what="latch", level=1))
    bench.hardware.fault("board-0", fault)
    with pytest.raises(DeliveryUnknown, match="look whether the locker is open"):
        async with asyncio.timeout(NOTICED_WITHIN_S):
            await pulse
    for mend in ("unplug", "replug"):
        bench.hardware.fault("board-0", mend)
    await until(bench.is_ready)
    assert len(records(bench.state_dir, what="latch", level=1)) == 1


async def test_the_oldest_firmware_answers_too_soon_to_have_pulsed(bench: Bench) -> None:
    await bench.registry.start()
    bench.hardware.fault("board-0", "oldest")
    with pytest.raises(DeliveryUnknown, match=r"too soon for a pulse.*oldest"):
        await bench.registry.latch("board-0").pulse()
    assert records(bench.state_dir, what="latch") == []
