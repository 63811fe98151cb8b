"""Files of codes made elsewhere, and of attendees who get codes; read completely.

Errors in the file itself are found here, by line; the ledger finds the others later.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from pathlib import Path

from boxd.cli.files import csv_file
from boxd.cli.files.csv_file import CsvRow
from boxd.cli.files.file_text import importing, read_text
from boxd.errors import BadInput
from boxd.issue import why_no_prize
from boxd.ledger.check_digit import is_well_formed
from boxd.lists.columns import Columns
from boxd.names import why_refused

LARGEST_FILE_BYTES = 20_000_000
MADE_ELSEWHERE = Columns(("code", "attendee"), ("sku", "expires_at"))
TO_ISSUE = Columns(("attendee",), ("sku", "expires_at"))

Prizes = Callable[[], Collection[str]]
"""Asks which skus there are; that happens only if a file names one."""
Rule = Callable[[str], str]
"""Why a value can't be taken, as the rest of a sentence; empty if it can."""


@dataclass(frozen=True, slots=True)
class CodeRow:
    """One code that is wanted: without digits the box makes them, without sku it is drawn."""

    line: int
    attendee: str
    code: str | None
    sku: str | None
    expires_at: str | None


def read_codes(path: Path, length: int, prizes: Prizes) -> list[CodeRow]:
    """The codes in a file, each of `length` digits. Raises BadInput with every error."""
    rules: dict[str, Rule] = {"code": partial(_why_no_code, length=length), **_RULES}
    return _read(path, MADE_ELSEWHERE, "code", rules, prizes)


def read_attendees(path: Path, prizes: Prizes) -> list[CodeRow]:
    """The attendees in a file, one per line. Raises BadInput with every error."""
    return _read(path, TO_ISSUE, "attendee", _RULES, prizes)


def _read(
    path: Path, columns: Columns, once: str, rules: Mapping[str, Rule], prizes: Prizes
) -> list[CodeRow]:
    """The rows; each column is judged by its rule, and nothing in `once` may occur twice."""
    faults: list[str] = []
    found: list[CodeRow] = []
    seen: dict[str, int] = {}
    known = cache(prizes)
    with importing(path):
        for row in csv_file.rows(read_text(path, LARGEST_FILE_BYTES), columns):
            wrong = [
                *row.faults,
                *_faults(row.values, rules),
                *_unknown_prize(row.values, known),
                *_repeated(row, once, seen),
            ]
            faults += [f"line {row.line}: {fault}" for fault in wrong]
            if not wrong:
                found.append(_code_row(row))
    if faults:
        csv_file.refuse(path, faults)
    if not found:
        raise BadInput(f"{path}: nothing was imported; there is no line below the header")
    return found


def _code_row(row: CsvRow) -> CodeRow:
    values = row.values
    return CodeRow(
        row.line,
        values["attendee"],
        values.get("code"),
        values.get("sku"),
        values.get("expires_at"),
    )


def _faults(values: Mapping[str, str], rules: Mapping[str, Rule]) -> Iterator[str]:
    for name, rule in rules.items():
        if name in values and (why := rule(values[name])):
            yield f"{name} {_shown(values[name])} {why}"


def _unknown_prize(values: Mapping[str, str], known: Prizes) -> Iterator[str]:
    if "sku" in values and values["sku"] not in known():
        yield why_no_prize(values["sku"], known())


def _repeated(row: CsvRow, once: str, seen: dict[str, int]) -> list[str]:
    if once not in row.values:
        return []
    value = row.values[once]
    first = seen.setdefault(value, row.line)
    return (
        [] if first == row.line else [f"{once} {_shown(value)} is there already, on line {first}"]
    )


def _shown(value: str) -> str:
    """The beginning of a value as one line, with visible line breaks."""
    return repr(value[:40])


def _why_no_code(code: str, length: int) -> str:
    if not (code.isascii() and code.isdigit()):
        return f"is to be {length} digits and nothing else"
    if len(code) < length:
        return (
            f"has {len(code)} digits; a code of this box has {length}"
            " (spreadsheets drop zeros at the front: keep the column as text)"
        )
    if len(code) > length:
        return f"has {len(code)} digits; a code of this box has {length} ([codes] length)"
    if not is_well_formed(code, length):
        return "has a wrong check digit: mistyped, or made by another rule (docs/organisers.md)"
    return ""


def _why_no_time(text: str) -> str:
    try:
        is_aware = datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        is_aware = False
    if is_aware:
        return ""
    return "is to be a time like 2026-11-22T18:00:00+01:00, or empty for as long as configured"


_RULES: Mapping[str, Rule] = {"attendee": why_refused, "expires_at": _why_no_time}
