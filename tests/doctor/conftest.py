"""Boxes for the doctor: some that run, and one that has run, copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.box.booth import Booth
from tests.box.conftest import QUICK, temporal_made_before

__all__ = ["temporal_made_before"]


@dataclass(frozen=True)
class RestingBox:
    """A box that is switched off: its configuration and its state."""

    config: Path
    state: Path

    @property
    def ledger(self) -> Path:
        return self.state / "ledger.db"

    def add(self, lines: str) -> Path:
        """The configuration with more lines at its end."""
        self.config.write_text(f"{self.config.read_text()}\n{lines}")
        return self.config

    def change(self, before: str, after: str) -> Path:
        """The configuration with one line changed."""
        text = self.config.read_text()
        assert before in text
        self.config.write_text(text.replace(before, after, 1))
        return self.config


@pytest.fixture(scope="session")
def has_run(tmp_path_factory: pytest.TempPathFactory, temporal_made_before: Path) -> Booth:
    """A box that has issued codes, backed up and was switched off."""
    booth = Booth(tmp_path_factory.mktemp("rested"), QUICK, temporal_made_before)
    booth.start()
    try:
        booth.issue_code()
        booth.issue_code("sticker", attendee="badge-1042")
        assert booth.command("backup", "create").returncode == 0
        assert booth.stop() == 0
    finally:
        booth.close()
    return booth


@pytest.fixture
def resting(has_run: Booth, tmp_path: Path) -> RestingBox:
    """That box, to be broken."""
    folder = tmp_path / "box"
    shutil.copytree(has_run.folder, folder)
    config = folder / "box.toml"
    config.write_text(config.read_text().replace(str(has_run.folder), str(folder)))
    return RestingBox(config, folder / "state")


@pytest.fixture
def new_box(tmp_path: Path, temporal_made_before: Path) -> Iterator[Callable[..., Booth]]:
    """Makes boxes that end with the test."""
    made: list[Booth] = []

    def make(*settings: tuple[str, str], shipped: str = "sim.toml") -> Booth:
        folder = tmp_path / f"running-{len(made)}"
        made.append(Booth(folder, (*QUICK, *settings), temporal_made_before, shipped))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def running(new_box: Callable[..., Booth]) -> Booth:
    """A box that runs."""
    booth = new_box()
    booth.start()
    return booth
