"""Boxes whose wall clock a test may turn."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.box.booth import Booth
from tests.clock.turned import TurnedClock, compiled


@dataclass
class TurnedBooth:
    """A box, and its clock."""

    booth: Booth
    clock: TurnedClock


@pytest.fixture(scope="session")
def turned_program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program that runs others with a turned clock."""
    return compiled(tmp_path_factory.mktemp("turned"))


@pytest.fixture
def new_turned(turned_program: Path, tmp_path: Path) -> Iterator[Callable[..., TurnedBooth]]:
    """Makes a box with a clock of its own; nobody synchronises it, and it is not started."""
    made: list[TurnedBooth] = []

    def make(*settings: tuple[str, str]) -> TurnedBooth:
        clock = TurnedClock(turned_program, tmp_path / "clock")
        booth = Booth(tmp_path / "box", settings, launcher=clock.launcher)
        made.append(TurnedBooth(booth, clock))
        return made[-1]

    yield make
    for each in made:
        each.booth.close()
        shutil.rmtree(each.booth.state, ignore_errors=True)
