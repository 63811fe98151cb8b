"""A file with prizes: columns matched by the person, the difference shown, then taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response

from boxd.api import prizes as api
from boxd.console.prize_difference import COLUMNS, PrizeDifference, difference
from boxd.console.section import go
from boxd.console.visit import ConsoleVisit
from boxd.errors import BadInput
from boxd.ledger import imported_files, stock
from boxd.ledger.imported_files import FilePurpose, TakenFile
from boxd.lists.matching import guessed
from boxd.lists.table import ListTable, read_table
from boxd.words import N_
from boxd.words import gettext as _

PATH = "/o/prizes/file"
_CALLED = {
    "name": N_("Name"),
    "units": N_("Units"),
    "sku": N_("SKU (made from the name if empty)"),
    "weight": N_("Chance to be drawn (1 if empty)"),
    "variant": N_("Variant, such as a size (a line for each)"),
}


@dataclass(frozen=True)
class ChosenFile:
    """A table with its columns matched, and what it would change."""

    key: str
    table: ListTable
    matching: Mapping[str, int | None]
    is_count: bool
    difference: PrizeDifference
    taken: TakenFile | None


async def show(visit: ConsoleVisit) -> Response:
    """Ask for a file; of a chosen one, show the columns and the difference."""
    given = {**visit.request.query_params, **visit.form}
    chosen = await _chosen(visit, given) if given.get("upload") else None
    return visit.page("prize_file.html", N_("Prizes from a file"), chosen=chosen, called=_CALLED)


async def choose(visit: ConsoleVisit) -> Response:
    """Take a file into memory, and go to its difference."""
    visit.require(api.import_prizes)
    raw = visit.files.get("file")
    if raw is None:
        raise BadInput(_("Choose a file first."))
    return go(PATH, upload=visit.uploads.keep(await read_table(raw)))


async def take(visit: ConsoleVisit) -> Response:
    """Write what was shown."""
    chosen = await _chosen(visit, visit.form)
    if chosen.difference.faults:
        raise BadInput(_("Correct the lines below in the file, and choose it again."))
    prizes = [each.prize for each in chosen.difference.changes if not each.is_sorted_out]
    if not prizes:
        raise BadInput(_("This file changes nothing."))
    body = {
        "prizes": tuple(each.model_dump(mode="json") for each in prizes),
        "units_are": "counted" if chosen.is_count else "received",
        "file": {"digest": chosen.table.digest, "again": "again" in visit.form},
    }
    await visit.act(api.import_prizes, body=body)
    return go("/o/prizes", said="taken")


async def _chosen(visit: ConsoleVisit, given: Mapping[str, str]) -> ChosenFile:
    table = visit.uploads.require(given.get("upload", ""))
    ledger = visit.context.box.ledger
    prizes = {str(each["sku"]): each for each in await ledger.read(stock.listing)}
    matching = _matching(table, given)
    is_count = given.get("how") == "set"
    return ChosenFile(
        key=given.get("upload", ""),
        table=table,
        matching=matching,
        is_count=is_count,
        difference=difference(table, matching, prizes, is_count),
        taken=await ledger.read(lambda c: imported_files.find(c, table.digest, FilePurpose.PRIZES)),
    )


def _matching(table: ListTable, given: Mapping[str, str]) -> dict[str, int | None]:
    """The columns as the person matched them, or a guess before."""
    if not any(f"column-{each}" in given for each in COLUMNS):
        return guessed(table.header, COLUMNS)
    places = {each: given.get(f"column-{each}", "") for each in COLUMNS}
    return {each: int(text) if text.isdigit() else None for each, text in places.items()}
