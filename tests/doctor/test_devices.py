"""Devices: unplugged, there twice, another board than meant, and in no configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import httpx
import pytest

from boxd.doctor.finding import Grade
from tests.arduino.conformance import BOARD_ID
from tests.arduino.twin_board import TwinBoard
from tests.box.booth import Booth, wait_until
from tests.box.jack_booth import FRONT, INSIDE, PAD, JackBooth
from tests.doctor.conftest import RestingBox
from tests.doctor.seeing import context, expect, findings, write
from tests.doctor.test_permissions import ARDUINO, with_arduino
from tests.midi.jackd import jack_server

# As the kernel tells it (sound/core/seq): R and W are what programs may subscribe to.
SEQUENCER = """\
Client info
  cur  clients : 5
Client   0 : "System" [Kernel Legacy]
  Port   0 : "Timer" (Rwe-) [In/Out]
Client  14 : "Midi Through" [Kernel Legacy]
  Port   0 : "Midi Through Port-0" (RWe-) [In/Out]
Client  20 : "CodeTV Board 0" [Kernel Legacy]
  Port   0 : "CodeTV Board 0 MIDI 1" (RWeX) [In/Out]
"""
SECOND = """\
Client  24 : "CodeTV Board 0" [Kernel Legacy]
  Port   0 : "CodeTV Board 0 MIDI 1" (RWeX) [In/Out]
"""
STRANGER = """\
Client  28 : "Launchpad Mini" [Kernel Legacy]
  Port   0 : "Launchpad Mini MIDI 1" (RWeX) [In/Out]
"""


def state_of(booth: Booth, device: str) -> str:
    try:
        shown = booth.snapshot()["devices"]
    except httpx.TransportError:
        return "not there"
    return next(str(each["state"]) for each in shown if each["name"] == device)


def test_a_board_that_is_unplugged_and_plugged_in_again(running: Booth) -> None:
    found = findings(context(running.config), "Devices", "configured")
    assert {each.grade for each in found} == {Grade.PASSED}
    running.fault("board-1", "unplug")
    wait_until("it is missed", lambda: state_of(running, "board-1") == "unreachable")
    box = context(running.config)
    expect(box, "Devices", "configured", Grade.FAILED, "board-1", "check its cable", "lsusb")
    running.fault("board-1", "replug")
    wait_until("it is back", lambda: state_of(running, "board-1") == "ready")
    expect(context(running.config), "Devices", "configured", Grade.PASSED)


def test_a_board_that_is_there_twice(running: Booth) -> None:
    running.fault("board-0", "duplicate")
    wait_until("it is seen", lambda: state_of(running, "board-0") == "unreachable")
    box = context(running.config)
    expect(box, "Devices", "configured", Grade.FAILED, "2 devices call themselves", "unplug one")


def test_two_arduinos_of_the_same_number(tmp_path: Path, new_box: Callable[..., Booth]) -> None:
    """Board 1 answers on two real lines, where 1 and 9 are configured."""
    with ExitStack() as boards:
        folders = [made(tmp_path / name) for name in ("one", "two")]
        lines = [boards.enter_context(closing(TwinBoard(each))).path for each in folders]
        booth = new_box()
        booth.config.write_text(with_arduinos(booth, *lines))
        booth.start(until_ready=False)
        wait_until("the first is ready", lambda: state_of(booth, "cabinet") == "ready", 60)
        wait_until("the second is not", lambda: state_of(booth, "second") == "unreachable", 60)
        found = findings(context(booth.config), "Devices", "configured")
        (second,) = (each for each in found if each.seen.startswith("second "))
        assert second.grade is Grade.FAILED
        assert f"this is board {BOARD_ID}, board 9 is configured; swap the cables" in second.seen
        booth.stop()


def with_arduinos(booth: Booth, first: str, second: str) -> str:
    """A box with real devices: two Arduinos on these lines, and no other plugged in."""
    arduinos = ARDUINO.format(state_dir=booth.state, port=first)
    another = f"""
