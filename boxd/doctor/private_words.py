"""The private words that this box knows: references, submissions, reasons, secrets."""

from __future__ import annotations

from collections.abc import Iterator

from boxd.doctor.check_context import CheckContext
from boxd.doctor.configuration import secret_files
from boxd.doctor.finding import Skip
from boxd.doctor.ledger_reading import reading
from boxd.service_user import read_start

_COLUMNS = (
    ("reference", "attendees"),
    ("pseudonym", "attendees"),
    ("name", "tokens"),
    ("name", "staff"),
    ("pin_name", "staff_sessions"),
    ("text", "submissions"),
    ("reason", "verdicts"),
    ("last_refusal", "tasks"),
    ("reason", "lockers"),
    ("actor", "audit"),
)
# Actors that are not people.
_ROLES = frozenset({"boxd", "operator", "attendee", "attendant", "organiser", "upstream"})
_AFTER_A_NAME = " (CLI)"
_LONGEST_SECRET = 64 * 1024


def private_words(context: CheckContext) -> frozenset[str]:
    """All private words. Raises Skip, or PermissionError, if they can't be read.

    A missing ledger counts as unreadable: the journal still names the people who were in it.
    """
    return frozenset({*_in_the_ledger(context), *_in_files(context)}) - _ROLES


def _in_the_ledger(context: CheckContext) -> Iterator[str]:
    with reading(context) as ledger:
        for column, table in _COLUMNS:
            for row in ledger.execute(f"SELECT DISTINCT {column} FROM {table}"):  # noqa: S608 - ours
                yield str(row[0] or "").removesuffix(_AFTER_A_NAME)


def _in_files(context: CheckContext) -> Iterator[str]:
    try:
        files = secret_files(context.config)
    except Skip:
        return
    for file in files:
        try:
            yield from read_start(file, _LONGEST_SECRET).split("\n")
        except FileNotFoundError:
            continue
        except PermissionError:
            raise
        except OSError as error:
            raise Skip(f"{file} can't be read: {error.strerror}") from error
