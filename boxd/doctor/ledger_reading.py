"""The ledger, opened so that nothing of it is written, and given up when it takes too long."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

from boxd.doctor.check_context import CheckContext
from boxd.doctor.finding import Skip
from boxd.sqlite_reading import reading_uri

READ_WITHIN_S = 30.0
_STEPS = 100_000  # of SQLite's machine between two looks at the time; some milliseconds


class Damaged(Skip):
    """The ledger can't be read to its end; one check says so, the others are skipped."""


@contextmanager
def reading(context: CheckContext, within_s: float = READ_WITHIN_S) -> Iterator[sqlite3.Connection]:
    """A connection to the ledger that only reads.

    Raises Skip when there is no ledger, or when its reading is not over in time, Damaged when
    its file is not whole.
    """
    file = context.config.ledger_file
    if not file.exists():
        raise Skip(f"there is no ledger at {file} yet: boxd makes it at its first start")
    with file.open("rb"):
        pass  # raises PermissionError, where SQLite would only say that it can't open it
    began = time.monotonic()
    uri = reading_uri(file)
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        connection.set_progress_handler(lambda: time.monotonic() - began > within_s, _STEPS)
        try:
            yield connection
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) != sqlite3.SQLITE_INTERRUPT:
                raise Damaged(f"the ledger can't be read ({error})") from error
            raise Skip(
                f"{file} was not read within {within_s:.0f} s",
                "boxd backup list --verify   # reads a whole copy, however long that takes",
            ) from error
