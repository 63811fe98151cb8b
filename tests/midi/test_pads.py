"""Pads with lights of their own: what the box hears and makes them show."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from boxd.device_line import LineFault
from boxd.devices import DeviceState, Key, KeyTouch, LampName
from boxd.midi.bus import MidiBus
from boxd.midi.device import MidiDevice
from boxd.midi.sections import NotesDevice
from boxd.sim.hardware_trace import Trace
from boxd.sim.pad import SimulatedPad
from boxd.sim.ports import SimulatedPorts
from tests.midi.trace import bytes_to
from tests.midi.waiting import until, until_keys_are_new


class EchoingPad(SimulatedPad):
    """A pad that sends back whatever it is sent."""

    def receive(self, data: bytes) -> None:
        super().receive(data)
        self.emit(data)


@asynccontextmanager
async def pad_on_a_bus(
    kind: type[SimulatedPad], folder: Path, **values: Any
) -> AsyncIterator[tuple[SimulatedPad, MidiDevice, list[KeyTouch]]]:
    device = NotesDevice.model_validate({"kind": "notes", "name": "pad", "port": "Pad", **values})
    trace = Trace(folder / "hardware-trace.jsonl")
    pad, ports = kind(device, trace), SimulatedPorts()
    ports.plug(pad)
    bus = MidiBus([device], ports, lambda: None)
    heard: list[KeyTouch] = []
    bus.devices[0].keypad.subscribe(heard.append)
    await bus.start()
    assert bus.devices[0].status.state is DeviceState.READY
    try:
        yield pad, bus.devices[0], heard
    finally:
        await bus.close()
        trace.close()


async def test_an_echo_of_a_lamp_on_a_keys_own_number_presses_nothing(tmp_path: Path) -> None:
    values = {"keys": {"Enter": {"control": 41}}, "lamps": {"success": {"control": 41}}}
    async with pad_on_a_bus(EchoingPad, tmp_path, **values) as (pad, device, heard):
        await until_keys_are_new()
        for lit in (True, False):
            device.lamps[LampName.SUCCESS].set(lit)
        await until(lambda: heard)  # a key that is let go is harmless, and the end of the echoes
        assert not [touch for touch in heard if touch.touched]

        await until_keys_are_new()
        pad.touch(Key.ENTER)
        await until(lambda: [touch for touch in heard if touch.touched])


async def test_a_key_that_toggles_is_pressed_each_time(tmp_path: Path) -> None:
    values = {"keys": {"5": {"control": 32, "taps": True}}}
    async with pad_on_a_bus(SimulatedPad, tmp_path, **values) as (pad, _, heard):
        await until_keys_are_new()
        for _ in range(3):
            pad.touch(Key.DIGIT_5)
            pad.release(Key.DIGIT_5)
        await until(lambda: len(heard) == 6)
        assert [touch.touched for touch in heard] == [True, False] * 3


async def test_a_lamp_of_several_lights_is_lit_once_all_of_them_are(tmp_path: Path) -> None:
    values = {"lamps": {"standby": {"note": [5, 6, 7], "on": 62, "off": 12}}}
    async with pad_on_a_bus(SimulatedPad, tmp_path, **values) as (pad, device, _):
        assert not pad.lamps[LampName.STANDBY]
        for number, shown in ((5, False), (6, False), (7, True)):
            pad.receive(bytes((0x90, number, 62)))
            assert pad.lamps[LampName.STANDBY] is shown
        device.lamps[LampName.STANDBY].set(False)
        await until(lambda: not pad.lamps[LampName.STANDBY])


GREETING = "F0 00 20 29 02 0D 0E 01 F7"


async def test_a_pad_is_greeted_before_its_lamps_are_set(tmp_path: Path) -> None:
    values = {"lamps": {"success": 5}, "greeting": [GREETING]}
    async with pad_on_a_bus(SimulatedPad, tmp_path, **values):
        await until(lambda: len(bytes_to(tmp_path, "Pad")) == 2)
        assert bytes_to(tmp_path, "Pad") == [GREETING.replace(" ", "").lower(), "900500"]


async def test_what_comes_and_means_nothing_is_told_in_words(tmp_path: Path) -> None:
    values = {"keys": {"Enter": 60, "5": 65}}
    async with pad_on_a_bus(SimulatedPad, tmp_path, **values) as (pad, device, _):
        told: list[tuple[str, str]] = []
        device.line.subscribe(lambda what, why: told.append((what, why)))
        for message in ("c005", "913c7f", "91417f", "f07e7f0601f7", "f8"):
            pad.emit(bytes.fromhex(message))
        await until(lambda: len(told) == 4)

        assert [what for what, _ in told] == [
            "program change 5 on channel 1",
            "note 60 on, velocity 127 on channel 2",
            "a digit's message",
            "SysEx F0 7E 7F 06 01 F7",
        ]
        assert told[1][1] == "that of Enter, but on channel 2, and channel 1 is configured"


async def test_bytes_that_are_no_message_are_counted(tmp_path: Path) -> None:
    async with pad_on_a_bus(SimulatedPad, tmp_path, keys={"Enter": 60}) as (pad, device, _):
        pad.emit(bytes.fromhex("f4f4"))
        await until(lambda: device.line.last_hour() == {LineFault.DROPPED: 2})


async def test_a_pad_that_says_how_hard_it_is_hit_is_pressed_once_a_touch(tmp_path: Path) -> None:
    values = {"keys": {"5": {"control": 20, "pressure": True}}}
    async with pad_on_a_bus(SimulatedPad, tmp_path, **values) as (pad, _, heard):
        await until_keys_are_new()
        for value in (9, 70, 127, 30, 0, 1, 0):
            pad.emit(bytes((0xB0, 20, value)))
        await until(lambda: len(heard) == 4)
        assert [touch.touched for touch in heard] == [True, False] * 2


async def test_a_program_change_is_a_press(tmp_path: Path) -> None:
    values = {"keys": {"Enter": {"program": 5}, "1": {"program": 6}}}
    async with pad_on_a_bus(SimulatedPad, tmp_path, **values) as (pad, _, heard):
        await until_keys_are_new()
        pad.emit(bytes((0xC0, 5)))
        pad.emit(bytes((0xC0, 6)))
        await until(lambda: len(heard) == 4)
        assert [touch.key for touch in heard if touch.touched] == [Key.ENTER, Key.DIGIT_1]
