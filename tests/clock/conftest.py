"""Boxes whose wall clock a test may turn."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.box.booth import Booth
from tests.box.conftest import temporal_made_before
from tests.clock.turned import TurnedClock, compiled

__all__ = ["temporal_made_before"]


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
def new_turned(
    turned_program: Path, tmp_path: Path, temporal_made_before: Path
) -> Iterator[Callable[..., TurnedBooth]]:
    """Makes a box with a clock of its own; nobody synchronises it, and it is not started.

    It was started before, by the right time, unless `is_new`.
    """
    made: list[TurnedBooth] = []

    def make(*settings: tuple[str, str], is_new: bool = False) -> TurnedBooth:
        clock = TurnedClock(turned_program, tmp_path / "clock")
        before = None if is_new else temporal_made_before
        booth = Booth(tmp_path / "box", settings, before, launcher=clock.launcher)
        made.append(TurnedBooth(booth, clock))
        return made[-1]

    yield make
    for each in made:
        each.booth.close()
        shutil.rmtree(each.booth.state, ignore_errors=True)
