"""When the watchdog is fed, and which trouble a start would cure."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
from pathlib import Path

import pytest

from boxd.errors import LedgerUnusable
from boxd.ledger.ledger import Ledger, Transaction
from boxd.service.notify import Notifier
from boxd.service.watchdog import keep_fed, would_a_start_help
from tests.temporal.conftest import until


def trouble(code: int) -> LedgerUnusable:
    """What the ledger raises when SQLite says this."""
    cause = sqlite3.OperationalError("as SQLite says it")
    cause.sqlite_errorcode = code
    error = LedgerUnusable("the ledger can't be used")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize("code", [sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM])
def test_what_passes_by_itself_needs_no_start(code: int, tmp_path: Path) -> None:
    assert not would_a_start_help(trouble(code), tmp_path)


@pytest.mark.parametrize(
    "code", [sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_READONLY_DBMOVED, sqlite3.SQLITE_CORRUPT]
)
def test_a_ledger_at_fault_on_a_good_disk_needs_one(code: int, tmp_path: Path) -> None:
    assert would_a_start_help(trouble(code), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_takes_nothing_from_anybody_needs_none(tmp_path: Path) -> None:
    assert not would_a_start_help(trouble(sqlite3.SQLITE_FULL), tmp_path / "gone")


async def test_it_is_fed_after_a_proof_and_starved_without_one(tmp_path: Path) -> None:
    proofs: list[bool] = []
    succeeds = True

    async def prove() -> None:
        proofs.append(succeeds)
        if not succeeds:
            raise LedgerUnusable("no")

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(tmp_path / "notify"))
        heard.setblocking(False)
        feeding = asyncio.create_task(keep_fed(Notifier(str(tmp_path / "notify")), 0.03, prove))
        await until(lambda: len(proofs) > 2, "proofs")
        succeeds = False
        await until(lambda: proofs[-3:] == [False] * 3, "proofs that fail")
        feeding.cancel()
        meals = 0
        while True:
            try:
                assert heard.recv(100) == b"WATCHDOG=1"
            except BlockingIOError:
                break
            meals += 1

    assert meals == proofs.count(True)


def _frames(log: Path) -> list[bytes]:
    """The frames of a write-ahead log, which has its size from the start: a page and 24 bytes."""
    content = log.read_bytes()[32:]
    return [content[at : at + 536] for at in range(0, len(content), 536)]


async def test_a_proof_costs_a_commit_only_when_there_was_none(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db")
    log = tmp_path / "ledger.db-wal"

    def nothing(_: Transaction) -> None:
        """Changes nothing."""

    try:
        await ledger.prove_writable()
        before, frames = ledger.commits, _frames(log)
        await ledger.prove_writable()
        written = sum(old != new for old, new in zip(frames, _frames(log), strict=True))
        assert (ledger.commits, written) == (before, 1)
        await ledger.write(nothing)
        assert ledger.commits == before + 1
    finally:
        ledger.close()
