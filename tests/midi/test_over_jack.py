"""The same over a real JACK server, with boards and pads as processes of their own."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import mido
import pytest
import pytest_asyncio

from boxd.config.schema import MidiBackend
from boxd.devices import DeviceState, DeviceStatus, DoorState, Key, KeyTouch, LampName
from boxd.errors import DeviceUnreachable
from boxd.midi.bus import MidiBus
from boxd.midi.jack import IS_INPUT, IS_OUTPUT, JackServer
from boxd.midi.rtmidi_ports import RtMidiPorts
from boxd.midi.sections import NotesDevice
from tests.midi.box import config, midi_registry
from tests.midi.peer import SENDS_ONLY, Peer, start_peer
from tests.midi.trace import CODETV_LAMPS_OUT
from tests.midi.waiting import until, until_keys_are_new

NOTICED_WITHIN_S = 2.0
JACK_FORGETS_WITHIN_S = 30.0  # a program that was killed; measured 10 s, 5 for each client


class Bench:
    """A registry on JACK, and the boards' programs."""

    def __init__(self, state_dir: Path) -> None:
        configured = config(state_dir, midi={"backend": "jack"}, simulation={"enabled": False})
        self.registry = midi_registry(configured, RtMidiPorts(MidiBackend.JACK), lambda: None)
        self.peers: list[Peer] = []

    async def plug(self, number: int) -> Peer:
        peer = await start_peer(f"CodeTV Board {number}")
        self.peers.append(peer)
        return peer

    def status(self, name: str) -> DeviceStatus:
        return next(status for status in self.registry.statuses() if status.name == name)

    def is_ready(self, name: str) -> bool:
        return self.status(name).state is DeviceState.READY

    async def close(self) -> None:
        await self.registry.close()
        for peer in self.peers:
            await peer.end()


@pytest_asyncio.fixture
async def bench(jack: None, tmp_path: Path) -> AsyncIterator[Bench]:
    made = Bench(tmp_path)
    yield made
    await made.close()


async def test_keys_lamps_and_pulses_of_two_boards(bench: Bench) -> None:
    peers = [await bench.plug(number) for number in (0, 1)]
    await bench.registry.start()
    heard: list[list[KeyTouch]] = [[], []]
    for number in (0, 1):
        assert bench.is_ready(f"board-{number}")
        bench.registry.keypad(f"board-{number}").subscribe(heard[number].append)

    for digit in "1234567890":
        peers[0].say(f"tap {digit}")
    peers[1].say("tap Enter")

    await until(lambda: (len(heard[0]), len(heard[1])) == (20, 2), 10)
    bench.registry.lamps("board-1")[LampName.STANDBY].set(True)
    await bench.registry.latch("board-1").pulse()  # only now: a board that pulses hears no key
    assert [touch.key for touch in heard[0] if touch.touched] == [Key(key) for key in "1234567890"]
    assert [touch.key for touch in heard[1]] == [Key.ENTER, Key.ENTER]
    await until(lambda: len(peers[1].seen(what="latch")) == 2)
    assert peers[1].received()[-2:] == ["f07d3001f7", "f07d6001f7"]
    assert sorted(peers[0].received()) == CODETV_LAMPS_OUT


async def test_a_boards_program_does_what_its_input_says_and_then_ends(bench: Bench) -> None:
    peer = await bench.plug(0)
    for line in ("tap 1", "touch 5", "nonsense", "tap", "touch 99", "release 5", "quit"):
        peer.say(line)
    assert await peer.ended() == 0
    keys = [(event["key"], event["touched"]) for event in peer.seen(what="key")]
    assert keys == [("1", True), ("1", False), ("5", True), ("5", False)]
    assert peer.events[-1]["what"] == "unplugged"


async def test_a_killed_board_is_noticed_and_used_again_when_it_returns(
    bench: Bench,
) -> None:
    peer = await bench.plug(0)
    other = await bench.plug(1)
    await bench.registry.start()
    bench.registry.lamps("board-0")[LampName.FAILURE].set(True)
    await until(lambda: "f07d2001f7" in peer.received())

    await peer.kill()
    server = JackServer()
    await until(
        lambda: not any("Board 0" in port for port in server.ports(IS_OUTPUT)),
        JACK_FORGETS_WITHIN_S,
    )
    assert await until(lambda: not bench.is_ready("board-0")) < NOTICED_WITHIN_S
    await until(
        lambda: not any("Board 0" in port for port in server.ports(IS_INPUT)),
        JACK_FORGETS_WITHIN_S,
    )
    server.close()
    with pytest.raises(DeviceUnreachable):
        await bench.registry.latch("board-0").pulse()
    await until(lambda: bench.is_ready("board-1"))  # its echo was held up with the server

    returned = await bench.plug(0)
    assert await until(lambda: bench.is_ready("board-0")) < NOTICED_WITHIN_S
    await until(lambda: len(returned.received()) == 3)
    assert sorted(returned.received()) == ["f07d2001f7", "f07d3000f7", "f07d4000f7"]
    touches: list[KeyTouch] = []
    bench.registry.keypad("board-0").subscribe(touches.append)
    returned.say("tap 7")
    await until(lambda: len(touches) == 2)
    assert not [p for p in (peer, other, returned) if p.seen(what="latch")]


async def test_a_board_that_is_pulled_cleanly_is_noticed_at_once(bench: Bench) -> None:
    peer = await bench.plug(0)
    await bench.registry.start()
    assert await peer.end() == 0
    assert await until(lambda: not bench.is_ready("board-0")) < NOTICED_WITHIN_S


