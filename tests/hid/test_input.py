"""Number pads and scanners through the port and the codec, with a pipe for the kernel's device."""

from __future__ import annotations

import asyncio
import errno
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from boxd.devices import DeviceState, Key, KeyTouch
from boxd.fresh_keys import QUIET_S
from boxd.hid.bus import HidBus
from boxd.hid.device import HidInput
from boxd.hid.events import EV_KEY, EV_SYN, SYN_DROPPED, InputEvent
from boxd.hid.sections import HidDevice
from boxd.sim.hardware_trace import Trace
from boxd.sim.inputs import SimulatedInput, SimulatedInputPorts
from tests.midi.waiting import until, until_keys_are_new

PORT = "/dev/input/by-id/usb-Pad-event-kbd"
GRAB, SET_CLOCK = 0x40044590, 0x400445A0


class Bench:
    """A pad on a bus, and what was heard of it."""

    def __init__(self, folder: Path, control: Callable[..., object], **values: Any) -> None:
        section = HidDevice.model_validate({"kind": "hid", "name": "pad", "port": PORT, **values})
        self.unit = SimulatedInput(section, Trace(folder / "trace.jsonl"))
        self.ports = SimulatedInputPorts(folder / "inputs")
        self.bus = HidBus([section], lambda: None, self.ports.path_of, tuple, control)
        self.touches: list[KeyTouch] = []
        self.texts: list[str] = []
        self.device.keypad.subscribe(self.touches.append)
        self.device.reader.subscribe(self.texts.append)

    @property
    def device(self) -> HidInput:
        return self.bus.devices[0]

    @property
    def pressed(self) -> str:
        return " ".join(touch.key for touch in self.touches if touch.touched)

    def is_ready(self) -> bool:
        return self.device.status.state is DeviceState.READY


@asynccontextmanager
async def bench(
    folder: Path, control: Callable[..., object] = lambda *_: None, **values: Any
) -> AsyncIterator[Bench]:
    made = Bench(folder, control, **values)
    made.ports.plug(made.unit)
    await made.bus.start()
    try:
        yield made
    finally:
        await made.bus.close()
        made.ports.unplug(made.unit)


async def test_keys_of_both_rows_type_whatever_numlock_says(tmp_path: Path) -> None:
    top_row_1, pad_1, num_lock, pad_enter, backspace = 2, 79, 69, 96, 14
    async with bench(tmp_path) as made:
        await until_keys_are_new()
        for code in (top_row_1, num_lock, pad_1, pad_enter, backspace):
            made.unit.press(code, True)
            made.unit.press(code, False)
        await until(lambda: len(made.touches) == 8)
        assert made.pressed == "1 1 Enter Cancel"


async def test_what_the_kernel_repeats_while_a_key_is_held_is_one_press(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        await until_keys_are_new()
        made.unit.touch(Key.DIGIT_7)
        for _ in range(20):
            made.unit.emit(InputEvent(time.monotonic(), EV_KEY, 8, 2).to_bytes())
        made.unit.release(Key.DIGIT_7)
        await until(lambda: len(made.touches) == 2)
        assert made.pressed == "7"


async def test_keys_count_with_any_number_held_and_at_their_own_times(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        await until_keys_are_new()
        now = time.monotonic()
        for at, code, value in ((0.0, 2, 1), (0.03, 3, 1), (0.05, 2, 0), (0.09, 3, 0)):
            made.unit.emit(InputEvent(now + at, EV_KEY, code, value).to_bytes())
        await until(lambda: len(made.touches) == 4)
        assert made.pressed == "1 2"
        assert abs(made.touches[1].at - made.touches[0].at - 0.03) < 0.001


async def test_what_waited_while_nobody_listened_is_dropped(tmp_path: Path) -> None:
    made = Bench(tmp_path, lambda *_: None)
    made.ports.plug(made.unit)
    made.unit.scan("BOXD1234")
    await made.bus.start()
    await until(made.is_ready)
    await asyncio.sleep(QUIET_S * 1.5)
    made.unit.touch(Key.ENTER)
    await until(lambda: made.touches)
    assert (made.pressed, made.texts) == ("Enter", [])
    await made.bus.close()


async def test_a_scan_is_a_text(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        await until_keys_are_new()
        made.unit.scan("BOXD12345678")
        await until(lambda: made.texts == ["BOXD12345678"])


async def test_it_is_grabbed_with_the_clock_of_everything_else(tmp_path: Path) -> None:
    asked: list[int] = []
    async with bench(tmp_path, lambda _file, request, _value: asked.append(request)) as made:
        await until(made.is_ready)
    assert asked == [GRAB, SET_CLOCK]


async def test_one_that_another_program_has_grabbed_says_so(tmp_path: Path) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EBUSY, "busy")

    async with bench(tmp_path, refuse) as made:
        assert made.device.status.state is DeviceState.UNREACHABLE
        assert "another program has grabbed it" in made.device.status.why


async def test_it_is_missed_and_found_again_within_two_seconds(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        await until(made.is_ready)
        made.ports.unplug(made.unit)
        await until(lambda: not made.is_ready(), 2.0)
        assert "check its cable" in made.device.status.why
        made.ports.plug(made.unit)
        await until(made.is_ready, 2.0)


async def test_an_overrun_lets_go_of_every_key_and_is_counted(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        await until_keys_are_new()
        made.unit.touch(Key.DIGIT_5)
        made.unit.emit(InputEvent(time.monotonic(), EV_SYN, SYN_DROPPED, 0).to_bytes())
        await until(lambda: len(made.touches) == 2)
        assert not made.touches[1].touched
        assert sum(made.device.line.last_hour().values()) == 1


async def test_a_key_may_mean_what_the_configuration_says(tmp_path: Path) -> None:
    async with bench(tmp_path, keys={"Cancel": 78}) as made:
        await until_keys_are_new()
        for code in (14, 78):
            made.unit.press(code, True)
        await until(lambda: made.touches)
        assert made.pressed == "Cancel"


@pytest.mark.parametrize(
    ("code", "printed"), [(78, "+"), (57, "Space"), (30, "A"), (0x1FF, "key 511")]
)
def test_a_configured_key_is_called_as_it_is_printed(code: int, printed: str) -> None:
    values = {"kind": "hid", "name": "pad", "port": PORT, "keys": {"Cancel": code}}
    assert HidDevice.model_validate(values).key_labels == {Key.CANCEL: printed}
