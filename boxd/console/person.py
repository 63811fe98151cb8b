"""One person: their tasks and codes, a card again, a code again, void, forget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from boxd.api import attendees as api
from boxd.api import codes, links, tasks
from boxd.console.section import go
from boxd.console.visit import ConsoleVisit
from boxd.errors import BadInput
from boxd.ledger import attendees, stock, task_standings
from boxd.phones import qr, words
from boxd.task import WITHOUT_CODE
from boxd.words import gettext as _


async def show(visit: ConsoleVisit) -> Response:
    """The person's page."""
    return await _page(visit)


async def show_card(visit: ConsoleVisit) -> Response:
    """The person's link as a QR code, to print or for their camera; a new one ends the old."""
    body = {"attendees": (await _reference(visit),), "renew": "renew" in visit.form}
    made = await visit.act(links.attendee_links, body=body)
    return await _page(visit, card=made["links"][0]["url"])


async def issue(visit: ConsoleVisit) -> Response:
    """Make a code for the person, and show its digits."""
    body = {"attendee": await _reference(visit), "sku": visit.form.get("sku") or None}
    made = await visit.act(codes.issue_codes, body=body)
    return await _page(visit, new_codes=made["codes"])


async def reveal(visit: ConsoleVisit) -> Response:
    """Show the digits of a code, which is recorded."""
    found = await visit.act(codes.code, code=visit.number("code"), query={"reveal": "1"})
    return await _page(visit, new_codes=[found["code"]])


async def void(visit: ConsoleVisit) -> Response:
    """End a code that was not used."""
    body = {"reason": visit.form.get("reason", "")}
    await visit.act(codes.void_code, code=visit.number("code"), body=body)
    return go(_path(visit), said="voided")


async def issue_again(visit: ConsoleVisit) -> Response:
    """Issue the code of a task again that ended without one."""
    await visit.act(tasks.issue_again, task=visit.form.get("task", ""), body={})
    return go(_path(visit), said="issued")


async def give_up(visit: ConsoleVisit) -> Response:
    """End a task that nobody will finish."""
    body = {"reason": visit.form.get("reason", "")}
    await visit.act(tasks.withdrawal, task=visit.form.get("task", ""), body=body)
    return go(_path(visit), said="given-up")


async def forget(visit: ConsoleVisit) -> Response:
    """Delete all that is known of the person."""
    if "sure" not in visit.form:
        raise BadInput(_("Tick the box to say that you are sure."))
    who = await visit.context.box.ledger.read(lambda c: attendees.find(c, _number(visit)))
    await visit.act(api.forget, body={"attendees": (who.pseudonym,)})
    return go(_path(visit), said="forgotten")


async def _page(
    visit: ConsoleVisit, card: str = "", new_codes: Sequence[Mapping[str, Any]] = ()
) -> Response:
    number, ledger = _number(visit), visit.context.box.ledger
    who = await ledger.read(lambda c: attendees.find(c, number))
    details = await visit.act(api.attendee, query={"name": who.pseudonym})
    standings = await ledger.read(lambda c: task_standings.of_attendee(c, number))
    return visit.page(
        "person.html",
        who.reference or who.pseudonym,
        who=who,
        details=details,
        tasks=standings,
        without_code=WITHOUT_CODE,
        prizes=await ledger.read(stock.listing),
        card=card,
        card_qr=qr.svg(card, _("QR code")) if card else "",
        new_codes=new_codes,
        label=words.label,
        code_label=words.code_label,
        grouped=words.grouped,
    )


def _number(visit: ConsoleVisit) -> int:
    return visit.path_number("number")


def _path(visit: ConsoleVisit) -> str:
    return f"/o/people/{_number(visit)}"


async def _reference(visit: ConsoleVisit) -> str:
    number = _number(visit)
    who = await visit.context.box.ledger.read(lambda c: attendees.require_known(c, number))
    return str(who.reference)
