"""`boxd safe`: everything off though everything died, and hands off while boxd runs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from boxd.daemon.instance_lock import only_one
from boxd.gpio.pin_memory import MemoryPull, PinMemory
from tests.gpio.guarding import Orderer, kill, stop, until
from tests.gpio.wiring import MemoryWiring

LATCH, LOW_LATCH, LAMP, BUZZER = 17, 27, 22, 23
CONFIGURATION = f"""
[box]
id = "box-1"
state_dir = "{{state_dir}}"

[simulation]
enabled = true

[midi]
backend = "simulation"

[[devices]]
kind = "codetv"
name = "board-0"
port = "CodeTV Board 0"

[[devices]]
kind = "gpio"
name = "pins"
latches = {{{{ one = {LATCH}, two = {{{{ pin = {LOW_LATCH}, on = "low" }}}} }}}}
lamps = {{{{ standby = {LAMP} }}}}
buzzer = {{{{ pin = {BUZZER}, on = "low" }}}}

[[bays]]
id = "bay-1"
keypad = "board-0"
lamps = "board-0"

[[lockers]]
id = 1
bay = "bay-1"
latch = "pins.one"
"""
ALL = ["pins.one", "pins.two", "pins: lamp standby", "pins: buzzer"]


@pytest.fixture
def state_dir(tmp_path: Path) -> Path:
    state_dir = tmp_path / "state"
    (state_dir / "simulated-pins").mkdir(parents=True)
    (tmp_path / "boxd.toml").write_text(CONFIGURATION.format(state_dir=state_dir))
    return state_dir


@pytest.fixture
def memory(state_dir: Path) -> Iterator[PinMemory]:
    memory = PinMemory(state_dir / "simulated-pins")
    yield memory
    memory.close()


def safe(state_dir: Path) -> tuple[int, dict[str, Any], str]:
    """Run the command; its exit code, what it told, and its standard error."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "boxd",
            "safe",
            "--json",
            "--config",
            str(state_dir.parent / "boxd.toml"),
        ],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return done.returncode, json.loads(done.stdout), done.stderr


def test_what_was_left_on_is_off_and_stays_off(state_dir: Path, memory: PinMemory) -> None:
    for pin, on in ((LATCH, True), (LOW_LATCH, False), (LAMP, True), (BUZZER, False)):
        memory.make_output(pin, on)
    code, told, _ = safe(state_dir)
    assert (code, told["off"], told["held"]) == (0, ALL, {})
    levels = {pin: memory.level(pin) for pin in (LATCH, LOW_LATCH, LAMP, BUZZER)}
    assert levels == {LATCH: False, LOW_LATCH: True, LAMP: False, BUZZER: True}
    assert all(memory.is_output(pin) for pin in levels)


def test_nothing_moves_when_everything_is_off_already(state_dir: Path, memory: PinMemory) -> None:
    memory.make_input(LOW_LATCH, MemoryPull.UP)
    _, since = memory.edges()
    assert safe(state_dir)[0] == 0
    latches = [edge for edge in memory.edges(since)[0] if edge.pin in (LATCH, LOW_LATCH)]
    assert latches == []


def test_it_ends_a_pulse_whose_whole_family_was_killed(state_dir: Path, memory: PinMemory) -> None:
    orderer = Orderer(MemoryWiring(state_dir / "simulated-pins"), f"{LATCH}=high")
    guard = orderer.guard
    orderer.energise(LATCH, 500)
    for pid in guard:  # or the one killed last would be quick enough to end the pulse
        stop(pid)
    kill(orderer.pid, *guard)
    orderer.close()
    assert memory.level(LATCH)  # as the Pi's kernel leaves it
    assert safe(state_dir)[0] == 0
    assert not memory.level(LATCH)


def test_a_running_box_keeps_its_latches(state_dir: Path, memory: PinMemory) -> None:
    orderer = Orderer(MemoryWiring(state_dir / "simulated-pins"), f"{LATCH}=high")
    try:
        with only_one(state_dir / "boxd.lock"):
            code, told, _ = safe(state_dir)
        assert code == 0
        assert told["boxd_is_running"]
        assert list(told["held"]) == ["pins.one"]
        orderer.energise(LATCH, 30)
        until(lambda: not memory.level(LATCH))
    finally:
        orderer.close()


def test_pins_that_a_stranger_holds_are_a_failure(state_dir: Path, memory: PinMemory) -> None:
    memory.claim(LATCH)
    code, told, _ = safe(state_dir)
    assert code == 1
    assert list(told["held"]) == ["pins.one"]
    assert "in use by another program" in told["held"]["pins.one"]
    assert told["off"] == ALL[1:]
