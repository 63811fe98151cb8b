"""The memory of simulated pins: levels, edges and lines that no process's death changes."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from gpiozero import Button, DigitalOutputDevice

from boxd.errors import DeviceUnreachable
from boxd.gpio.factory import open_pins
from boxd.gpio.pin_memory import EDGES_KEPT, MemoryPull, PinMemory
from tests.gpio.guarding import until

DRIVES_AND_DIES = """
import os, sys, signal
from pathlib import Path
from boxd.gpio.pin_memory import PinMemory
memory = PinMemory(Path(sys.argv[1]))
memory.claim(17)
memory.make_output(17, True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[PinMemory]:
    memory = PinMemory(tmp_path)
    yield memory
    memory.close()


def drive_and_die(folder: Path) -> None:
    subprocess.run([sys.executable, "-c", DRIVES_AND_DIES, str(folder)], check=False)


def test_an_output_stays_driven_when_its_process_dies(memory: PinMemory, tmp_path: Path) -> None:
    drive_and_die(tmp_path)
    assert memory.level(17)
    assert memory.is_output(17)


def test_the_line_of_a_dead_process_is_free(memory: PinMemory, tmp_path: Path) -> None:
    drive_and_die(tmp_path)
    memory.claim(17)
    memory.make_output(17, False)
    assert not memory.level(17)


def test_a_line_has_one_holder(memory: PinMemory, tmp_path: Path) -> None:
    memory.claim(17)
    other = PinMemory(tmp_path)
    with pytest.raises(BlockingIOError):
        other.claim(17)
    other.claim(18)
    other.close()


def test_a_listener_hears_edges_of_another_process_in_order(
    memory: PinMemory, tmp_path: Path
) -> None:
    listener = memory.listen()
    before = time.monotonic()
    drive_and_die(tmp_path)
    readable, _, _ = select.select([listener], [], [], 5)
    assert readable
    (edge,) = listener.read()
    assert (edge.pin, edge.level, edge.driven) == (17, True, True)
    assert before <= edge.at <= time.monotonic()
    assert listener.read() == []
    listener.close()


def test_a_dead_listener_holds_nobody_up(memory: PinMemory, tmp_path: Path) -> None:
    gone = PinMemory(tmp_path).listen()
    path = next((tmp_path / "listeners").iterdir())
    gone.close()
    assert not path.exists()
    os.mkfifo(path)  # as a killed listener leaves it
    memory.make_output(5, True)
    assert not path.exists()


def test_a_resistor_gives_way_to_what_drives(memory: PinMemory) -> None:
    memory.make_input(5, MemoryPull.UP)
    assert memory.level(5)
    memory.drive(5, False)
    assert not memory.level(5)
    memory.drive(5, None)
    assert memory.level(5)


def test_a_contact_joins_two_pins_until_it_opens(memory: PinMemory) -> None:
    row, column = 5, 6
    memory.make_input(column, MemoryPull.UP)
    memory.connect(row, column)
    memory.make_output(row, False)
    assert not memory.level(column)
    memory.make_input(row, MemoryPull.NONE)
    assert memory.level(column)
    memory.make_output(row, False)
    memory.disconnect(row, column)
    assert memory.level(column)


def test_the_newest_edges_are_kept(memory: PinMemory) -> None:
    for number in range(EDGES_KEPT + 10):
        memory.make_output(5, number % 2 == 0)
    edges, next_one = memory.edges()
    assert next_one == EDGES_KEPT + 10
    assert len(edges) == EDGES_KEPT
    assert [edge.level for edge in edges[-2:]] == [True, False]


def test_levels_of_an_earlier_boot_are_forgotten(tmp_path: Path) -> None:
    before = PinMemory(tmp_path)
    before.make_output(17, True)
    before.close()
    levels = tmp_path / "levels"
    content = bytearray(levels.read_bytes())
    content[8:24] = bytes(16)
    levels.write_bytes(content)
    after = PinMemory(tmp_path)
    assert not after.level(17)
    after.close()


def test_gpiozeros_timeline_shows_what_an_output_did(tmp_path: Path) -> None:
    pins = open_pins(tmp_path)
    lamp = DigitalOutputDevice(22, pin_factory=pins)
    lamp.on()
    lamp.off()
    lamp.pin.assert_states([False, True, False])
    lamp.close()
    pins.close()


def test_an_output_switched_on_by_low_begins_without_being_on(
    memory: PinMemory, tmp_path: Path
) -> None:
    memory.make_input(22, MemoryPull.UP)
    _, since = memory.edges()
    pins = open_pins(tmp_path)
    lamp = DigitalOutputDevice(22, active_high=False, pin_factory=pins)
    pins.pin(22).output_with_state(1)
    assert [edge.level for edge in memory.edges(since)[0] if edge.driven] in ([], [True])
    assert memory.level(22)
    lamp.close()
    pins.close()


def test_an_input_hears_every_bounce_with_its_time(memory: PinMemory, tmp_path: Path) -> None:
    pins = open_pins(tmp_path)
    door = Button(5, pin_factory=pins)
    heard: list[bool] = []

    def hear(_at: float, state: bool) -> None:
        heard.append(state)

    door.pin.when_changed = hear
    for level in (False, True, False, True, False):
        memory.drive(5, level)
    until(lambda: len(heard) == 5)
    assert heard == [False, True, False, True, False]
    assert [state.state for state in door.pin.states] == [False, True, *heard]
    door.close()
    pins.close()


def test_a_pin_in_use_is_refused_with_its_number(tmp_path: Path) -> None:
    first, second = open_pins(tmp_path), open_pins(tmp_path)
    first.pin(17)
    with pytest.raises(DeviceUnreachable, match=r"GPIO17 .* in use by another program"):
        second.pin(17)
    first.close()
    second.pin(17)
    second.close()
