"""The real firmware, in simavr: everything of the conformance list, and what only it can show."""

from __future__ import annotations

import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from boxd.sim import simavr
from boxd.sim.simavr import EIGHT, Simavr
from tests.arduino.conformance import CASES, Case, Edge
from tests.arduino.simavr_board import SLOTS, SimavrBoard
from tests.arduino.talking import BUSY, OK, PING, PULSE, READ_DOORS, STALE_BOOT, Host

HANG = 0x7F
HANGING_IMAGE = simavr.OUT / "for-tests" / "boxd-six-hangs.hex"  # it hangs when it gets HANG
WATCHDOG_MS = 250
LONGEST_MS = 500


@pytest.fixture
def switch_on(tmp_path: Path) -> Iterator[Callable[..., SimavrBoard]]:
    """Boards by their image; switched off afterwards."""
    simavr.build()
    boards: list[SimavrBoard] = []

    def switch_on(image: Path | None = None) -> SimavrBoard:
        folder = tmp_path / str(len(boards))
        folder.mkdir()
        boards.append(SimavrBoard(folder, image))
        return boards[-1]

    yield switch_on
    for board in boards:
        board.close()


@pytest.fixture
def board(switch_on: Callable[..., SimavrBoard]) -> SimavrBoard:
    return switch_on()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_conforms(case: Case, board: SimavrBoard) -> None:
    case.check(board, Host(board.open()))


# ---- time


@pytest.mark.parametrize("ms", [10, 100, 500])
def test_pulse_is_as_long_as_ordered_within_a_millisecond(ms: int, board: SimavrBoard) -> None:
    host = Host(board.open())
    host.greet()
    assert host.pulse(4, ms) == OK
    on, off = _both_edges(board, host)
    assert abs(off.at_s - on.at_s - ms / 1000) < 0.001


def test_pulses_ordered_without_a_pause_never_hold_a_latch_for_longer_than_one(
    board: SimavrBoard,
) -> None:
    host = Host(board.open())
    host.greet()
    end = time.monotonic() + 2
    while time.monotonic() < end:
        assert host.pulse(1, LONGEST_MS) in (OK, BUSY)
    edges = board.edges()
    assert [edge.level for edge in edges[:4]] == [1, 0, 1, 0]
    for on, off in zip(edges[::2], edges[1::2], strict=False):
        assert off.at_s - on.at_s < (LONGEST_MS + 1) / 1000


# ---- the watchdog


def test_hung_firmware_is_ended_by_its_watchdog_in_mid_pulse(
    switch_on: Callable[..., SimavrBoard],
) -> None:
    board = switch_on(image=HANGING_IMAGE)
    host = Host(board.open())
    was = host.greet().nonce
    frame = host.frame(PULSE, struct.pack("<BH", 2, LONGEST_MS))
    host.port.write(frame.to_bytes())
    assert host.next_frame().payload == bytes([OK])
    board.wait_for(lambda: len(board.edges()) == 1)
    host.send(HANG)
    board.wait_for(lambda: len(board.edges()) == 2)
    on, off = board.edges()
    assert off.at_s - on.at_s < (WATCHDOG_MS + 50) / 1000
    board.wait_for(lambda: board.boots() == 2)
    host.forget()
    assert host.greet().nonce != was
    host.port.write(frame.to_bytes())
    assert host.next_frame().payload == bytes([STALE_BOOT])
    assert len(board.edges()) == 2


def test_released_image_does_not_know_the_command_that_hangs(board: SimavrBoard) -> None:
    host = Host(board.open())
    host.greet()
    host.order(HANG)
    assert host.result(PING) == OK
    assert board.boots() == 1


def test_watchdog_lets_a_board_live_that_nobody_speaks_to(board: SimavrBoard) -> None:
    host = Host(board.open())
    host.greet()
    host.listen(1.5)
    host.greet()
    assert board.boots() == 1


# ---- boots


def test_boots_with_the_same_memory_have_nonces_of_their_own(
    switch_on: Callable[..., SimavrBoard],
) -> None:
    """In simavr the memory, the thermometer and the timers are alike at every boot."""
    board = switch_on()
    nonces = {Host(board.open()).greet().nonce}
    for _again in range(8):
        nonces.add(Host(board.restart(1)).greet().nonce)
    assert len(nonces) == 9


def test_boot_counter_wears_no_cell_out_and_survives_a_torn_slot(
    switch_on: Callable[..., SimavrBoard],
) -> None:
    board = switch_on()
    nonces = {Host(board.open()).greet().nonce}
    for last in (SLOTS - 1, 100 * SLOTS, 2**24 * SLOTS - 1):
        board.count_boots(last)
        nonces.add(Host(board.restart(1)).greet().nonce)
        assert board.slot((last + 1) % SLOTS) == last + 1
    board.tear_slot((last + 1) % SLOTS)
    nonces.add(Host(board.restart(1)).greet().nonce)
    assert board.slot((last + 1) % SLOTS) == last + 1
    assert len(nonces) == 4  # the torn boot came to nothing, and its number is taken again


def test_image_that_carries_an_id_gives_it_to_the_board_for_good(
    tmp_path: Path, switch_on: Callable[..., SimavrBoard]
) -> None:
    out = tmp_path / "images"
    command = ["make", "-C", "firmware", f"OUT={out}", "BOARD_ID=42"]
    subprocess.run(command, cwd=simavr.ROOT, check=True, capture_output=True)
    board = switch_on(image=out / "boxd-six.hex")
    assert Host(board.open()).greet().payload[5] == 42
    board.reflash(simavr.image_of(simavr.SIX))
    assert Host(board.open()).greet().payload[5] == 42


# ---- the other layout


def test_layout_eight_has_eight_of_each(tmp_path: Path) -> None:
    simavr.build()
    board = Simavr(tmp_path / "eeprom", EIGHT, board_id=9)
    path = board.start()
    edges: list[tuple[str, int]] = []
    try:
        host = Host(SimavrBoard.port_of(path))
        hello = host.greet()
        assert hello.payload[5:10] == bytes([9, 8, 8, 1, 1])
        for number in range(1, 9):
            board.set_door(number, 1)
            assert host.pulse(number, 20) == OK
        host.result(3, b"\x01\x01")
        host.result(4, b"\xc8\x00")
        host.stay(0.1)
        assert host.order(READ_DOORS).payload == bytes([OK, 8, 0, 0xFF])
        edges = [
            (change.pin, change.level)
            for change in board.changes()
            if isinstance(change, simavr.PinChange)
        ]
        host.port.close()
    finally:
        board.stop()
    for number in range(1, 9):
        assert [level for pin, level in edges if pin == f"latch-{number}"] == [1, 0]
    assert [level for pin, level in edges if pin == "lamp-1"] == [1]
    assert [level for pin, level in edges if pin == "buzzer"] == [1]


def _is_pin(change: object) -> bool:
    return isinstance(change, simavr.PinChange)


def _both_edges(board: SimavrBoard, host: Host) -> list[Edge]:
    end = time.monotonic() + 2
    while len(board.edges()) < 2:
        assert time.monotonic() < end, "the pulse did not end"
        host.order(PING)
    return board.edges()
