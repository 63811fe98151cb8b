"""The one writer of the ledger, and its readers, for use from the event loop."""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from boxd.errors import LedgerUnusable, NotKnownYet
from boxd.ledger.card_watch import CardWatch, TouchedCards
from boxd.ledger.database import erase_remains, flush, open_again, open_for_reading, open_ledger
from boxd.ledger.notice_settings import NoticeSettings
from boxd.ledger.outbox_settings import OutboxSettings
from boxd.ledger.row_sums import RowSums
from boxd.ledger.savepoint import savepoint
from boxd.machine_clock import utc_now

T = TypeVar("T")

# Somebody waits for the commit that failed; a disk that is well again shows it at once.
_LOOKED_UP_WITHIN_S = 3.0
_LOOK_AGAIN_S = 0.25
# The most changes of one commit: a crowd's share a flush of the card, and each waits for all.
_TOGETHER = 16


def changes_seen(connection: sqlite3.Connection) -> int:
    """A number that every commit changes, for a connection that only reads."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])


def as_text(moment: datetime) -> str:
    """A time in the ledger's form: ISO 8601, UTC, milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True)
class Transaction:
    """An open transaction, and the one time of everything in it.

    `outbox` holds the outbox settings, None if there is no upstream; `notices` those of notices,
    None if no phones are told.
    """

    connection: sqlite3.Connection
    at: str
    outbox: OutboxSettings | None = None
    notices: NoticeSettings | None = None


_BESIDE: ContextVar[Callable[[Transaction], None]] = ContextVar("beside", default=lambda _: None)


@contextmanager
def beside_each_write(note: Callable[[Transaction], None]) -> Iterator[None]:
    """Run `note` in every transaction that is written in this context until the block ends.

    So a request's key is recorded with the change it makes, and no step in between has to know it.
    """
    before = _BESIDE.set(note)
    try:
        yield
    finally:
        _BESIDE.reset(before)


@dataclass
class _Change:
    """A change that waits to be committed, and what came of it."""

    run: Callable[[Transaction], Any]
    result: Any = None
    error: BaseException | None = None
    done: Future[Any] = field(default_factory=Future)

    def tell(self, error: BaseException | None = None) -> None:
        """Tell who waits: the result, or what has failed, for this change or for all with it."""
        if error := self.error or error:
            self.done.set_exception(error)
        else:
            self.done.set_result(self.result)


class _InDoubtError(sqlite3.Error):
    """A commit failed, and the disk does not let anybody see whether it is there all the same."""


