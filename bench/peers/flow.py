"""What a peer does for one redemption, and how its program is asked for some.

A program of a peer runs in an environment of its own, which has no boxd.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import threading
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

LOADING_S = 0.3  # as boxd's own on the card: the operator takes a moment
_WAL_BYTES = 4 * 2**20
_LOOK_EVERY_S = 0.0005
_WITHIN_S = 60.0


class Facts:
    """A peer's own little ledger: one SQLite file, one durable commit for each decision."""

    def __init__(self, file: Path) -> None:
        self._lock = threading.Lock()
        self._database = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self._database.executescript(
            "PRAGMA page_size=512; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            "CREATE TABLE IF NOT EXISTS redemptions (id TEXT PRIMARY KEY, stage TEXT);"
            "CREATE TABLE IF NOT EXISTS openings (id TEXT PRIMARY KEY, outcome TEXT)"
        )
        with file.with_name(f"{file.name}-wal").open("r+b") as log:  # as boxd makes its own
            log.seek(0, os.SEEK_END)
            log.write(bytes(_WAL_BYTES))
            os.fsync(log.fileno())

    def claim(self, redemption: str) -> None:
        """A code was typed: its redemption begins."""
        self._commit(("INSERT OR IGNORE INTO redemptions VALUES (?, 'load')", redemption))

    def order(self, redemption: str) -> None:
        """The operator has confirmed: the opening is ordered."""
        self._commit(
            ("INSERT OR IGNORE INTO openings VALUES (?, NULL)", redemption),
            ("UPDATE redemptions SET stage = 'open' WHERE id = ?", redemption),
        )

    def opened(self, redemption: str) -> None:
        """The locker is open."""
        self._commit(
            ("UPDATE openings SET outcome = 'done' WHERE id = ?", redemption),
            ("UPDATE redemptions SET stage = 'take' WHERE id = ?", redemption),
        )

    def complete(self, redemption: str) -> None:
        """The prize was taken."""
        self._commit(("UPDATE redemptions SET stage = 'dispensed' WHERE id = ?", redemption))

    def _commit(self, *statements: tuple[str, str]) -> None:
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            for text, redemption in statements:
                self._database.execute(text, (redemption,))
            self._database.execute("COMMIT")


class Peer(ABC):
    """One engine. `lamp_at` and `unlock_at` are the moments of the newest such bytes."""

    @abstractmethod
    def begin(self, redemption: str) -> None:
        """Start the flow of a typed code."""

    @abstractmethod
    def answer(self, redemption: str, kind: str) -> None:
        """Deliver the operator's answer, loaded or completed."""

    @abstractmethod
    def lamp_at(self) -> float:
        """When the verdict's bytes would have gone out."""

    @abstractmethod
    def unlock_at(self) -> float:
        """When the unlock's bytes would have gone out."""

    def redeem(self) -> tuple[float, float]:
        """One redemption; the seconds from Enter to the verdict, from the word to the unlock."""
        redemption = uuid.uuid4().hex
        entered = time.monotonic()
        self.begin(redemption)
        verdict_s = _until(self.lamp_at, entered) - entered
        time.sleep(LOADING_S)
        said = time.monotonic()
        self.answer(redemption, "loaded")
        unlock_s = _until(self.unlock_at, said) - said
        time.sleep(LOADING_S)
        self.answer(redemption, "completed")
        time.sleep(LOADING_S)
        return verdict_s, unlock_s


def _until(moment: Callable[[], float], after: float) -> float:
    """Wait until a moment is later than another; returns it."""
    deadline = time.monotonic() + _WITHIN_S
    while (found := moment()) < after:
        assert time.monotonic() < deadline, f"nothing came within {_WITHIN_S:.0f} s"
        time.sleep(_LOOK_EVERY_S)
    return found


def serve(peer: Peer) -> None:
    """Say that it is ready; then redeem as often as each line of the input says."""
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps([peer.redeem() for _ in range(int(line))]), flush=True)
