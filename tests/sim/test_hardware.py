"""The simulated box: hands, doors and faults, as programs and people see them."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from boxd.devices import DoorState
from boxd.errors import BadInput, ConfigError
from boxd.midi.finding import WantedDevice, find
from boxd.midi.ports import Port
from boxd.sim.hardware import SimulatedHardware
from tests.midi.box import config, midi_ports
from tests.midi.trace import bytes_to, records
from tests.midi.waiting import until

UNLOCK = bytes.fromhex("f07d6001f7")


class Front:
    """Simulated hardware with a host on its ports."""

    def __init__(self, state_dir: Path) -> None:
        self.state_dir = state_dir
        self.hardware = SimulatedHardware(config(state_dir))
        self.ports = midi_ports(self.hardware)
        self.heard: list[str] = []

    async def connect(self, product: str) -> Port:
        pair = find(await self.ports.look(), WantedDevice(product))
        assert not isinstance(pair, str), pair
        return await self.ports.open(pair, lambda data, _at: self.heard.append(data.hex()))

    def locker(self, number: int) -> dict[str, Any]:
        locker: dict[str, Any] = self.hardware.state()["lockers"][str(number)]
        return locker


@pytest_asyncio.fixture
async def front(tmp_path: Path) -> AsyncIterator[Front]:
    made = Front(tmp_path)
    yield made
    made.hardware.close()


async def test_the_state_is_what_programs_were_promised(front: Front) -> None:
    lamps = {"standby": False, "success": False, "failure": False}
    bay = {"lamps": lamps, "buzzer": {"sounding": False, "count": 0}, "connected": True}
    locker = {"door": "closed", "pulses": 0, "jammed": False, "door_switch": True}
    assert front.hardware.state() == {
        "bays": {"bay-1": bay, "bay-2": bay},
        "lockers": {"1": locker, "2": locker, "3": locker, "4": locker | {"door_switch": False}},
        "operator": {"connected": True},
    }
    json.dumps(front.hardware.state())


async def test_a_pulse_opens_the_locker_behind_its_board_and_no_other(front: Front) -> None:
    board = await front.connect("CodeTV Board 2")
    board.send(UNLOCK)
    await until(lambda: front.locker(2)["door"] == "open")
    assert [front.locker(number)["pulses"] for number in (1, 2, 3, 4)] == [0, 1, 0, 0]
    assert [front.locker(number)["door"] for number in (1, 3, 4)] == ["closed"] * 3


async def test_a_locker_without_switch_opens_and_is_shut_too(front: Front) -> None:
    board = await front.connect("CodeTV Board 3")
    board.send(UNLOCK)
    await until(lambda: front.locker(4)["door"] == "open")
    front.hardware.set_door(4, "closed")
    assert front.locker(4)["door"] == "closed"


async def test_a_jammed_locker_stays_shut_until_it_is_freed(front: Front) -> None:
    board = await front.connect("CodeTV Board 0")
    front.hardware.fault("locker-1", "jam")
    board.send(UNLOCK)
    await until(lambda: records(front.state_dir, what="latch", level=0))
    assert front.locker(1) == {"door": "closed", "pulses": 1, "jammed": True, "door_switch": True}

    front.hardware.fault("locker-1", "unjam")
    board.send(UNLOCK)
    await until(lambda: front.locker(1)["door"] == "open")


async def test_a_door_tells_its_switch_when_it_moves(front: Front) -> None:
    await front.connect("Door Pad")
    front.hardware.fault("locker-1", "spring")
    front.hardware.set_door(1, DoorState.CLOSED)
    await until(lambda: front.heard == ["903c7f", "903c00"])
    moves = records(front.state_dir, what="door", door=1)
    assert [move["state"] for move in moves] == ["open", "closed"]


async def test_the_door_pad_answers_with_every_door_when_asked(front: Front) -> None:
    pad = await front.connect("Door Pad")
    front.hardware.set_door(3, "open")
    front.heard.clear()
    pad.send(bytes.fromhex("b0777f"))
    await until(lambda: front.heard[-3:] == ["903c00", "903d00", "903e7f"])


async def test_keys_are_tapped_one_after_the_other(front: Front) -> None:
    await front.connect("CodeTV Board 0")
    await asyncio.gather(
        front.hardware.press("bay-1", ["1", "2"]), front.hardware.press("bay-1", ["Enter"])
    )
    expected = ["0101", "0100", "0201", "0200", "0b01", "0b00"]
    assert front.heard == [f"f07d{key}f7" for key in expected]


async def test_the_operators_keys_are_notes(front: Front) -> None:
    await front.connect("Operator Pad")
    await front.hardware.press_operator(["Enter"])
    assert front.heard == ["902e7f", "902e00"]


async def test_a_stuck_key_is_never_released(front: Front) -> None:
    await front.connect("CodeTV Board 0")
    front.hardware.fault("board-0", "stick", "5")
    await front.hardware.press("bay-1", ["5", "6"])
    assert front.heard == ["f07d0501f7", "f07d0601f7", "f07d0600f7"]
    front.hardware.fault("board-0", "unstick", "5")
    await until(lambda: front.heard[-1] == "f07d0500f7")


async def test_keys_wait_in_the_board_while_nobody_has_it_open(front: Front) -> None:
    await front.hardware.press("bay-1", ["1", "Enter"])
    await front.connect("CodeTV Board 0")
    await until(lambda: len(front.heard) == 4)
    assert front.heard == ["f07d0101f7", "f07d0100f7", "f07d0b01f7", "f07d0b00f7"]


async def test_what_does_not_fit_the_boards_buffer_is_lost(front: Front) -> None:
    board = front.ports.unit("CodeTV Board 0")
    for value in range(60):
        board.emit(bytes((0xF0, 0x7D, 0x05, value, 0xF7)))
    await front.connect("CodeTV Board 0")
    await until(lambda: len(front.heard) == 25)
    assert front.heard[-1] == "f07d0518f7"


async def test_a_replugged_board_has_forgotten_its_keys(front: Front) -> None:
    await front.hardware.press("bay-1", ["1"])
    front.hardware.fault("board-0", "unplug")
    front.hardware.fault("board-0", "replug")
    board = await front.connect("CodeTV Board 0")
    board.send(bytes.fromhex("f07d3001f7"))
    await until(lambda: front.heard == ["f07d3001f7"])


@pytest.mark.parametrize(
    ("fault", "heard", "mends"),
    [
        ("hang", [], "replug"),
        ("out-of-step", ["f07d20f0"], "replug"),
        ("oldest", ["f07d3001f7", "f07d010501f7", "f07d010500f7"], "newest"),
    ],
)
async def test_a_board_fails_as_boards_do_and_is_mended(
    front: Front, fault: str, heard: list[str], mends: str
) -> None:
    board = await front.connect("CodeTV Board 0")
    front.hardware.fault("board-0", fault)
    board.send(bytes.fromhex("f07d3001f7"))
    if fault != "out-of-step":
        await front.hardware.press("bay-1", ["5"])
    await until(lambda: front.heard == heard)

    if mends == "replug":
        front.hardware.fault("board-0", "unplug")
    front.hardware.fault("board-0", mends)
    front.heard.clear()
    (await front.connect("CodeTV Board 0")).send(bytes.fromhex("f07d3001f7"))
    await until(lambda: front.heard == ["f07d3001f7"])
    assert front.hardware.state()["bays"]["bay-1"]["lamps"]["standby"]


async def test_an_unplugged_board_goes_quiet_and_dark(front: Front) -> None:
    board = await front.connect("CodeTV Board 0")
    board.send(bytes.fromhex("f07d3001f7"))
    await until(lambda: front.heard == ["f07d3001f7"])  # its echo
    front.heard.clear()
    front.hardware.fault("board-0", "unplug")
    board.send(UNLOCK)
    await front.hardware.press("bay-1", ["1"])

    state = front.hardware.state()["bays"]["bay-1"]
    assert state["connected"] is False
    assert state["lamps"]["standby"] is False
    assert front.heard == []
    assert UNLOCK.hex() not in bytes_to(front.state_dir, "CodeTV Board 0")
    events = records(front.state_dir, device="CodeTV Board 0")
    front.hardware.fault("board-0", "replug")
    events = records(front.state_dir, device="CodeTV Board 0")
    assert [event["what"] for event in events][-2:] == ["power", "plugged"]


async def test_a_duplicates_latch_opens_no_locker(front: Front) -> None:
    front.hardware.fault("board-0", "duplicate")
    listing = await front.ports.look()
    twins = [name for name in listing.sources if "CodeTV Board 0" in name]
    assert len(twins) == 2
    front.hardware.fault("board-0", "unduplicate")
    assert len((await front.ports.look()).sources) == len(listing.sources) - 1


async def test_doors_and_pulses_outlive_the_program(front: Front, tmp_path: Path) -> None:
    board = await front.connect("CodeTV Board 0")
    board.send(UNLOCK)
    await until(lambda: front.locker(1)["door"] == "open")
    front.hardware.fault("locker-2", "jam")

    again = SimulatedHardware(config(tmp_path))

    assert again.state()["lockers"]["1"]["door"] == "open"
    assert again.state()["lockers"]["1"]["pulses"] == 1
    assert again.state()["lockers"]["2"]["jammed"] is True
    again.close()


async def test_a_pulse_goes_on_though_the_program_dies_in_it(front: Front, tmp_path: Path) -> None:
    board = await front.connect("CodeTV Board 0")
    board.send(UNLOCK)
    # Now the program dies: nothing more of it runs, and another one starts.
    again = SimulatedHardware(config(tmp_path))
    levels = records(tmp_path, what="latch", device="CodeTV Board 0")
    assert [edge["level"] for edge in levels] == [1, 0]
    assert levels[1]["t"] - levels[0]["t"] < 0.2
    assert again.state()["lockers"]["1"]["door"] == "open"
    again.close()


async def test_a_damaged_file_of_doors_is_begun_anew(tmp_path: Path) -> None:
    for text in ("", "[1]", '{"lockers": {"1": 5}}', '{"lockers": []}', "\x00"):
        (tmp_path / "simulated-hardware.json").write_text(text)
        hardware = SimulatedHardware(config(tmp_path))
        assert hardware.state()["lockers"]["1"]["door"] == "closed"
        hardware.close()


async def test_every_trace_record_has_its_time_and_device(front: Front) -> None:
    before = time.monotonic()
    await front.hardware.press("bay-1", ["1"])
    front.hardware.set_door(4, "open")
    for record in records(front.state_dir):
        assert record["t"] <= time.monotonic()
        assert record["device"]
    assert records(front.state_dir, what="key")[0]["t"] >= before
    plugged = [record["device"] for record in records(front.state_dir, what="plugged")]
    assert plugged == [f"CodeTV Board {n}" for n in range(4)] + ["Door Pad", "Operator Pad"]


async def test_tells_about_every_change_until_told_to_stop(front: Front) -> None:
    changes: list[int] = []
    stop = front.hardware.on_change(lambda: changes.append(1))
    front.hardware.set_door(1, "open")
    assert changes
    stop()
    told = len(changes)
    front.hardware.set_door(1, "closed")
    assert len(changes) == told


@pytest.mark.parametrize(
    ("device", "fault", "key", "named"),
    [
        ("board-9", "unplug", "", "board-0"),
        ("board-0", "explode", "", "unplug"),
        ("door-pad", "hang", "", "duplicate, unduplicate, stick"),
        ("board-0", "jam", "", "locker-1"),
        ("locker-9", "jam", "", "1, 2, 3, 4"),
        ("locker-1", "unplug", "", "board-0"),
        ("board-0", "stick", "", "Enter"),
        ("board-0", "stick", "A", "Enter"),
    ],
)
async def test_names_what_is_known_when_it_is_told_something_else(
    front: Front, device: str, fault: str, key: str, named: str
) -> None:
    with pytest.raises(BadInput, match=named):
        front.hardware.fault(device, fault, key)


async def test_refuses_hands_where_there_is_nothing(front: Front) -> None:
    with pytest.raises(BadInput, match="bay-1, bay-2"):
        await front.hardware.press("bay-9", ["1"])
    with pytest.raises(BadInput, match="Cancel"):
        await front.hardware.press("bay-1", ["1", "x"])
    assert front.heard == []
    with pytest.raises(BadInput, match="open, closed"):
        front.hardware.set_door(1, "ajar")
    with pytest.raises(BadInput, match="1, 2, 3, 4"):
        front.hardware.set_door(9, "open")


@pytest.mark.parametrize(
    "sections",
    [{"simulation": {"enabled": False}}, {"midi": {"backend": "alsa"}}],
    ids=["switched off", "real MIDI"],
)
def test_refuses_to_stand_beside_real_devices(tmp_path: Path, sections: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="real"):
        SimulatedHardware(config(tmp_path, **sections))
    assert not list(tmp_path.iterdir())