class Ledger:
    """Runs short changes one after the other, each durable when its call returns.

    Those that wait at the same time are committed together; one that fails takes back what it has
    written, and no other's.

    The owner sets `on_commit`, which is called on the event loop after each transaction, and
    `on_trouble`, which is called when the disk fails. Then the call raises LedgerUnusable, and
    nothing is changed; or NotKnownYet, and that is looked up before anything more is written.
    `on_cards` is called after a transaction that changes attendees' pages. `commits` counts the
    transactions that were committed for `write`.
    """

    def __init__(
        self,
        file: Path,
        now: Callable[[], datetime] = utc_now,
        outbox: OutboxSettings | None = None,
        notices: NoticeSettings | None = None,
    ) -> None:
        self._writer = open_ledger(file)
        self._reader = open_for_reading(file)
        self.on_commit: Callable[[], None] = lambda: None
        self.on_trouble: Callable[[LedgerUnusable], None] = lambda _: None
        self.file = file
        self.commits = 0
        self._now = now
        self._outbox = outbox
        self._notices = notices
        self._writing = ThreadPoolExecutor(1, thread_name_prefix="ledger-write")
        self.on_cards: Callable[[TouchedCards], None] = lambda _: None
        self._cards = CardWatch(self._writer)
        self._sums = RowSums(self._writer)
        self._waiting: deque[_Change] = deque()
        self._touched: deque[TouchedCards] = deque()  # by what was committed, for the event loop
        self._is_in_doubt = False  # whether the last commit failed, and was not looked up yet
        self._switching = threading.Lock()  # held while the connections are replaced, or read
        self._reading = ThreadPoolExecutor(1, thread_name_prefix="ledger-read")

    @property
    def outbox(self) -> OutboxSettings | None:
        """The outbox settings; None if there is no upstream."""
        return self._outbox

    @property
    def notices(self) -> NoticeSettings | None:
        """The settings of notices; None if no phones are told."""
        return self._notices

    async def write(self, change: Callable[[Transaction], T]) -> T:
        """Run `change` in a transaction and commit it; any exception rolls it back.

        A caller that is cancelled does not stop it.
        """
        beside = _BESIDE.get()

        def whole(tx: Transaction) -> T:
            result = change(tx)
            beside(tx)
            return result

        committing: asyncio.Future[T] = asyncio.wrap_future(self._ask(whole))
        committing.add_done_callback(self._committed)
        with self._saying_trouble():
            return await asyncio.shield(committing)

    def _committed(self, committing: asyncio.Future[T]) -> None:
        """Call the ledger's followers, even if nobody waits for the result any more."""
        if committing.cancelled() or committing.exception() is not None:
            return
        while self._touched:
            self.on_cards(self._touched.popleft())
        self.on_commit()

    async def read(self, look: Callable[[sqlite3.Connection], T]) -> T:
        """Run `look` on a consistent view of the committed data."""
        loop = asyncio.get_running_loop()
        with self._saying_trouble():
            return await loop.run_in_executor(self._reading, self._view, look)

    def write_now(self, change: Callable[[Transaction], T]) -> T:
        """Like `write`, for programs without an event loop; waits for its turn."""
        with self._saying_trouble():
            return self._ask(change).result()

    def _ask(self, change: Callable[[Transaction], T]) -> Future[T]:
        """Have the change committed, with others that wait; in the order in which they came."""
        asked = _Change(change)
        self._waiting.append(asked)
        self._writing.submit(self._commit_waiting)
        return asked.done

    async def erase_remains(self) -> None:
        """Remove deleted bytes from the file; writers wait while it is rewritten."""
        loop = asyncio.get_running_loop()
        with self._saying_trouble():
            await loop.run_in_executor(self._writing, erase_remains, self._writer)

    async def prove_writable(self) -> None:
        """Commit something that changes nothing. Raises LedgerUnusable if the disk refuses."""

        def same_version(tx: Transaction) -> None:
            version = tx.connection.execute("PRAGMA user_version").fetchone()[0]
            tx.connection.execute(f"PRAGMA user_version = {int(version)}")

        loop = asyncio.get_running_loop()
        was_in_doubt = self._is_in_doubt
        with self._saying_trouble():
            await loop.run_in_executor(self._writing, self._commit_alone, same_version)
        if was_in_doubt:
            self.on_cards(None)
            self.on_commit()  # what was in doubt may have been kept

    @contextmanager
    def _saying_trouble(self) -> Iterator[None]:
        """Turn errors of disk and SQLite into LedgerUnusable; broken constraints are bugs."""
        try:
            yield
        except sqlite3.IntegrityError:
            raise
        except _InDoubtError as error:
            doubt = NotKnownYet(
                f"the ledger {self.file} failed while it was written: {error.__cause__}. It is not"
                " known yet whether this was kept; it will be looked up when the disk works again."
                " Look at the disk: full (df -h), read-only (mount), failing (dmesg)"
            )
            self.on_trouble(doubt)
            raise doubt from error
        except (sqlite3.Error, UnicodeDecodeError) as error:
            trouble = LedgerUnusable(
                f"the ledger {self.file} can't be used: {error}; nothing was changed."
                " Look at the disk: full (df -h), read-only (mount), failing (dmesg)"
            )
            self.on_trouble(trouble)
            raise trouble from error

    def close(self) -> None:
        """Finish what is running and close the file."""
        self._writing.shutdown()
        self._reading.shutdown()
        self._reader.close()
        self._writer.close()

    def _commit_waiting(self) -> None:
        """Commit what waits; nothing, if an earlier call has done it."""
        changes: list[_Change] = []
        while self._waiting and len(changes) < _TOGETHER:
            change = self._waiting.popleft()
            if change.done.set_running_or_notify_cancel():
                changes.append(change)
        if not changes:
            return
        error: BaseException | None = None
        try:
            self._commit(changes)
            self.commits += 1
        except BaseException as raised:  # noqa: BLE001 each caller raises it
            error = raised
        for change in changes:
            change.tell(error)

    def _run(self, change: _Change) -> bool:
        """Run a change in the present transaction; returns whether it has written something."""
        before = self._writer.total_changes
        now = as_text(self._now())
        change.result = change.run(Transaction(self._writer, now, self._outbox, self._notices))
        return self._writer.total_changes != before

    def _run_each(self, changes: Sequence[_Change]) -> bool:
        """Run the changes; returns whether one that has not failed has written something.

        Raises the error of a change that takes the whole transaction with it: of one that is alone,
        of a disk that fails, and the last one's if each has failed.
        """
        if len(changes) == 1:
            return self._run(changes[0])
        have_written = False
        for change in changes:
            try:
                with savepoint(self._writer):
                    have_written = self._run(change) or have_written
            except Exception as error:
                change.error = error
                if not self._writer.in_transaction or all(each.error for each in changes):
                    raise
        return have_written

    def _commit_alone(self, change: Callable[[Transaction], Any]) -> None:
        self._commit([_Change(change)])

    def _commit(self, changes: Sequence[_Change]) -> None:
        """Commit the changes together; one of several that has failed keeps its error.

        Raises what has failed for all of them.
        """
        if self._is_in_doubt:
            self._settle_doubt()
        self._writer.execute("BEGIN IMMEDIATE")
        self._cards.take()  # what a transaction touched that was rolled back
        try:
            newest = self._newest_entry()
            mark = self._mark(newest) if self._run_each(changes) else ""
            self._sums.write()
        except BaseException:
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")
            raise
        try:
            self._writer.execute("COMMIT")
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
                # Its last frame was not written, and the next commit overwrites the others.
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise
            if not self._is_kept(mark, error):
                raise
        if (touched := self._cards.take()) != frozenset():
            self._touched.append(touched)

    def _mark(self, newest_before: str) -> str:
        """What tells that this transaction is there; it has changed something.

        An entry in the audit trail does, and most have one. Others leave a mark, which is a page
        more to be written.
        """
        newest = self._newest_entry()
        if newest != newest_before:
            return newest
        mark = secrets.token_hex(8)
        self._writer.execute("UPDATE last_change SET mark = ?", (mark,))
        return mark

    def _newest_entry(self) -> str:
        """The hash of the audit trail's last entry; no other has it."""
        query = "SELECT hex(hash) FROM audit ORDER BY seq DESC LIMIT 1"
        found = self._writer.execute(query).fetchone()
        return str(found[0]) if found else ""

    def _marks(self) -> set[str]:
        """What tells which transaction was the last."""
        left = self._writer.execute("SELECT mark FROM last_change").fetchone()
        return {self._newest_entry(), str(left["mark"])}

    def _is_kept(self, mark: str, error: sqlite3.Error) -> bool:
        """Whether a transaction was committed although its commit failed.

        What was written before a flush failed may be in the file, and a restart would bring it
        back. So nothing more is written through this connection: the file is opened again, and
        looked at. Raises _InDoubtError while the disk does not let it.
        """
        self._is_in_doubt = True
        deadline = time.monotonic() + _LOOKED_UP_WITHIN_S
        while True:
            with suppress(sqlite3.Error, LedgerUnusable):
                self._reopen()
                is_there = bool(mark) and mark in self._marks()
                # What is there may be in memory alone, after a flush that failed. What is not there
                # may lie in the log behind its end as others know it, and a restart would find it.
                # So neither is told before all is in the file, and the log has begun again.
                flush(self._writer)
                self._is_in_doubt = False
                return is_there
            if time.monotonic() > deadline:
                raise _InDoubtError from error
            time.sleep(_LOOK_AGAIN_S)

    def _reopen(self) -> None:
        """Let go of the file, and open it again."""
        with self._switching:
            for connection in (self._reader, self._writer):
                with suppress(sqlite3.Error):
                    connection.close()
            self._writer = open_again(self.file)
            self._cards.follow(self._writer)
            self._sums.follow(self._writer)
            self._reader = open_for_reading(self.file)

    def _settle_doubt(self) -> None:
        """See that what is found in the file is on the disk, before anything more is written.

        Raises _InDoubtError while the disk does not let it.
        """
        try:
            self._reopen()
            flush(self._writer)
        except (sqlite3.Error, LedgerUnusable) as error:
            raise _InDoubtError from error
        self._is_in_doubt = False

    def _view(self, look: Callable[[sqlite3.Connection], T]) -> T:
        with self._switching:
            self._reader.execute("BEGIN")
            try:
                return look(self._reader)
            finally:
                self._reader.execute("ROLLBACK")
