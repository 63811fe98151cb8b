"""`boxd devices learn` with a pad that is a program of its own, on real ports."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path

import mido
import pytest
import pytest_asyncio

from boxd.config import load
from boxd.devices import Key, LampName
from boxd.midi.device_profile import BoardKey
from boxd.midi.learning import KEYS
from boxd.midi.notes import NotesProfile
from boxd.midi.sections import NotesDevice
from tests.config.broken import VALID
from tests.midi.peer import ANY_DEVICE, Peer, start_peer
from tests.midi.waiting import until

PAD = "Test Pad"
WITHIN_S = 20


class Learning:
    """The command, its terminal, and what it said so far."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self.said = ""
        self._read_until = 0
        self._reading = asyncio.create_task(self._read())

    async def asked(self, pattern: str) -> str:
        """What the command said next that matches."""
        await until(lambda: re.search(pattern, self.said[self._read_until :]), WITHIN_S)
        found = re.search(pattern, self.said[self._read_until :])
        assert found
        self._read_until += found.end()
        return found.group()

    def type(self, text: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(text.encode())

    async def ended(self) -> tuple[int, str]:
        """The exit code, and what was printed for programs."""
        assert self._process.stdout
        assert self._process.stdin
        self._process.stdin.close()
        printed = await asyncio.wait_for(self._process.stdout.read(), WITHIN_S)
        code = await asyncio.wait_for(self._process.wait(), WITHIN_S)
        await self._reading
        return code, printed.decode()

    async def _read(self) -> None:
        assert self._process.stderr
        while data := await self._process.stderr.read(1000):
            self.said += data.decode()


async def learn(*arguments: str) -> Learning:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "boxd",
        "devices",
        "learn",
        "--backend",
        "jack",
        *arguments,
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        env=os.environ.copy(),
    )
    return Learning(process)


def is_as_it_was(file: Path) -> bool:
    return file.read_text() == VALID


def press_of(key: Key) -> str:
    number = 36 + KEYS.index(key)
    return f"send 99{number:02x}64 89{number:02x}00\n"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "boxd.toml"
    made.write_text(VALID)
    monkeypatch.setenv("BOXD_CONFIG", str(made))
    return made


@pytest_asyncio.fixture
async def pad(jack: None, file: Path) -> AsyncIterator[Peer]:
    peer = await start_peer(PAD, program=ANY_DEVICE)
    yield peer
    await peer.end()


async def test_every_key_pressed_once_becomes_a_device_of_the_configuration(
    pad: Peer, file: Path
) -> None:
    command = await learn(PAD, "--write", str(file), "--no-lamps")
    for key in KEYS:
        await command.asked(f"press {key}\n")
        pad.say(press_of(key))
    code, printed = await command.ended()

    assert code == 0, command.said
    assert printed == (f"{file} has a new device now: test-pad. `boxd config check`, then use it\n")
    device = load(file).devices[-1]
    assert isinstance(device, NotesDevice)
    assert (device.name, device.port, device.channel) == ("test-pad", PAD, 10)
    profile = NotesProfile(device)
    for key in KEYS:
        touched, released = press_of(key).split()[1:]
        assert profile.decode(mido.Message.from_hex(touched)) == BoardKey(key, True)
        assert profile.decode(mido.Message.from_hex(released)) == BoardKey(key, False)
    assert pad.received() == []  # nothing is sent to a device whose keys alone are learned


async def test_the_keyboard_goes_back_skips_and_ends(pad: Peer, file: Path) -> None:
    command = await learn(PAD, "--no-lamps")
    await command.asked("press 0\n")
    pad.say("send 90057f 900500\n")  # a slip of the finger
    await command.asked("press 1\n")
    command.type("back\n")
    await command.asked("press 0\n")
    pad.say(press_of(Key.DIGIT_0))
    await command.asked("press 1\n")
    command.type("skip\n")
    await command.asked("press 2\n")
    pad.say(press_of(Key.DIGIT_0))
    await command.asked("that is 0 already")
    command.type("q\n")
    code, printed = await command.ended()

    assert code == 0, command.said
    assert printed.endswith('port = "Test Pad"\nchannel = 10\n\n[devices.keys]\n0 = 36\n')
    assert is_as_it_was(file)


async def test_a_device_is_chosen_from_a_list_without_the_boards(pad: Peer) -> None:
    board = await start_peer("CodeTV Board 0")
    command = await learn("--no-lamps")
    await command.asked(r"1  Test Pad\n")
    await command.asked("Which one")
    command.type("1\n")
    await command.asked("press 0\n")
    pad.say(press_of(Key.DIGIT_0))
    await command.asked("press 1\n")
    command.type("q\n")
    code, printed = await command.ended()
    await board.end()

    assert (code, "0 = 36" in printed) == (0, True), command.said
    assert "CodeTV" not in command.said


async def test_a_board_is_refused_and_sent_nothing(jack: None, file: Path) -> None:
    board = await start_peer("CodeTV Board 0")
    command = await learn("CodeTV Board 0", "--lamps")
    code, printed = await command.ended()

    assert (code, printed) == (1, "")
    assert "needs no learning, and notes must never be sent to it" in command.said
    assert board.received() == []
    await board.end()


async def test_lamps_are_tried_until_one_pleases(pad: Peer) -> None:
    command = await learn(PAD, "--lamps", "--name", "pad")
    await command.asked("press 0\n")
    pad.say(press_of(Key.DIGIT_0))
    await command.asked("press 1\n")
    command.type("q\n")

    await command.asked("Which light is standby")
    pad.say("send 90107f 901000\n")
    await command.asked("note 16 on channel 1 with 127: is it lit")
    command.type("62\n")
    await command.asked("note 16 on channel 1 with 62: is it lit")
    command.type("y\n")
    await command.asked("with 0: is it dark")
    command.type("n\n")
    await command.asked("with 12: is it dark")
    command.type("y\n")
    await command.asked("Which light is success")
    command.type("note 56 channel 7\n")
    await command.asked("note 56 on channel 7 with 127: is it lit")
    command.type("y\n")
    await command.asked("dark")
    command.type("y\n")
    await command.asked("Which light is failure")
    command.type("s\n")
    code, printed = await command.ended()

    assert code == 0, command.said
    assert printed.endswith(
        "[devices.lamps]\n"
        "standby = { note = 16, on = 62, off = 12, channel = 1 }\n"
        "success = { note = 56, channel = 7 }\n"
    )
    sent = ["90107f", "90103e", "901000", "90100c", "90100c", "96387f", "963800", "963800"]
    assert pad.received() == sent
    assert LampName.FAILURE not in printed


async def test_a_pad_that_goes_in_the_middle_is_told_and_nothing_is_written(
    pad: Peer, file: Path
) -> None:
    command = await learn(PAD, "--write")
    await command.asked("press 0\n")
    pad.say(press_of(Key.DIGIT_0))
    await command.asked("press 1\n")
    await pad.end()
    code, _ = await command.ended()

    assert code == 1
    assert "Test Pad has gone; nothing was written" in command.said
    assert is_as_it_was(file)


async def test_a_device_that_is_not_there_is_told_with_those_that_are(pad: Peer) -> None:
    command = await learn("Launchpad")
    code, _ = await command.ended()

    assert code == 1
    assert '"Launchpad" isn\'t connected' in command.said
    assert "Plugged in: Test Pad" in command.said


async def test_without_a_midi_system_it_says_what_to_do(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "boxd-test-of-no-server")
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    command = await learn(PAD)
    code, _ = await command.ended()

    assert code == 1
    assert "there is no jack MIDI system" in command.said
    assert "--backend alsa" in command.said
