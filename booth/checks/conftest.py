"""The booth's devices for its checks, and the list of what was measured."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from booth.guest.board import UsbBoard
from booth.guest.chip import HEADER_LABEL, Chip
from booth.guest.edges import Edges
from boxd.sim.hardware_trace import Trace
from tests.gpio.wiring import VARIABLE

_measured: list[str] = []


class Measured:
    """A list of figures for the summary."""

    def note(self, what: str, seconds: float) -> None:
        """Remember how long something took."""
        _measured.append(f"{what}: {seconds * 1000:.1f} ms")

    def clock(self, what: str) -> Callable[[], None]:
        """Begin to measure; the measuring ends when what is returned is called."""
        begun = time.monotonic()
        return lambda: self.note(what, time.monotonic() - begun)


@pytest.fixture
def measured() -> Measured:
    return Measured()


@pytest.fixture
def trace(tmp_path: Path) -> Iterator[Trace]:
    """The hardware trace of one check."""
    made = Trace(tmp_path / "hardware-trace.jsonl")
    yield made
    made.close()


@pytest_asyncio.fixture
async def boards(trace: Trace) -> AsyncIterator[Callable[[int], UsbBoard]]:
    """Makes boards, not plugged in yet, by their numbers."""
    made: list[UsbBoard] = []

    def make(number: int) -> UsbBoard:
        made.append(UsbBoard(number, trace))
        return made[-1]

    yield make
    for board in made:
        board.remove()


@pytest.fixture
def chip() -> Chip:
    return Chip(Path(os.environ[VARIABLE]))


@pytest.fixture
def edges() -> Iterator[Edges]:
    traced = Edges(HEADER_LABEL)
    yield traced
    traced.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures."""
    if _measured:
        terminalreporter.section("measured, in an emulated machine")
        for line in _measured:
            terminalreporter.line(line)
