"""Several boards on one line: loss, noise, echoes, late answers. No order is ever sent twice."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from boxd.config.schema import Config
from boxd.device_line import LineFault
from boxd.devices import DeviceState, DoorState
from boxd.errors import DeliveryUnknown, DeviceUnreachable
from boxd.lockerbus import line
from boxd.lockerbus.bus import LockerBus
from boxd.lockerbus.kind import LOCKERBUS
from boxd.lockerbus.sections import BoardProtocol, LockerBoardDevice
from boxd.sim.hardware_trace import Trace
from boxd.sim.locker_bus import SimulatedAdapters, SimulatedLockerBoard
from boxd.sim.unit import Wiring
from tests.midi.waiting import until

PORT = "/dev/serial/by-id/usb-FTDI_RS485-if00-port0"


def section(board: int = 1, **changes: Any) -> LockerBoardDevice:
    document = {
        "kind": "lockerbus",
        "name": f"wall-{board}",
        "port": PORT,
        "board": board,
        "latches": {"latch-1": 1, "latch-2": 2},
        "doors": {"door-1": 1, "door-2": 2},
    }
    return LockerBoardDevice.model_validate_json(json.dumps(document | changes))


class Wall:
    """Boards on one simulated line, and the real bus at its other end."""

    def __init__(self, folder: Path, sections: list[LockerBoardDevice], echoes: bool) -> None:
        self.adapters = SimulatedAdapters(echoes=echoes)
        self.doors: dict[str, DoorState] = {}
        self.edges: list[tuple[str, bool]] = []
        config = Config.model_validate({"box": {"id": "box-1"}})
        wiring = Wiring(config, Trace(None), self._see, self._door, lambda: None)
        self.boards = [SimulatedLockerBoard(each, wiring) for each in sections]
        self.bus = LockerBus(sections, self.adapters.path_of, lambda: None)

    def is_ready(self) -> bool:
        return all(each.status.state is DeviceState.READY for each in self.bus.devices)

    def _see(self, _latch: str, address: str, _longest_ms: int, energised: bool) -> None:
        self.edges.append((address, energised))

    def _door(self, part: str) -> DoorState:
        return self.doors.get(part, DoorState.CLOSED)


@asynccontextmanager
async def wall(
    folder: Path, *sections: LockerBoardDevice, echoes: bool = False
) -> AsyncIterator[Wall]:
    made = Wall(folder, list(sections), echoes)
    for board in made.boards:
        board.power_on()
        made.adapters.plug(board)
    await made.bus.start()
    try:
        await until(made.is_ready)
        yield made
    finally:
        await made.bus.close()
        for board in made.boards:
            board.power_off()
            if made.adapters.is_plugged(board):
                made.adapters.unplug(board)


@pytest.mark.parametrize("protocol", BoardProtocol)
@pytest.mark.parametrize("echoes", [False, True])
async def test_each_lock_of_each_board_opens_alone(
    tmp_path: Path, protocol: BoardProtocol, echoes: bool
) -> None:
    boards = (section(1, protocol=protocol), section(2, protocol=protocol))
    async with wall(tmp_path, *boards, echoes=echoes) as made:
        for board in made.bus.devices:
            for latch in board.latches.values():
                await latch.pulse()

        opened = [address for address, energised in made.edges if energised]
        assert opened == ["wall-1.latch-1", "wall-1.latch-2", "wall-2.latch-1", "wall-2.latch-2"]


async def test_orders_of_one_moment_are_sent_one_after_the_other(tmp_path: Path) -> None:
    async with wall(tmp_path, section(1), section(2)) as made:
        latches = [each for board in made.bus.devices for each in board.latches.values()]
        await asyncio.gather(*(latch.pulse() for latch in latches))

        assert len([address for address, energised in made.edges if energised]) == 4


@pytest.mark.parametrize("echoes", [False, True])
async def test_a_lost_answer_makes_the_outcome_unknown_and_nothing_is_sent_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, echoes: bool
) -> None:
    monkeypatch.setattr(line, "OPENED_WITHIN_S", 0.3)
    async with wall(tmp_path, section(), echoes=echoes) as made:
        (board,) = made.bus.devices
        made.boards[0].deafen()
        made.boards[0].heal()
        losing = asyncio.create_task(board.latches["latch-1"].pulse())
        await until(lambda: made.edges)
        made.boards[0].lose_reply()
        with pytest.raises(DeliveryUnknown, match=r"wall-1.*look whether the locker is open"):
            await losing
        await until(lambda: made.edges == [("wall-1.latch-1", True), ("wall-1.latch-1", False)])
        await asyncio.sleep(0.5)

        assert len(made.edges) == 2
        assert board.line.last_hour()[LineFault.ECHO_MISSING] == 1
        await board.latches["latch-1"].pulse()  # a person's order is another one


@pytest.mark.parametrize("echoes", [False, True])
async def test_noise_is_counted_and_hides_nothing(tmp_path: Path, echoes: bool) -> None:
    async with wall(tmp_path, section(), echoes=echoes) as made:
        made.boards[0].make_noise()
        await made.bus.devices[0].latches["latch-2"].pulse()

        assert made.edges[0] == ("wall-1.latch-2", True)
        assert made.is_ready()


async def test_a_lock_that_stays_shut_is_answered_all_the_same(tmp_path: Path) -> None:
    async with wall(tmp_path, section(), echoes=True) as made:
        await made.bus.devices[0].latches["latch-1"].pulse()  # its door never opens

        assert made.bus.devices[0].doors["door-1"].state is DoorState.CLOSED


@pytest.mark.parametrize("contact", ["locked", "open"])
async def test_the_contacts_are_doors(tmp_path: Path, contact: str) -> None:
    async with wall(tmp_path, section(contact_closed_when=contact)) as made:
        doors = made.bus.devices[0].doors
        await until(lambda: doors["door-2"].state is DoorState.CLOSED)
        made.doors["door-2"] = DoorState.OPEN
        await until(lambda: doors["door-2"].state is DoorState.OPEN)

        assert doors["door-1"].state is DoorState.CLOSED


async def test_a_board_that_is_silent_is_missed_and_the_others_go_on(tmp_path: Path) -> None:
    async with wall(tmp_path, section(1), section(2)) as made:
        first, second = made.bus.devices
        made.boards[0].deafen()
        await until(lambda: first.status.state is DeviceState.UNREACHABLE)

        assert "board 1 does not answer" in first.status.why
        assert first.line.last_hour()[LineFault.RETRY] >= 3
        assert second.status.state is DeviceState.READY
        with pytest.raises(DeviceUnreachable, match="nothing was sent"):
            await first.latches["latch-1"].pulse()
        made.boards[0].heal()
        await until(made.is_ready)
        assert made.edges == []


async def test_an_adapter_that_is_missing_is_answered_with_what_is_plugged_in() -> None:
    other = "/dev/serial/by-path/usb-0:1.2:1.0-port0"
    bus = LockerBus([section()], str, lambda: None, lambda: [other])
    await bus.start()
    why = bus.devices[0].status.why
    await bus.close()

    assert "nothing is plugged in there" in why
    assert f'If it is that one, write: port = "{other}"' in why


async def test_words_that_another_program_reads_are_counted(tmp_path: Path) -> None:
    async with wall(tmp_path, section()) as made:
        # Opened later, it hears of them first.
        other = os.open(made.adapters.path_of(PORT), os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)

        def read_first() -> None:
            with contextlib.suppress(BlockingIOError):
                os.read(other, 100)

        asyncio.get_running_loop().add_reader(other, read_first)
        counted = made.bus.devices[0].line.last_hour
        await until(lambda: counted().get(LineFault.STOLEN))
        asyncio.get_running_loop().remove_reader(other)
        os.close(other)


async def test_one_lost_answer_to_a_question_is_no_failure(tmp_path: Path) -> None:
    async with wall(tmp_path, section()) as made:
        made.boards[0].lose_reply()
        await until(lambda: made.bus.devices[0].line.last_hour().get(LineFault.RETRY))

        assert made.is_ready()


async def test_a_latch_under_way_is_unknown_when_boxd_stops(tmp_path: Path) -> None:
    async with wall(tmp_path, section()) as made:
        made.boards[0].deafen()
        going = asyncio.create_task(made.bus.devices[0].latches["latch-1"].pulse())
        await asyncio.sleep(0.1)
        await made.bus.close()

        with pytest.raises((DeliveryUnknown, DeviceUnreachable)):
            await going


@pytest.mark.parametrize(
    ("others", "says"),
    [
        ([section(1), section(1, name="other")], "board number 1 at"),
        ([section(1), section(2, protocol="cu")], "on the same port speaks '8a'"),
        ([section(0)], "boards of this family count from 1"),
        ([section(1, latches={"a": 25})], "24 locks at most"),
        ([section(1, latches={"a": 3, "b": 3})], "lock 3 is taken"),
    ],
)
def test_what_can_not_be_is_said(others: list[LockerBoardDevice], says: str) -> None:
    (finding, *_) = LOCKERBUS.faults(dict(enumerate(others)))

    assert says in finding.text
    assert f"device '{others[-1].name}'" in finding.text
