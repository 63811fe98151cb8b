"""Arduinos come and go, are the wrong ones, or none at all; each is shown with its reason."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

import pytest

from boxd.arduino.bus import ArduinoBus
from boxd.arduino.frames import FrameStream
from boxd.arduino.layouts import EIGHT
from boxd.arduino.messages import Hello, message_of
from boxd.devices import DeviceState, DoorState, LampName
from boxd.serial_line import open_port
from boxd.sim.serial import SimulatedSerial
from boxd.unconfigured_serial import unconfigured_ports
from tests.arduino.strangers import Stranger, board_of_version, echoing, modem, noisy, silent
from tests.arduino.wires import bench, cabinet
from tests.midi.waiting import until

STRANGERS = {
    "silent": (silent, "nothing answers; check that a board is behind this port"),
    "noisy": (noisy, "something answers, but not boxd's firmware"),
    "echoing": (echoing, "the line only sends back what boxd sends"),
    "modem": (modem, "not boxd's firmware: b'\\r\\nERROR\\r\\n"),
    "old": (board_of_version(9), "its firmware speaks version 9 of the protocol, boxd speaks"),
}


async def test_present_board_is_ready_when_the_bus_has_started(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        status = made.arduino.status

        assert (status.name, status.kind, status.state) == ("cabinet", "arduino", "ready")
        assert status.why == "firmware 1.0.0"
        assert made.records("latch") == []


async def test_missing_board_keeps_nothing_else_from_starting(tmp_path: Path) -> None:
    async with bench(tmp_path, plugged=False) as made:
        assert made.arduino.status.state is DeviceState.UNREACHABLE
        assert made.arduino.status.why == "nothing is plugged in there; check its cable"
        assert made.arduino.doors["door-1"].state == DoorState.UNKNOWN


async def test_disabled_board_is_left_alone(tmp_path: Path) -> None:
    async with bench(tmp_path, cabinet(enabled=False)) as made:
        await asyncio.sleep(0.3)

        assert made.arduino.status.state is DeviceState.DISABLED
        assert made.records("bytes") == []


async def test_board_is_shown_as_gone_and_works_again_when_it_returns(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:

        def door() -> DoorState:
            return made.arduino.doors["door-1"].state

        made.arduino.lamps[LampName.SUCCESS].set(True)
        await until(lambda: made.unit.lamps[LampName.SUCCESS])
        made.unplug()
        gone_after = await made.reaches(DeviceState.UNREACHABLE)
        assert door() is DoorState.UNKNOWN
        made.arduino.lamps[LampName.STANDBY].set(True)
        made.doors["door-1"] = DoorState.OPEN
        made.plug()
        back_after = await made.ready()
        await until(lambda: made.unit.lamps[LampName.STANDBY])

        assert made.unit.lamps[LampName.SUCCESS]
        assert door() is DoorState.OPEN
        assert made.records("latch") == []
        assert gone_after < 2
        assert back_after < 2


async def test_board_that_was_away_for_long_works_soon_after_it_returns(tmp_path: Path) -> None:
    async with bench(tmp_path, plugged=False) as made:
        await asyncio.sleep(3)  # the pauses between attempts have become long
        made.plug()

        assert await made.ready() < 2


@pytest.mark.parametrize("frozen_s", [0.0, 0.1, 0.4])
async def test_board_unplugged_while_it_is_greeted_is_looked_for_again(
    tmp_path: Path, frozen_s: float
) -> None:
    async with bench(tmp_path, plugged=False) as made:
        made.unit.freeze(True)
        made.plug()
        await asyncio.sleep(frozen_s)
        made.unplug()
        made.unit.freeze(False)
        made.plug()

        assert await made.ready() < 2


async def test_wobbling_plug_ends_with_a_working_board(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        for pause_s in (0.0, 0.01, 0.05, 0.2, 0.3):
            made.unplug()
            await asyncio.sleep(pause_s)
            made.plug()
            await asyncio.sleep(pause_s)

        await made.ready()
        await made.arduino.latches["latch-1"].pulse()
        assert made.pulses("cabinet.latch-1") == 1


async def test_two_boards_of_the_same_number_are_told_apart_by_the_configuration(
    tmp_path: Path,
) -> None:
    left, right = cabinet("left", board=1), cabinet("right", board=2)
    async with bench(tmp_path, left, right, plugged=False) as made:
        made.units["right"].board = 1
        made.plug("left")
        made.plug("right")
        await made.ready("left")
        await until(lambda: "this is board 1" in made.device("right").status.why)

        assert made.device("right").status.why == (
            "this is board 1, board 2 is configured; swap the cables, or set board = 1 for 'right'"
        )
        assert made.device("right").status.state is DeviceState.UNREACHABLE
        assert made.device("left").status.state is DeviceState.READY


async def test_board_without_a_number_says_how_to_give_it_one(tmp_path: Path) -> None:
    async with bench(tmp_path, plugged=False) as made:
        made.unit.board = 255
        made.plug()
        await until(lambda: "no number yet" in made.arduino.status.why)

        assert "boxd devices flash cabinet --board 1" in made.arduino.status.why


async def test_board_that_lacks_a_part_is_not_used(tmp_path: Path) -> None:
    async with bench(tmp_path, plugged=False) as made:
        made.unit.layout = EIGHT
        made.plug()
        await until(lambda: "lamp" in made.arduino.status.why)

        assert made.arduino.status.state is DeviceState.UNREACHABLE
        assert "the board has 1 lamp, success is configured as number 2" in made.arduino.status.why


async def test_whatever_else_is_plugged_in_is_named(tmp_path: Path) -> None:
    serial = SimulatedSerial()
    strangers = {
        name: Stranger(f"/dev/serial/by-id/{name}", answers)
        for name, (answers, _) in STRANGERS.items()
    }
    devices = [cabinet(name, port=stranger.port) for name, stranger in strangers.items()]
    bus = ArduinoBus(devices, serial.path_of, lambda: None)
    for stranger in strangers.values():
        serial.plug(stranger)
    try:
        await bus.start()
        await until(lambda: all(each.status.state == "unreachable" for each in bus.devices), 6)

        for device in bus.devices:
            assert STRANGERS[device.name][1] in device.status.why
        said = [message_of(each) for each in FrameStream().feed(strangers["silent"].heard)]
        assert len(said) > 10
        assert set(said) == {Hello()}
    finally:
        await bus.close()
        for stranger in strangers.values():
            serial.unplug(stranger)


async def test_line_that_another_program_holds_is_named(tmp_path: Path) -> None:
    async with bench(tmp_path, plugged=False) as made:
        made.plug()
        other = open_port(made.serial.path_of(made.unit.port))
        try:
            await until(lambda: "another program holds it" in made.arduino.status.why)
        finally:
            other.close()
        await made.ready()


async def test_outputs_are_off_when_the_bus_is_closed(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        made.arduino.lamps[LampName.STANDBY].set(True)
        await made.arduino.latches["latch-1"].pulse()
        await until(lambda: made.unit.lamps[LampName.STANDBY])
        await made.bus.close()

        assert not any(made.unit.lamps.values())
        assert made.records("latch")[-1]["level"] == 0
        assert made.arduino.status.state is DeviceState.UNREACHABLE


async def test_board_that_is_being_closed_is_not_greeted_again(tmp_path: Path) -> None:
    async with bench(tmp_path, cabinet("left", board=1), cabinet("right", board=2)) as made:
        made.device("left").lamps[LampName.STANDBY].set(True)
        await until(lambda: made.units["left"].lamps[LampName.STANDBY])
        made.units["right"].freeze(True)  # its last word is waited for
        turned_on = len(made.records("lamp"))
        await made.bus.close()

        assert [each["lit"] for each in made.records("lamp")[turned_on:]] == [False]


async def test_board_that_is_looked_for_no_longer_is_not_shown_as_ready(tmp_path: Path) -> None:
    def mistaken(port: str) -> str:
        raise LookupError(port)

    bus = ArduinoBus([cabinet()], mistaken, lambda: None)
    await bus.start()
    await bus.close()

    status = bus.devices[0].status
    assert status.state is DeviceState.UNREACHABLE
    assert "restart boxd" in status.why


async def test_where_one_is_missing_what_else_is_plugged_in_is_named(tmp_path: Path) -> None:
    (tmp_path / "by-id").mkdir()
    plugged = tmp_path / "by-id" / "usb-Arduino_Uno_7573-if00"
    (tmp_path / "ttyACM0").touch()
    plugged.symlink_to("../ttyACM0")
    port = str(tmp_path / "by-id" / "usb-Arduino_Uno_1234-if00")
    others = partial(unconfigured_ports, [port, str(tmp_path / "ttyACM0")], tmp_path)
    for unconfigured, expected in (
        (others, "nothing is plugged in there; check its cable"),
        (partial(unconfigured_ports, [port], tmp_path), f'write: port = "{plugged}"'),
    ):
        bus = ArduinoBus([cabinet(port=port)], str, lambda: None, unconfigured)
        await bus.start()
        assert bus.devices[0].status.why.endswith(expected)
        await bus.close()
