"""The judge is judged: a recorded day is damaged in hundreds of ways, and nearly each is found."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from checker import check
from tests.box.booth import Booth
from tests.box.conftest import QUICK
from tests.checker.mutants import Mutant, Recording, all_of, without_guards
from tests.checker.recorded_day import live_through

pytestmark = pytest.mark.proof

AT_LEAST = 200
FOUND_OF_100 = 98
# Mutants that are not found, by the beginning of their names, and why.
NOT_FOUND = {
    "lockers: a row is lost": "which lockers there are is the configuration's word",
    "lockers.id": "which lockers there are is the configuration's word",
    "verdicts.id": "an approval is told by its task, its moment and its actor",
    "verdicts.reason": "an approval's words are nowhere else; a refusal's are found",
}


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """What a real box leaves behind after a day with everything in it, without its guards."""
    booth = Booth(tmp_path_factory.mktemp("day"), QUICK)
    try:
        booth.start()
        live_through(booth)
        booth.check_invariants()
        assert booth.stop() == 0
    finally:
        booth.close()
    recorded = Recording(tmp_path_factory.mktemp("recorded"))
    with (
        closing(sqlite3.connect(booth.state / "ledger.db")) as written,
        closing(sqlite3.connect(recorded.ledger)) as copy,
    ):
        written.backup(copy)
    shutil.copy(booth.state / "hardware-trace.jsonl", recorded.trace)
    without_guards(recorded.ledger)
    return recorded


def test_the_day_itself_has_no_findings(day: Recording) -> None:
    assert check(day.ledger, day.trace, at_rest=True) == []


def test_nearly_every_damage_is_found_and_the_rest_is_named(day: Recording, tmp_path: Path) -> None:
    mutants = all_of(day)
    missed = [each.name for each in mutants if not is_found(each, day, tmp_path / "mutant")]
    unnamed = [name for name in missed if not name.startswith(tuple(NOT_FOUND))]
    print(
        f"{len(mutants)} mutants, {len(mutants) - len(missed)} found; not found:", *missed, sep="\n"
    )
    assert not unnamed, "\n".join(unnamed)
    assert len(mutants) >= AT_LEAST
    assert len(missed) * 100 <= len(mutants) * (100 - FOUND_OF_100)


def is_found(mutant: Mutant, day: Recording, folder: Path) -> bool:
    damaged = day.copied(folder)
    mutant.damage(damaged.folder)
    return bool(check(damaged.ledger, damaged.trace, at_rest=True))
