"""What is printed from the browser: cards, vouchers, signs, the WLAN's sign, the operators' sheet.

Each is a page of its own that any browser prints on A4 and on Letter.
"""

from __future__ import annotations

from pathlib import Path

from starlette.responses import FileResponse, Response

from boxd import names
from boxd.api import codes, links
from boxd.api import prizes as api_prizes
from boxd.api import sheets as api_sheets
from boxd.console.section import HOME, Act, ConsoleSection
from boxd.console.visit import ConsoleVisit
from boxd.errors import BadInput, NotFound, Refused
from boxd.handbook.shelf import find_shelf
from boxd.ledger import checkpoints
from boxd.ledger.printed import Sheet
from boxd.phones import sheets, walk_up_routes
from boxd.phones.link_service import NO_ADDRESS, AttendeeLink, CheckpointLink
from boxd.web.page_policy import SHEET_POLICY
from boxd.words import N_, translate
from boxd.words import gettext as _

_MOST_CARDS = 1000
_MOST_VOUCHERS = 200
_OPERATORS = "operators.pdf"


async def show(visit: ConsoleVisit) -> Response:
    """The page."""
    prizes = (await visit.act(api_prizes.prizes))["prizes"]
    return visit.page(
        "printing.html",
        N_("Print"),
        prizes=[prize for prize in prizes if prize["on_hand"]],
        signs=await visit.context.box.ledger.read(checkpoints.signs),
        has_sheet=_operators_sheet() is not None,
    )


async def cards(visit: ConsoleVisit) -> Response:
    """A card for each line of the form; new attendees are added."""
    lines = visit.form.get("attendees", "").splitlines()
    named = list(dict.fromkeys(name for line in lines if (name := names.cleaned(line))))
    if not named:
        raise BadInput(_("Enter at least one name, one on each line."))
    if len(named) > _MOST_CARDS:
        raise BadInput(_("At most {} names at once.").format(_MOST_CARDS))
    renew = visit.form.get("renew") == "yes"
    made = await visit.act(links.attendee_links, body={"attendees": tuple(named), "renew": renew})
    found = [AttendeeLink(**each) for each in made["links"]]
    await _note(visit, Sheet.CARDS, len(found))
    return _sheet(sheets.attendee_sheets(found, visit.place.box))


async def signs(visit: ConsoleVisit) -> Response:
    """A sign for the chosen checkpoint, or for all."""
    wanted = [each] if (each := visit.form.get("checkpoint", "")) else []
    made = await visit.act(links.checkpoint_links, body={"checkpoints": tuple(wanted)})
    found = [CheckpointLink(**each) for each in made["links"]]
    await _note(visit, Sheet.SIGNS, len(found))
    return _sheet(sheets.checkpoint_sheets(found, visit.place.box))


async def vouchers(visit: ConsoleVisit) -> Response:
    """Make so many codes for one name, and print a voucher for each."""
    count = visit.number("count")
    if not 1 <= count <= _MOST_VOUCHERS:
        raise BadInput(_("Give a number from 1 to {}.").format(_MOST_VOUCHERS))
    body = {"attendee": visit.form.get("for", ""), "sku": visit.form.get("sku") or None}
    made = await visit.act(codes.issue_codes, body=body | {"count": count})
    is_named = visit.form.get("named") == "yes"
    found = [
        sheets.voucher_of(each, each["attendee"] if is_named else "") for each in made["codes"]
    ]
    await _note(visit, Sheet.VOUCHERS, len(found))
    return _sheet(sheets.voucher_sheets(found, visit.place.box))


async def network(visit: ConsoleVisit) -> Response:
    """A sign by which phones join the booth's WLAN. Nothing of it is kept."""
    name = visit.form.get("network", "").strip()
    if not name:
        raise BadInput(_("Enter the network's name."))
    await _note(visit, Sheet.NETWORK, 1)
    return _sheet(sheets.network_sheet(name, visit.form.get("password", ""), visit.place.box))


async def poster(visit: ConsoleVisit) -> Response:
    """The poster by which somebody without a card gets one."""
    address = visit.context.box.phones.address
    if address is None:
        raise Refused(translate(NO_ADDRESS))
    made = CheckpointLink("poster", _("Take part"), f"{address}{walk_up_routes.PATH}")
    await _note(visit, Sheet.POSTER, 1)
    return _sheet(sheets.checkpoint_sheets([made], visit.place.box))


async def operators_sheet(visit: ConsoleVisit) -> Response:
    """The operators' page, for the booth's wall."""
    file = _operators_sheet()
    if file is None:
        raise NotFound(_("This box has no operators' sheet; the installed package has one."))
    return FileResponse(file, media_type="application/pdf")


async def _note(visit: ConsoleVisit, sheet: Sheet, count: int) -> None:
    await visit.act(api_sheets.note_printed, body={"sheet": sheet, "count": count})


def _operators_sheet() -> Path | None:
    shelf = find_shelf()
    file = shelf.folder / _OPERATORS if shelf else None
    return file if file and file.is_file() else None


def _sheet(document: str) -> Response:
    headers = {"Content-Security-Policy": SHEET_POLICY, "Cache-Control": "no-store"}
    return Response(document, media_type="text/html", headers=headers)


SECTION = ConsoleSection(
    path=f"{HOME}/print",
    title=N_("Print"),
    needs=links.checkpoint_links,
    show=show,
    pages={f"/{_OPERATORS}": operators_sheet},
    acts={
        "/cards": Act(cards, show),
        "/signs": Act(signs, show),
        "/vouchers": Act(vouchers, show),
        "/network": Act(network, show),
        "/poster": Act(poster, show),
    },
)
