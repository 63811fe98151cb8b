"""Read-only access to the ledger, with a time limit."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

from boxd.doctor.check_context import CheckContext
from boxd.doctor.finding import Skip
from boxd.ledger.sqlite_faults import TROUBLE
from boxd.service_user import read_start
from boxd.sqlite_reading import reading_uri

READ_WITHIN_S = 30.0
_STEPS = 100_000  # of SQLite's virtual machine between two looks at the clock; some milliseconds


class Damaged(Skip):
    """The ledger can't be read to its end. One check reports it, the others are skipped."""


@contextmanager
def reading(context: CheckContext, within_s: float = READ_WITHIN_S) -> Iterator[sqlite3.Connection]:
    """A read-only connection to the ledger.

    Raises Skip if there is no ledger or reading takes too long, Damaged if the file is not whole.
    """
    file = context.config.ledger_file
    if not file.exists():
        raise Skip(f"there is no ledger at {file} yet: boxd makes it at its first start")
    try:
        read_start(file, 1)  # raises PermissionError; SQLite would only say that it can't open it
    except PermissionError:
        raise
    except OSError as error:  # SQLite would wait at a pipe for ever
        raise Damaged(f"{file} can't be read: {error.strerror}; see what it is: ls -l") from error
    began = time.monotonic()
    uri = reading_uri(file)
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        connection.set_progress_handler(lambda: time.monotonic() - began > within_s, _STEPS)
        try:
            yield connection
        except TROUBLE as error:
            if getattr(error, "sqlite_errorcode", 0) != sqlite3.SQLITE_INTERRUPT:
                raise Damaged(f"the ledger can't be read ({error})") from error
            raise Skip(
                f"{file} was not read within {within_s:.0f} s",
                "boxd backup list --verify   # reads a whole copy, however long that takes",
            ) from error
