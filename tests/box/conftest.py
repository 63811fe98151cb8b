"""Booths: one that many tests share, and fresh ones for those that kill things."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.box.booth import Booth, wait_until
from tests.box.faulty_disk import FaultyDisk, compiled
from tests.made_once import made_once

# People's patience, made short; every other value is the simulation's own.
QUICK = (
    (r"# refused_shows_s = .*", "refused_shows_s = 0.4"),
    (r"# door_opens_s = .*", "door_opens_s = 1"),
)


@pytest.fixture(scope="session")
def temporal_made_before() -> Path:
    """Temporal's files as a first start leaves them, so that other booths start warm."""

    def make(folder: Path) -> None:
        booth = Booth(folder)
        try:
            booth.start()
            assert booth.stop() == 0
        finally:
            booth.close()

    return made_once("first-box", make) / "state/temporal"


@pytest.fixture
def new_booth(tmp_path: Path, temporal_made_before: Path) -> Iterator[Callable[..., Booth]]:
    """Makes booths that end with the test."""
    booths: list[Booth] = []

    def make(*settings: tuple[str, str], shipped: str = "sim.toml") -> Booth:
        folder = tmp_path / str(len(booths))
        booth = Booth(folder, (*QUICK, *settings), temporal_made_before, shipped)
        booths.append(booth)
        return booth

    yield make
    for booth in booths:
        booth.close()
        shutil.rmtree(booth.state, ignore_errors=True)


@pytest.fixture
def booth(new_booth: Callable[..., Booth]) -> Booth:
    """A fresh booth, started."""
    made = new_booth()
    made.start()
    return made


@pytest.fixture(scope="session")
def faulty_disk_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What makes a booth's disk faulty when it is preloaded."""
    return compiled(tmp_path_factory.mktemp("library"))


@pytest.fixture
def faulty_booth(
    tmp_path: Path, faulty_disk_library: Path, temporal_made_before: Path
) -> Iterator[tuple[Booth, FaultyDisk]]:
    """A started booth, and the disk under its ledger."""
    disk = FaultyDisk(faulty_disk_library, tmp_path)
    booth = Booth(tmp_path / "booth", QUICK, temporal_made_before, launcher=disk.launcher)
    booth.start()
    yield booth, disk
    disk.becomes("")
    booth.close()


@pytest.fixture(scope="module")
def shared_booth(
    tmp_path_factory: pytest.TempPathFactory, temporal_made_before: Path
) -> Iterator[Booth]:
    """One started booth for the tests of a module; each leaves its bays ready."""
    booth = Booth(tmp_path_factory.mktemp("shared"), QUICK, temporal_made_before)
    booth.start()
    booth.ask_socket(
        "POST",
        "/api/v1/prizes/import",
        {"prizes": [{"sku": "mug", "name": "Mug", "units": 200, "weight": 1}], "actor": "test"},
    )
    wait_until("the mugs are in stock", lambda: booth.stock("mug")["on_hand"] >= 200)
    yield booth
    booth.check_invariants()
    assert booth.stop() == 0
    booth.close()