async def test_boards_plugged_in_at_one_moment_answer_on_when_one_of_them_is_pulled(
    bench: Bench,
) -> None:
    pulled, *_others = await asyncio.gather(*(bench.plug(number) for number in range(4)))
    await bench.registry.start()
    await pulled.end()
    await until(lambda: not bench.is_ready("board-0"))
    for number in (1, 2, 3):
        await bench.registry.latch(f"board-{number}").pulse()


async def test_a_board_that_left_and_returned_between_two_looks_is_opened_anew(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    peer = await bench.plug(0)
    monkeypatch.setattr("boxd.midi.bus.LOOK_EVERY_S", 3.0)  # time for a process to return
    await bench.registry.start()
    assert bench.is_ready("board-0")
    await peer.end()
    returned = await bench.plug(0)
    with pytest.raises(DeviceUnreachable, match="nothing was sent"):
        await bench.registry.latch("board-0").pulse()
    await until(lambda: bench.is_ready("board-0"))
    await until(lambda: len(returned.received()) == 3)
    await bench.registry.latch("board-0").pulse()
    await until(lambda: len(returned.seen(what="latch")) == 2)


async def test_two_boards_of_one_name_are_used_neither_one(bench: Bench) -> None:
    await bench.plug(0)
    await bench.registry.start()
    twin = await bench.plug(0)
    await until(lambda: not bench.is_ready("board-0"))
    why = '2 devices call themselves "CodeTV Board 0"; unplug one'
    await until(lambda: bench.status("board-0").why == why)
    with pytest.raises(DeviceUnreachable):
        await bench.registry.latch("board-0").pulse()
    await twin.end()
    await until(lambda: bench.is_ready("board-0"))
    assert twin.received() == []


async def test_a_pads_doors_are_asked_for(bench: Bench) -> None:
    asked: asyncio.Queue[mido.Message] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    jack = mido.Backend("mido.backends.rtmidi/UNIX_JACK")
    pad_out = jack.open_output("Door Pad", client_name="Door Pad")
    pad_in = jack.open_input(
        "Door Pad",
        client_name="Door Pad",
        callback=lambda message: loop.call_soon_threadsafe(asked.put_nowait, message),
    )
    try:
        await bench.registry.start()
        message = await asyncio.wait_for(asked.get(), 5)
        assert message == mido.Message("control_change", control=119, value=127)
        pad_out.send(mido.Message("note_on", note=61))
        pad_out.send(mido.Message("note_on", note=60, velocity=0))
        door_1, door_2 = (bench.registry.door(f"door-pad.door-{n}") for n in (1, 2))
        await until(lambda: door_2.state is DoorState.OPEN and door_1.state is DoorState.CLOSED)
    finally:
        pad_in.close()
        pad_out.close()


OUTLIVES = """
import asyncio, os, sys
from pathlib import Path
from signal import Signals
from tests.midi.jackd import start_jackd
from tests.midi.peer import start_peer
from tests.midi.test_over_jack import Bench
from tests.midi.waiting import until

name, log, number = sys.argv[1:]
os.environ["JACK_DEFAULT_SERVER"] = name


async def main():
    bench = Bench(Path(log).parent)
    server = start_jackd(name, Path(log))
    await bench.registry.start()
    await until(lambda: "isn't connected" in bench.status("board-0").why, 15)
    peer = await bench.plug(0)
    await until(lambda: bench.is_ready("board-0"), 15)
    server.send_signal(Signals[number])
    server.wait()
    await until(lambda: "is jackd running?" in bench.status("board-0").why, 15)
    assert await peer.end() == 0
    server = start_jackd(name, Path(log))
    await until(lambda: "isn't connected" in bench.status("board-0").why, 15)
    await bench.plug(0)
    await until(lambda: bench.is_ready("board-0"), 15)
    await bench.close()
    server.terminate()
    server.wait()


asyncio.run(main())
"""


@pytest.mark.parametrize("ended_by", ["SIGTERM", "SIGKILL"])
async def test_outlives_the_jack_server_and_uses_the_next_one(
    tmp_path: Path, ended_by: str
) -> None:
    # JACK's own library now and then tramples on a client's memory when its server is killed: seen
    # in one run of eight, as a crash by a signal. That is tried again; everything else has failed.
    for _attempt in range(3):
        arguments = (f"boxd-test-{uuid4().hex[:8]}", str(tmp_path / "jackd.log"), ended_by)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", OUTLIVES, *arguments, stderr=asyncio.subprocess.PIPE
        )
        _, complaints = await asyncio.wait_for(process.communicate(), 60)
        if (process.returncode or 0) >= 0:
            break
    assert process.returncode == 0, complaints.decode()


async def test_says_so_without_a_jack_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "boxd-test-of-no-server")
    bench = Bench(tmp_path)
    await bench.registry.start()
    assert bench.status("board-0").state is DeviceState.UNREACHABLE
    assert "is jackd running?" in bench.status("board-0").why
    await bench.close()


async def test_a_keypad_that_only_sends_is_a_device(jack: None, tmp_path: Path) -> None:
    pad = NotesDevice.model_validate(
        {"kind": "notes", "name": "pad", "port": "Lone Keys", "keys": {"Enter": 60}}
    )
    peer = await start_peer("Lone Keys", program=SENDS_ONLY)
    bus = MidiBus([pad], RtMidiPorts(MidiBackend.JACK), lambda: None)
    heard: list[KeyTouch] = []
    bus.devices[0].keypad.subscribe(heard.append)
    await bus.start()
    try:
        await until(lambda: bus.devices[0].status.state is DeviceState.READY)
        await until_keys_are_new()
        peer.say("send 903c7f")
        await until(lambda: heard)
        assert heard[0].key is Key.ENTER
    finally:
        await bus.close()
        await peer.end()
