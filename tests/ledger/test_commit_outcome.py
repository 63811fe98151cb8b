"""When the disk fails within a commit, what the writer is told is what a restart brings back."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from boxd.ledger.database import open_for_reading, open_ledger
from tests.box.faulty_disk import compiled

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compiled(tmp_path_factory.mktemp("library"))


def told_on_a_disk(
    folder: Path, library: Path, fault: str, mended_after_s: float, *more: str
) -> dict[str, str]:
    control = folder / "fault"
    control.write_text("")
    words = [str(folder / "ledger.db"), str(control), fault, str(mended_after_s), *more]
    environment = {**os.environ, "LD_PRELOAD": str(library), "FAULTY_DISK": str(control)}
    done = subprocess.run(
        [sys.executable, "-m", "tests.ledger.on_a_faulty_disk", *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    told: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return told


def kept(folder: Path) -> set[str]:
    open_ledger(folder / "ledger.db").close()  # as a start does
    with closing(open_for_reading(folder / "ledger.db")) as connection:
        rows = connection.execute("SELECT action FROM audit")
        return {row["action"] for row in rows} & {"before", "during", "after"}


FAULTS = ["flush-eio 0", "write-eio 0", "write-eio 3", "write-enospc 0", "torn 0", "torn 7"]


@pytest.mark.parametrize("mended_after_s", [0.3, 8.0])
@pytest.mark.parametrize("fault", FAULTS)
def test_what_the_writer_is_told_is_what_a_restart_brings_back(
    tmp_path: Path, library: Path, fault: str, mended_after_s: float
) -> None:
    told = told_on_a_disk(tmp_path, library, fault, mended_after_s)
    assert (told["before"], told["after"]) == ("taken", "taken")
    if told["during"] != "unknown":
        assert ("during" in kept(tmp_path)) is (told["during"] == "taken")
    assert {"before", "after"} <= kept(tmp_path)


@pytest.mark.parametrize("fault", FAULTS)
def test_killed_with_the_fault_the_ledger_holds_nothing_that_was_refused(
    tmp_path: Path, library: Path, fault: str
) -> None:
    told = told_on_a_disk(tmp_path, library, fault, 0)
    if told["during"] != "unknown":
        assert ("during" in kept(tmp_path)) is (told["during"] == "taken")
    assert "before" in kept(tmp_path)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("mended_after_s", [0.0, 0.3])
def test_so_it_is_while_somebody_else_reads_the_ledger(
    tmp_path: Path, library: Path, fault: str, mended_after_s: float
) -> None:
    told = told_on_a_disk(tmp_path, library, fault, mended_after_s, "beside")
    if told["during"] != "unknown":
        assert ("during" in kept(tmp_path)) is (told["during"] == "taken")
    assert "before" in kept(tmp_path)
