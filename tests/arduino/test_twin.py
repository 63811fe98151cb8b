"""The simulated Arduino does what the firmware does: the same list of cases holds for both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.arduino.conformance import CASES, Case
from tests.arduino.talking import Host
from tests.arduino.twin_board import TwinBoard


@pytest.fixture
def board(tmp_path: Path) -> Iterator[TwinBoard]:
    board = TwinBoard(tmp_path)
    yield board
    board.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_conforms(case: Case, board: TwinBoard) -> None:
    case.check(board, Host(board.open()))
