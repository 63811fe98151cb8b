"""The pins of a real chip: doors that are followed, pulses that the kernel timed, and kills.

This chip's lines keep their drive when they are let go of, as a Pi's do; other kernels, and this
one where a check says so, drop it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from booth.checks.conftest import Measured
from booth.guest.chip import Chip, let_lines_persist
from booth.guest.edges import Edge, Edges
from boxd.devices import DoorState
from tests.gpio.booth import gpio_device, running, settled, until_ready
from tests.gpio.guarding import Orderer, kill
from tests.gpio.guarding import until as until_blocking
from tests.gpio.wiring import VARIABLE, GpioSimWiring
from tests.midi.waiting import until

LATCH, DOOR = 17, 27
OFF_WITHIN_S = 1.0
LATE_MS = 100  # what an emulated processor on a busy computer may be late, at either edge


@pytest.fixture
def orderer(chip: Chip) -> Iterator[Orderer]:
    """A client of the guard in a process of its own, and the guard's two."""
    chip.drive(LATCH, False)  # the resistor at the gate
    wiring = GpioSimWiring(Path(os.environ[VARIABLE]))
    made = Orderer(wiring, f"{LATCH}=high")
    assert made.said == ["usable"]
    yield made
    made.close()
    wiring.close()


@pytest.fixture
def dropping() -> Iterator[None]:
    """A kernel that drops the drive of lines that are let go of."""
    let_lines_persist(False)
    yield
    let_lines_persist(True)


async def test_a_door_is_followed_and_a_latch_pulsed(
    chip: Chip, edges: Edges, measured: Measured, tmp_path: Path
) -> None:
    chip.drive(LATCH, False)
    pins = gpio_device(latches={"latch-1": {"pin": LATCH, "pulse_ms": 150}}, doors={"door-1": DOOR})
    async with running(tmp_path, pins) as booth:
        await until_ready(booth.device, 30)
        door = booth.device.doors["door-1"]
        chip.drive(DOOR, False)  # again: the pin's own resistor pulled it up
        await settled(door, DoorState.CLOSED)
        chip.drive(DOOR, True)
        took = await until(lambda: door.state is DoorState.OPEN)
        measured.note("GPIO: door moved until told (25 ms of them debouncing)", took)
        ordered = measured.clock("GPIO: pulse ordered until it has begun")
        await booth.device.latches["latch-1"].pulse()
        ordered()
        await until(lambda: len(edges.of(LATCH)) == 3)  # off when it was claimed, on, off
    assert not chip.is_high(LATCH)


@pytest.mark.parametrize("ms", [10, 60, 150, 500])
def test_a_pulse_is_as_long_as_ordered(
    orderer: Orderer, edges: Edges, measured: Measured, ms: int
) -> None:
    orderer.energise(LATCH, ms)
    until_blocking(lambda: len(edges.of(LATCH)) == 2)
    took = _length_s(edges.of(LATCH))
    measured.note(f"GPIO: a pulse of {ms} ms", took)
    assert abs(took * 1000 - ms) <= LATE_MS


@pytest.mark.parametrize("victim", ["daemon", "pulser", "partner"])
def test_the_pulse_of_a_killed_process_ends_although_the_line_keeps_its_drive(
    orderer: Orderer, chip: Chip, edges: Edges, measured: Measured, victim: str
) -> None:
    process = {"daemon": orderer.pid, "pulser": orderer.pulser, "partner": orderer.partner}[victim]
    orderer.energise(LATCH, 500)
    kill(process)
    took = until_blocking(lambda: not chip.is_high(LATCH), OFF_WITHIN_S)
    measured.note(f"GPIO: {victim} killed in a pulse of 500 ms until the latch was off", took)
    assert [edge.level for edge in edges.of(LATCH)][:2] == [True, False]


@pytest.mark.usefixtures("dropping")
def test_where_the_kernel_drops_the_drive_a_killed_pulser_ends_the_pulse_by_itself(
    orderer: Orderer, chip: Chip, measured: Measured
) -> None:
    orderer.energise(LATCH, 500)
    kill(*orderer.guard, orderer.pid)
    took = until_blocking(lambda: not chip.is_high(LATCH), OFF_WITHIN_S)
    measured.note("GPIO: daemon and guard killed, the kernel drops the drive", took)


def test_only_where_daemon_and_guard_are_killed_at_once_does_a_line_stay_driven(
    orderer: Orderer, chip: Chip
) -> None:
    """What is left to the pull-down, the fuse and the next start; see docs/hardware.md."""
    orderer.energise(LATCH, 500)
    kill(*orderer.guard, orderer.pid)
    assert chip.is_high(LATCH)
    again = Orderer(orderer.wiring, f"{LATCH}=high")
    assert not chip.is_high(LATCH)
    again.close()


def _length_s(changes: list[Edge]) -> float:
    on, off = changes
    assert (on.level, off.level) == (True, False)
    return off.at - on.at
