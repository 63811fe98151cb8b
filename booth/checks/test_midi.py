"""Boards on the kernel's own sequencer: found, heard, lit, pulsed, unplugged, plugged in again."""

from __future__ import annotations

import asyncio
import contextlib
import statistics
from collections.abc import AsyncIterator, Callable

import pytest

from booth.checks.conftest import Measured
from booth.guest.board import UsbBoard
from boxd.config.schema import MidiBackend
from boxd.devices import DeviceState, Key, KeyTouch, LampName
from boxd.errors import DeviceUnreachable
from boxd.midi import bus as midi_bus
from boxd.midi.bus import MidiBus
from boxd.midi.device import MidiDevice
from boxd.midi.rtmidi_ports import RtMidiPorts
from boxd.midi.sections import CodetvDevice
from tests.midi.waiting import until

MakeBoard = Callable[[int], UsbBoard]

SHOWN_WITHIN_S = 2.0
WORKS_WITHIN_S = 5.0
DIGITS = "1234567890"


@contextlib.asynccontextmanager
async def listening(*numbers: int) -> AsyncIterator[list[MidiDevice]]:
    """The bus with the boards of these numbers configured; its devices."""
    devices = [
        CodetvDevice(kind="codetv", name=f"board-{number}", port=f"CodeTV Board {number}")
        for number in numbers
    ]
    bus = MidiBus(devices, RtMidiPorts(MidiBackend.ALSA), lambda: None)
    await bus.start()
    try:
        yield list(bus.devices)
    finally:
        await bus.close()


async def ready(device: MidiDevice) -> float:
    return await until(lambda: device.status.state is DeviceState.READY, WORKS_WITHIN_S)


async def touch(board: UsbBoard, device: MidiDevice, key: Key) -> float:
    """Touch a key until it is heard; how long that took."""
    heard: list[KeyTouch] = []
    device.keypad.subscribe(heard.append)
    board.board.touch(key)
    took = await until(lambda: heard)
    board.board.release(key)
    await until(lambda: len(heard) == 2)
    assert [(each.key, each.touched) for each in heard] == [(key, True), (key, False)]
    return took


async def test_a_board_that_is_plugged_in_works(boards: MakeBoard, measured: Measured) -> None:
    board = boards(0)
    async with listening(0) as (device,):
        assert device.status.state is DeviceState.UNREACHABLE
        board.plug()
        measured.note("MIDI: plugged in until ready", await ready(device))
        touches = [await touch(board, device, Key(digit)) for digit in DIGITS]
        measured.note("MIDI: key until heard, the median of ten", statistics.median(touches))
        device.lamps[LampName.STANDBY].set(True)
        took = await until(lambda: board.board.lamps[LampName.STANDBY])
        measured.note("MIDI: lamp until lit", took)
        await device.latches["latch"].pulse()
        measured.note("MIDI: pulse until energised", await until(lambda: board.board.is_deaf))
        await until(lambda: not board.board.is_deaf)
    await until(lambda: not any(board.board.lamps.values()))


async def test_a_board_that_goes_is_shown_and_works_again_when_it_returns(
    boards: MakeBoard, measured: Measured
) -> None:
    board = boards(0)
    board.plug()
    async with listening(0) as (device,):
        await ready(device)
        device.lamps[LampName.SUCCESS].set(True)
        board.unplug()
        took = await until(lambda: device.status.state is DeviceState.UNREACHABLE, SHOWN_WITHIN_S)
        measured.note("MIDI: unplugged until shown", took)
        with pytest.raises(DeviceUnreachable):
            await device.latches["latch"].pulse()
        board.plug()
        took = await until(lambda: board.board.lamps[LampName.SUCCESS], WORKS_WITHIN_S)
        measured.note("MIDI: plugged in again until its lamp is lit again", took)
        await touch(board, device, Key.DIGIT_5)
        assert not board.board.is_deaf


async def test_a_board_that_returns_between_two_looks_is_connected_anew(
    boards: MakeBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = boards(0)
    board.plug()
    async with listening(0) as (device,):
        await ready(device)
        monkeypatch.setattr(midi_bus, "LOOK_EVERY_S", 4.0)
        await asyncio.sleep(1)  # the look that was due is over
        device.lamps[LampName.STANDBY].set(True)
        board.unplug()
        board.plug()
        await asyncio.sleep(1)
        with pytest.raises(DeviceUnreachable):
            await device.latches["latch"].pulse()
        await until(lambda: board.board.lamps[LampName.STANDBY], 2 * WORKS_WITHIN_S)
        await touch(board, device, Key.ENTER)


async def test_an_order_to_a_board_that_has_just_gone_is_refused_and_never_carried_out(
    boards: MakeBoard,
) -> None:
    board = boards(0)
    board.plug()
    async with listening(0) as (device,):
        await ready(device)
        pulses: list[bool] = []
        board.board._on_latch = pulses.append
        board.unplug()
        with pytest.raises(DeviceUnreachable):
            await device.latches["latch"].pulse()
        board.plug()
        await ready(device)
        await touch(board, device, Key.DIGIT_1)
        assert not pulses


async def test_each_of_two_boards_gets_what_is_meant_for_it(boards: MakeBoard) -> None:
    first, second = boards(0), boards(1)
    second.plug()
    first.plug()
    async with listening(0, 1) as (zero, one):
        await ready(zero)
        await ready(one)
        zero.lamps[LampName.FAILURE].set(True)
        one.lamps[LampName.SUCCESS].set(True)
        await until(lambda: first.board.lamps[LampName.FAILURE])
        await until(lambda: second.board.lamps[LampName.SUCCESS])
        await one.latches["latch"].pulse()
        await until(lambda: second.board.is_deaf)
        assert not first.board.is_deaf
        assert not first.board.lamps[LampName.SUCCESS]
        second.unplug()  # and the other one's number is free for whoever comes next
        first.unplug()
        first.plug()
        await until(lambda: first.board.lamps[LampName.FAILURE], 2 * WORKS_WITHIN_S)
        assert one.status.state is DeviceState.UNREACHABLE
