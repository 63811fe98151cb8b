"""Files of codes made elsewhere, and of attendees who get codes; read completely.

Errors in the file itself are found here, by line; the ledger finds the others later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from boxd.cli.files import csv_file
from boxd.cli.files.csv_file import Columns, CsvRow
from boxd.cli.files.file_text import importing, read_text
from boxd.errors import BadInput
from boxd.ledger.check_digit import is_well_formed

LARGEST_FILE_BYTES = 20_000_000
MADE_ELSEWHERE = Columns(("code", "attendee"), ("sku", "expires_at"))
TO_ISSUE = Columns(("attendee",), ("sku", "expires_at"))
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class CodeRow:
    """One code that is wanted: without digits the box makes them, without sku it is drawn."""

    line: int
    attendee: str
    code: str | None
    sku: str | None
    expires_at: str | None


def read_codes(path: Path, length: int) -> list[CodeRow]:
    """The codes in a file, each of `length` digits. Raises BadInput with every error."""
    return _read(path, MADE_ELSEWHERE, "code", lambda code: _why_no_code(code, length))


def read_attendees(path: Path) -> list[CodeRow]:
    """The attendees in a file, one per line. Raises BadInput with every error."""
    return _read(path, TO_ISSUE, "attendee", _why_no_name)


def _read(path: Path, columns: Columns, once: str, why_not: Callable[[str], str]) -> list[CodeRow]:
    """The rows; in the column `once` no value may occur twice, or be refused by `why_not`."""
    faults: list[str] = []
    found: list[CodeRow] = []
    seen: dict[str, int] = {}
    with importing(path):
        for row in csv_file.rows(read_text(path, LARGEST_FILE_BYTES), columns):
            wrong = [*row.faults, *_faults(row.values, once, why_not)]
            wrong += _repeated(row, once, seen)
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


def _faults(values: Mapping[str, str], once: str, why_not: Callable[[str], str]) -> Iterator[str]:
    rules: dict[str, Callable[[str], str]]
    rules = {"attendee": _why_no_name, "expires_at": _why_no_time, once: why_not}
    for name, rule in rules.items():
        if name in values and (why := rule(values[name])):
            yield f"{name} {_shown(values[name])} {why}"


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


def _why_no_name(name: str) -> str:
    if not name:
        return "is empty; it is what you call the attendee, e.g. the number of the badge"
    if len(name) > _LONGEST_NAME or not name.isprintable():
        return f"is to be one line of at most {_LONGEST_NAME} characters"
    return ""


def _why_no_time(text: str) -> str:
    try:
        is_aware = datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        is_aware = False
    return "" if is_aware else "is to be a time like 2026-11-22T18:00:00+01:00"
