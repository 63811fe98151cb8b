"""Whichever call of a commit the disk fails at, what people are told is what the ledger keeps."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from boxd.redemption import AnswerKind
from tests.box.faulty_disk import compiled
from tests.ledger.decisions_on_a_faulty_disk import ANSWERS

ROOT = Path(__file__).parents[2]
KINDS = ("claim", "answer", *ANSWERS, "override", "scan", "submission", "verdict", "issue", "crowd")
FAULTS = ("flush-eio", "write-eio", "write-enospc", "torn")
MORE_THAN_A_COMMIT_HAS = 80


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compiled(tmp_path_factory.mktemp("library"))


def tried(
    folder: Path, library: Path, kind: str, fault: str, mended_after_s: float, *spared: int
) -> list[dict[str, Any]]:
    control = folder / "fault"
    control.write_text("")
    words = [str(folder), str(control), kind, fault, str(mended_after_s), *map(str, spared)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.ledger.decisions_on_a_faulty_disk", *words],
        cwd=ROOT,
        env={**os.environ, "LD_PRELOAD": str(library), "FAULTY_DISK": str(control)},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def wrong(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those where somebody was told what is not so, or nothing could be written afterwards."""
    return [
        each
        for each in found
        if each["after"] != "taken"
        or (each["told"] == "taken" and not (each["killed"] and each["restarted"]))
        or (each["told"] == "refused" and (each["killed"] or each["restarted"]))
        or each["told"] == "mixed"
        or not {each["killed"], each["restarted"]} <= {0, each["whole"]}
    ]


def test_every_answer_to_a_redemption_is_tried() -> None:
    assert {*ANSWERS, "loaded"} == set(AnswerKind)


@pytest.mark.parametrize(("fault", "spared"), [("flush-eio", 0), ("torn", 3)])
def test_a_disk_that_fails_for_a_moment(
    tmp_path: Path, library: Path, fault: str, spared: int
) -> None:
    kinds = ",".join(KINDS)  # one process for all: most of the time would be spent on imports
    found = tried(tmp_path, library, kinds, fault, 0.1, spared)
    assert [each["kind"] for each in found] == [*KINDS]
    assert wrong(found) == []


@pytest.mark.proof
@pytest.mark.long
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_disk_that_fails_at_any_call(
    tmp_path: Path, library: Path, kind: str, fault: str
) -> None:
    calls = range(2) if fault == "flush-eio" else range(MORE_THAN_A_COMMIT_HAS)
    found = tried(tmp_path, library, kind, fault, 0.1, *calls)
    assert found[-1]["told"] == "taken", "not every call of the commit was tried"
    assert wrong(found) == []


@pytest.mark.proof
@pytest.mark.long
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_disk_that_fails_until_somebody_mends_it(
    tmp_path: Path, library: Path, kind: str, fault: str
) -> None:
    spared = (0,) if fault == "flush-eio" else (0, 1, 7)
    assert wrong(tried(tmp_path, library, kind, fault, 0, *spared)) == []
