"""Attendees' limits over several ledgers: a code too many is found, and one without its lease."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from boxd.ledger import attendees, codes, issues, limit_leases, stock
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.ledger import Ledger
from boxd.limit_lease import LeaseReply, LeaseWanted
from checker.fleet import findings, main

KEYS = CodeKeys(b"c" * 32, b"r" * 32)
WANTED = LeaseWanted("lease-1", "issue-1", "Ada", 2)


@pytest.fixture
def files(tmp_path: Path) -> Iterator[dict[int, Path]]:
    """Box 1, with a code of ada's, which lent another one to box 2."""
    files = {number: tmp_path / f"{number}.db" for number in (1, 2)}
    ledgers = {number: Ledger(file) for number, file in files.items()}
    for number, ledger in ledgers.items():
        mugs = [stock.StockedPrize("mug", "Mug", 2)]
        ledger.write_now(lambda tx, mugs=mugs: stock.import_prizes(tx, mugs, "anna"))
        order = codes.CodeOrder("ada", f"box-{number}", 8, 7, "anna", "mug", home=number)
        ledger.write_now(lambda tx, order=order: codes.issue(tx, order, KEYS))
    ledgers[1].write_now(lambda tx: limit_leases.give(tx, WANTED, 2))
    ledgers[2].write_now(
        lambda tx: issues.ask(
            tx, issues.IssueOrder("issue-1", attendees.number_of(tx, "ada"), "anna")
        )
    )
    reply = LeaseReply("lease-1")
    ledgers[2].write_now(lambda tx: limit_leases.take(tx, WANTED, reply, 1))
    yield files
    for ledger in ledgers.values():
        ledger.close()


def test_codes_are_counted_over_all_boxes_whatever_the_spelling(files: dict[int, Path]) -> None:
    assert findings(files, per_attendee=2) == []
    assert findings(files, per_attendee=1) == ["attendee ada: 2 codes in all, and 1 is the most"]
    named = [f"{number}={file}" for number, file in files.items()]
    assert main([*named, "--per-attendee", "2"]) == 0
    assert main([*named, "--per-attendee", "1"]) == 1


def test_a_lease_that_its_keeper_does_not_count_is_found(files: dict[int, Path]) -> None:
    with closing(sqlite3.connect(files[1], isolation_level=None)) as connection:
        connection.execute("UPDATE limit_leases SET state = 'back'")
    assert findings(files) == ["lease lease-1: held at box 2, and back at the keeper of the limits"]