[[devices]]
kind = "arduino"
name = "second"
board = 9
port = "{second}"
latches = {{ latch-1 = 1 }}
"""
    ports = booth.config.read_text().partition("[temporal]")[2].partition("[phones]")[0]
    midi = '[midi]\nbackend = "jack"\n'  # there is none, and the codetv board is missed
    return f"{arduinos}{another}{midi}[temporal]{ports}"


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder


@pytest.fixture
def on_jack(tmp_path: Path, temporal_made_before: Path) -> Iterator[JackBooth]:
    """A box on real MIDI ports, all its devices plugged in."""
    with jack_server(tmp_path):
        made = JackBooth(tmp_path / "box", temporal_made_before)
        made.plug(FRONT, INSIDE, PAD)
        made.start()
        yield made
        made.close()


def test_a_board_in_no_configuration(on_jack: JackBooth) -> None:
    expect(context(on_jack.config), "Devices", "unknown", Grade.PASSED)
    on_jack.plug("CodeTV Board 3")
    wait_until("it is seen", lambda: on_jack.snapshot()["strangers"])
    box = context(on_jack.config)
    expect(box, "Devices", "unknown", Grade.WARNED, "CodeTV Board 3", "no configuration")


def at_rest(tmp_path: Path, sequencer: str) -> Path:
    """A box with a board and an Arduino, whose daemon does not run."""
    tty = tmp_path / "ttyACM0"
    tty.touch()
    write(tmp_path, "/proc/asound/seq/clients", sequencer)
    return with_arduino(tmp_path, tty)


def test_without_a_daemon_the_kernel_is_asked(tmp_path: Path) -> None:
    box = context(at_rest(tmp_path, SEQUENCER), root=tmp_path)
    found = findings(box, "Devices", "configured")
    assert {each.grade for each in found} == {Grade.PASSED}
    expect(box, "Devices", "unknown", Grade.PASSED)


@pytest.mark.parametrize(
    ("sequencer", "words"),
    [
        (SEQUENCER.partition("Client  20")[0], "isn't connected"),
        (SEQUENCER + SECOND, "2 devices call themselves"),
        (SEQUENCER.replace("RWeX", "R-e-"), "takes nothing"),
    ],
)
def test_without_a_daemon_a_board_that_is_missing_or_there_twice(
    tmp_path: Path, sequencer: str, words: str
) -> None:
    box = context(at_rest(tmp_path, sequencer), root=tmp_path)
    expect(box, "Devices", "configured", Grade.FAILED, "board-0", words, "boxd devices list")


def test_without_a_daemon_an_arduino_that_is_missing(tmp_path: Path) -> None:
    config = at_rest(tmp_path, SEQUENCER)
    (tmp_path / "dev/serial/by-id/usb-Arduino_Uno-if00").unlink()
    box = context(config, root=tmp_path)
    expect(box, "Devices", "configured", Grade.FAILED, "usb-Arduino_Uno-if00 is not there")


def test_without_a_sequencer_an_arduino_that_is_missing_is_still_missed(tmp_path: Path) -> None:
    config = at_rest(tmp_path, SEQUENCER)
    text = config.read_text()
    arduino, board = (f"[[devices]]{part}" for part in text.split("[[devices]]")[1:3])
    board, rest = board.split("[[bays]]")
    first = text.partition("[[devices]]")[0]
    config.write_text(f"{first}{board}{arduino}[[bays]]{rest}\n")
    (tmp_path / "proc/asound/seq/clients").unlink()
    (tmp_path / "dev/serial/by-id/usb-Arduino_Uno-if00").unlink()
    box = context(config, root=tmp_path)
    expect(box, "Devices", "configured", Grade.FAILED, "usb-Arduino_Uno-if00 is not there")


def test_without_a_daemon_a_device_in_no_configuration(tmp_path: Path) -> None:
    box = context(at_rest(tmp_path, SEQUENCER + STRANGER), root=tmp_path)
    expect(box, "Devices", "unknown", Grade.WARNED, "'Launchpad Mini'", "sudoedit")


def test_without_a_sequencer(tmp_path: Path) -> None:
    config = at_rest(tmp_path, SEQUENCER)
    (tmp_path / "proc/asound/seq/clients").unlink()
    box = context(config, root=tmp_path)
    expect(box, "Devices", "unknown", Grade.SKIPPED, "modprobe snd-seq")


def test_without_a_daemon_simulated_devices_are_not_there(resting: RestingBox) -> None:
    expect(context(resting.config), "Devices", "configured", Grade.SKIPPED)


def test_without_a_daemon_a_chip_is_asked_on_its_bus(tmp_path: Path) -> None:
    config = at_rest(tmp_path, SEQUENCER)
    chip = '[[devices]]\nkind = "mpr121"\nname = "pad"\nkeys = { Enter = 11 }\n\n'
    config.write_text(config.read_text().replace("[[bays]]", chip + "[[bays]]", 1))
    box = context(config, root=tmp_path)
    expect(box, "Devices", "configured", Grade.FAILED, "0x5a on /dev/i2c-1", "raspi-config")
    (tmp_path / "dev/i2c-1").touch()
    expect(box, "Devices", "configured", Grade.FAILED, "it is no I2C bus", "i2cdetect")


def test_without_a_daemon_a_scanner_in_no_configuration(tmp_path: Path) -> None:
    config = at_rest(tmp_path, SEQUENCER)
    link = tmp_path / "dev/input/by-id/usb-Scanner-event-kbd"
    link.parent.mkdir(parents=True)
    (tmp_path / "dev/input/event3").touch()
    link.symlink_to(tmp_path / "dev/input/event3")
    box = context(config, root=tmp_path)
    expect(box, "Devices", "unknown", Grade.WARNED, "by-id/usb-Scanner-event-kbd", 'kind = "hid"')
