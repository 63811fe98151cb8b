"""Devices come, go and return; the rest of the box goes on, and nothing is pulsed by itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from boxd.bays.device_registry import DeviceRegistry
from boxd.devices import DeviceState, DeviceStatus, DoorState, Key, KeyTouch, LampName
from boxd.errors import DeliveryUnknown, DeviceUnreachable, NotFound
from boxd.midi.ports import OnMessage, PortPair
from boxd.sim.board import SimulatedBoard
from boxd.sim.hardware import SimulatedHardware
from boxd.sim.hardware_trace import Trace
from boxd.sim.ports import SimulatedPort, SimulatedPorts
from tests.midi.box import config, midi_ports, midi_registry
from tests.midi.trace import CODETV_LAMPS_OUT, bytes_to, records
from tests.midi.waiting import until

NOTICED_WITHIN_S = 2.0
BOARD = "CodeTV Board 0"


class Bench:
    """A registry over simulated hardware, and what it told."""

    def __init__(self, state_dir: Path) -> None:
        self.state_dir = state_dir
        self.config = config(state_dir)
        self.hardware = SimulatedHardware(self.config)
        self.changes = 0
        self.ports = midi_ports(self.hardware)
        self.registry = midi_registry(self.config, self.ports, self.count)

    def count(self) -> None:
        self.changes += 1

    def status(self, name: str = "board-0") -> DeviceStatus:
        return next(status for status in self.registry.statuses() if status.name == name)

    def is_ready(self, name: str = "board-0") -> bool:
        return self.status(name).state is DeviceState.READY

    def is_away(self, name: str = "board-0") -> bool:
        return self.status(name).state is DeviceState.UNREACHABLE

    def received(self, device: str = BOARD) -> list[str]:
        return bytes_to(self.state_dir, device)


@pytest_asyncio.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    made = Bench(tmp_path)
    yield made
    await made.registry.close()
    made.hardware.close()


@pytest.fixture
def touches(bench: Bench) -> list[KeyTouch]:
    heard: list[KeyTouch] = []
    bench.registry.keypad("board-0").subscribe(heard.append)
    return heard


async def test_is_ready_with_every_device_after_start(bench: Bench) -> None:
    begun = time.monotonic()
    await bench.registry.start()
    assert time.monotonic() - begun < NOTICED_WITHIN_S
    assert {status.state for status in bench.registry.statuses()} == {DeviceState.READY}
    assert [status.name for status in bench.registry.statuses()] == [
        "board-0",
        "board-1",
        "board-2",
        "board-3",
        "door-pad",
        "operator-pad",
    ]


async def test_start_sends_boards_their_lamps_and_nothing_else(bench: Bench) -> None:
    await bench.registry.start()
    for number in range(4):
        assert sorted(bench.received(f"CodeTV Board {number}")) == CODETV_LAMPS_OUT
    assert bench.received("Door Pad") == ["b0777f"]
    assert bench.received("Operator Pad") == []


async def test_starts_without_the_devices_that_are_missing(bench: Bench) -> None:
    bench.hardware.unplug("board-0")
    bench.hardware.unplug("door-pad")
    await bench.registry.start()
    assert bench.is_ready("board-1")
    assert bench.is_away()
    assert bench.status().why == f'"{BOARD}" isn\'t connected; check its cable'
    assert bench.registry.door("door-pad.door-1").state is DoorState.UNKNOWN


async def test_starts_without_any_midi_system_and_finds_it_later(bench: Bench) -> None:
    bench.ports.fails_with = OSError("no sequencer")
    await bench.registry.start()
    assert all(status.state is DeviceState.UNREACHABLE for status in bench.registry.statuses())
    assert "no sequencer" in bench.status().why

    bench.ports.fails_with = None
    assert await until(bench.is_ready) < NOTICED_WITHIN_S


async def test_hears_keys(bench: Bench, touches: list[KeyTouch]) -> None:
    await bench.registry.start()
    before = time.monotonic()
    await bench.hardware.press("bay-1", ["1", "Enter"])
    await until(lambda: len(touches) == 4)
    assert [(touch.key, touch.touched) for touch in touches] == [
        (Key.DIGIT_1, True),
        (Key.DIGIT_1, False),
        (Key.ENTER, True),
        (Key.ENTER, False),
    ]
    assert before <= touches[0].at <= touches[-1].at <= time.monotonic()


async def test_pulses_the_board_of_the_latch_once(bench: Bench) -> None:
    await bench.registry.start()
    latch = bench.registry.latch("board-2")
    assert latch.address == "CodeTV Board 2"
    await latch.pulse()
    await until(lambda: bench.registry.door("door-pad.door-2").state is DoorState.OPEN)
    assert bench.received("CodeTV Board 2")[-1] == "f07d6001f7"
    assert len(records(bench.state_dir, what="latch", level=1)) == 1


async def test_notices_a_board_that_vanishes_and_returns(
    bench: Bench, touches: list[KeyTouch]
) -> None:
    await bench.registry.start()
    changes = bench.changes
    bench.hardware.unplug("board-0")
    assert await until(bench.is_away) < NOTICED_WITHIN_S
    gone_since = bench.status().since
    assert bench.changes > changes
    assert bench.is_ready("board-1")

    bench.hardware.replug("board-0")
    assert await until(bench.is_ready) < NOTICED_WITHIN_S
    assert bench.status().since > gone_since
    await bench.hardware.press("bay-1", ["5"])
    await until(lambda: len(touches) == 2)


async def test_sends_the_whole_lamp_state_again_and_nothing_else(bench: Bench) -> None:
    await bench.registry.start()
    lamps = bench.registry.lamps("board-0")
    lamps[LampName.SUCCESS].set(True)
    bench.hardware.unplug("board-0")
    await until(bench.is_away)
    lamps[LampName.SUCCESS].set(False)
    lamps[LampName.STANDBY].set(True)
    before = len(bench.received())

    bench.hardware.replug("board-0")
    await until(bench.is_ready)

    assert sorted(bench.received()[before:]) == ["f07d2000f7", "f07d3001f7", "f07d4000f7"]
    assert bench.hardware.state()["bays"]["bay-1"]["lamps"] == {
        "standby": True,
        "success": False,
        "failure": False,
    }


async def test_reopens_a_board_that_was_replugged_between_two_looks(bench: Bench) -> None:
    await bench.registry.start()
    bench.registry.lamps("board-0")[LampName.STANDBY].set(True)
    bench.hardware.unplug("board-0")
    bench.hardware.replug("board-0")
    await until(lambda: bench.hardware.state()["bays"]["bay-1"]["lamps"]["standby"])
    assert not records(bench.state_dir, what="latch")


async def test_refuses_to_pulse_a_board_that_has_just_gone(bench: Bench) -> None:
    await bench.registry.start()
    bench.hardware.unplug("board-0")
    with pytest.raises(DeviceUnreachable, match="nothing was sent"):
        await bench.registry.latch("board-0").pulse()
    assert bench.is_away()
    bench.hardware.replug("board-0")
    await until(bench.is_ready)
    assert not records(bench.state_dir, what="latch")


async def test_a_pulse_at_an_absent_board_is_not_made_up_for(bench: Bench) -> None:
    bench.hardware.unplug("board-0")
    await bench.registry.start()
    with pytest.raises(DeviceUnreachable, match=BOARD):
        await bench.registry.latch("board-0").pulse()
    bench.hardware.replug("board-0")
    await until(bench.is_ready)
    assert "f07d6001f7" not in bench.received()


async def test_two_boards_of_one_name_are_used_neither_one(bench: Bench) -> None:
    await bench.registry.start()
    bench.hardware.duplicate("board-0")
    assert await until(bench.is_away) < NOTICED_WITHIN_S
    assert bench.status().why == f'2 devices call themselves "{BOARD}"; unplug one'
    with pytest.raises(DeviceUnreachable, match="unplug one"):
        await bench.registry.latch("board-0").pulse()

    bench.hardware.unduplicate("board-0")
    assert await until(bench.is_ready) < NOTICED_WITHIN_S
    assert not records(bench.state_dir, what="latch")


async def test_a_duplicate_that_came_a_moment_ago_is_not_pulsed(bench: Bench) -> None:
    await bench.registry.start()
    bench.hardware.duplicate("board-0")
    with pytest.raises(DeviceUnreachable, match="2 devices"):
        await bench.registry.latch("board-0").pulse()


async def test_a_board_that_was_replugged_a_moment_ago_is_not_pulsed(bench: Bench) -> None:
    await bench.registry.start()
    bench.hardware.unplug("board-0")
    bench.hardware.replug("board-0")
    with pytest.raises(DeviceUnreachable, match="nothing was sent"):
        await bench.registry.latch("board-0").pulse()
    await until(bench.is_ready)
    await bench.registry.latch("board-0").pulse()
    await until(lambda: records(bench.state_dir, what="latch", level=0))


async def test_doors_are_unknown_while_their_pad_is_away(bench: Bench) -> None:
    await bench.registry.start()
    door = bench.registry.door("door-pad.door-1")
    heard: list[DoorState] = []
    await until(lambda: door.state is DoorState.CLOSED)
    door.subscribe(heard.append)

    bench.hardware.set_door(1, "open")
    await until(lambda: door.state is DoorState.OPEN)
    bench.hardware.unplug("door-pad")
    await until(lambda: door.state is DoorState.UNKNOWN)
    bench.hardware.set_door(1, "closed")
    bench.hardware.replug("door-pad")
    await until(lambda: len(heard) == 3)  # told a moment after the state has changed

    assert heard == [DoorState.OPEN, DoorState.UNKNOWN, DoorState.CLOSED]


async def test_a_listener_that_fails_stops_nothing(bench: Bench) -> None:
    reported: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, what: reported.append(what))

    def fail(_state: DoorState) -> None:
        raise ValueError("a listener's own mistake")

    bench.registry.door("door-pad.door-1").subscribe(fail)
    await bench.registry.start()
    bench.hardware.unplug("door-pad")
    await until(lambda: bench.is_away("door-pad"))
    bench.hardware.replug("door-pad")
    await until(lambda: bench.is_ready("door-pad"))
    assert reported


async def test_whatever_no_configuration_names_is_reported(bench: Bench) -> None:
    fewer = config(bench.state_dir)
    known = fewer.model_copy(update={"devices": fewer.devices[:2]})
    registry = midi_registry(known, bench.ports, bench.count)
    await registry.start()
    assert [stranger.port for stranger in registry.unconfigured()] == [
        "CodeTV Board 2",
        "CodeTV Board 3",
        "Door Pad",
        "Operator Pad",
    ]
    await registry.close()


async def test_a_device_that_is_switched_off_is_left_alone(bench: Bench) -> None:
    off = bench.config.devices[0].model_copy(update={"enabled": False})
    some = bench.config.model_copy(update={"devices": (off, *bench.config.devices[1:])})
    registry = midi_registry(some, bench.ports, bench.count)
    await registry.start()
    assert registry.statuses()[0].state is DeviceState.DISABLED
    with pytest.raises(DeviceUnreachable, match="switched off in the configuration"):
        await registry.latch("board-0").pulse()
    assert bench.received() == []
    await registry.close()


async def test_puts_the_lamps_out_when_it_closes(bench: Bench) -> None:
    await bench.registry.start()
    bench.registry.lamps("board-0")[LampName.STANDBY].set(True)
    await bench.registry.close()
    assert not any(bench.hardware.state()["bays"]["bay-1"]["lamps"].values())


async def test_names_that_no_device_has_are_not_found(bench: Bench) -> None:
    registry = bench.registry
    for look in (registry.keypad, registry.lamps, registry.buzzer, registry.latch, registry.door):
        with pytest.raises(NotFound, match="board-0"):
            look("board-9")
    with pytest.raises(NotFound, match="no latch"):
        registry.latch("door-pad")
    with pytest.raises(NotFound, match="door-1"):
        registry.door("door-pad.door-9")


async def test_noise_from_a_board_types_nothing(bench: Bench, touches: list[KeyTouch]) -> None:
    await bench.registry.start()
    board = bench.ports.unit(BOARD)
    for piece in ("f07d05", "01f7", "f07d6001f7", "ffff00", "f04305", "903c40", "f07d0502f7"):
        board.emit(bytes.fromhex(piece))
    await until(lambda: touches)
    assert [(touch.key, touch.touched) for touch in touches] == [(Key.DIGIT_5, True)]


class FailingPorts(SimulatedPorts):
    """Ports that list a board but fail when it is opened, or when something is sent."""

    opening_fails = False
    sending_fails = False

    async def open(self, pair: PortPair, on_message: OnMessage) -> SimulatedPort:
        if self.opening_fails:
            raise OSError("the port is busy")
        port = await super().open(pair, on_message)
        send = port.send

        def send_or_fail(message: bytes) -> None:
            if self.sending_fails:
                raise OSError("the port broke")
            send(message)

        port.send = send_or_fail  # type: ignore[method-assign]  # one fault, not a class more
        return port


@pytest_asyncio.fixture
async def failing(tmp_path: Path) -> AsyncIterator[tuple[DeviceRegistry, FailingPorts]]:
    ports = FailingPorts()
    board = SimulatedBoard(BOARD, Trace(tmp_path / "hardware-trace.jsonl"))
    ports.plug(board)
    registry = midi_registry(config(tmp_path), ports, lambda: None)
    yield registry, ports
    await registry.close()
    board.power_off()


async def test_a_port_that_can_not_be_opened_is_tried_again(
    failing: tuple[DeviceRegistry, FailingPorts],
) -> None:
    registry, ports = failing
    ports.opening_fails = True
    await registry.start()
    assert registry.statuses()[0].why == "its port can't be opened: the port is busy"
    ports.opening_fails = False
    await until(lambda: registry.statuses()[0].state is DeviceState.READY)


async def test_a_pulse_whose_sending_fails_is_unknown(
    failing: tuple[DeviceRegistry, FailingPorts], tmp_path: Path
) -> None:
    registry, ports = failing
    await registry.start()
    ports.sending_fails = True
    with pytest.raises(DeliveryUnknown, match="look whether the locker is open"):
        await registry.latch("board-0").pulse()
    assert registry.statuses()[0].state is DeviceState.UNREACHABLE
    ports.sending_fails = False
    await until(lambda: registry.statuses()[0].state is DeviceState.READY)
    assert "f07d6001f7" not in bytes_to(tmp_path, BOARD)


async def test_a_lamp_whose_sending_fails_raises_nothing_and_is_sent_again(
    failing: tuple[DeviceRegistry, FailingPorts], tmp_path: Path
) -> None:
    registry, ports = failing
    await registry.start()
    ports.sending_fails = True
    registry.lamps("board-0")[LampName.FAILURE].set(True)
    registry.buzzer("board-0").sound(50)
    assert registry.statuses()[0].state is DeviceState.UNREACHABLE
    ports.sending_fails = False
    await until(lambda: records(tmp_path, what="lamp", lamp="failure", lit=True))
