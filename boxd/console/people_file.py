"""A file with people: the column chosen by the person, a dry run with lines, then taken."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response

from boxd import names
from boxd.api import attendees as api
from boxd.console.section import go
from boxd.console.visit import ConsoleVisit
from boxd.errors import BadInput, NotFound
from boxd.ledger import attendee_list, attendees
from boxd.ledger.attendee_list import NearTwin
from boxd.ledger.ledger import Ledger
from boxd.lists.matching import guessed
from boxd.lists.spreadsheets import why_mangled
from boxd.lists.table import ListTable, read_table
from boxd.words import N_
from boxd.words import gettext as _

PATH = "/o/people/file"
_AT_ONCE = 1000


@dataclass(frozen=True)
class ChosenPeople:
    """A table, the column of the names, and what taking it would do."""

    key: str
    table: ListTable
    column: int | None
    new: tuple[str, ...]
    known: int
    twins: tuple[NearTwin, ...]
    faults: tuple[str, ...]


async def show(visit: ConsoleVisit) -> Response:
    """Ask for a file; of a chosen one, show its columns and whom it would add."""
    given = {**visit.request.query_params, **visit.form}
    chosen = await _chosen(visit, given) if given.get("upload") else None
    return visit.page("people_file.html", N_("People from a file"), chosen=chosen)


async def choose(visit: ConsoleVisit) -> Response:
    """Take a file into memory, and go to its dry run."""
    visit.require(api.add)
    raw = visit.files.get("file")
    if raw is None:
        raise BadInput(_("Choose a file first."))
    return go(PATH, upload=visit.uploads.keep(await read_table(raw)))


async def take(visit: ConsoleVisit) -> Response:
    """Add everybody who was shown."""
    chosen = await _chosen(visit, visit.form)
    if chosen.faults:
        raise BadInput(_("Correct the lines below in the file, and choose it again."))
    for start in range(0, len(chosen.new), _AT_ONCE):
        await visit.act(api.add, body={"attendees": chosen.new[start : start + _AT_ONCE]})
    return go("/o/people", said="taken")


async def _chosen(visit: ConsoleVisit, given: Mapping[str, str]) -> ChosenPeople:
    table = visit.uploads.require(given.get("upload", ""))
    text = given.get("column", "")
    column = int(text) if text.isdigit() else guessed(table.header, ["reference"])["reference"]
    found, faults = _read(table, column)
    ledger = visit.context.box.ledger
    new = await _new(ledger, found)
    known = await ledger.read(lambda c: attendee_list.near_twins(c, found))
    return ChosenPeople(
        key=given.get("upload", ""),
        table=table,
        column=column,
        new=tuple(new),
        known=len(found) - len(new),
        twins=(*known, *(NearTwin(*each) for each in names.spelled_twice(new))),
        faults=tuple(faults),
    )


def _read(table: ListTable, column: int | None) -> tuple[list[str], list[str]]:
    """Everybody in the column, once each, and what is wrong with its lines."""
    if column is None:
        return [], [_("Choose the column with the badge ids or names.")]
    found: dict[str, int] = {}
    faults = []
    for row in table.rows:
        name = table.cell(row, column)
        why = why_mangled(name) or names.why_refused(name)
        if why:
            faults.append(f"line {row.line}: {name[:40]} {why}")
        found.setdefault(name, row.line)
    return list(found), faults


async def _new(ledger: Ledger, named: list[str]) -> list[str]:
    """Those whom the box does not know yet."""

    def unknown(connection: sqlite3.Connection) -> list[str]:
        return [name for name in named if not _is_known(connection, name)]

    return await ledger.read(unknown)


def _is_known(connection: sqlite3.Connection, name: str) -> bool:
    try:
        attendees.named(connection, name)
    except NotFound:
        return False
    return True
