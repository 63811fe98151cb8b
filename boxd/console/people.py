"""People: found by badge, name, number or a code's digits; added one by one or from a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from boxd.api import attendees as api
from boxd.api import codes, switches
from boxd.console import people_file, person
from boxd.console.section import Act, ConsoleSection, go
from boxd.console.visit import ConsoleVisit
from boxd.errors import NotFound
from boxd.ledger import attendees
from boxd.ledger.switches import Switch
from boxd.lists.table import LARGEST_BYTES
from boxd.words import N_

PATH = "/o/people"
_MOST = 50
_SHORTEST_CODE = 6


async def show(visit: ConsoleVisit) -> Response:
    """The search, with what it has found. Posted, so that digits stay out of addresses."""
    text = visit.form.get("search", "").strip()
    found = await _found(visit, text) if text else []
    walk_ups = False
    if visit.may(switches.turn_switch):
        told = await visit.act(switches.switches)
        walk_ups = any(each["on"] for each in told["switches"] if each["name"] == Switch.WALK_UPS)
    return visit.page(
        "people.html",
        N_("People"),
        search=text,
        found=found,
        most=_MOST,
        walk_ups=walk_ups,
        may_turn=visit.may(switches.turn_switch),
    )


async def turn_walk_ups(visit: ConsoleVisit) -> Response:
    """Switch the poster's page on or off."""
    on = visit.form.get("on") == "yes"
    await visit.act(switches.turn_switch, name=Switch.WALK_UPS, body={"on": on})
    return go(PATH, said="walk-ups-on" if on else "walk-ups-off")


async def add(visit: ConsoleVisit) -> Response:
    """Add somebody, and go to their page."""
    body = {"attendees": (visit.form.get("name", ""),)}
    added = await visit.act(api.add, body=body)
    return go(f"{PATH}/{added['attendees'][0]['number']}", said="added")


async def _found(visit: ConsoleVisit, text: str) -> list[Mapping[str, Any]]:
    """Whom the text can mean: by a code's digits first, then by all spellings of a name."""
    by_code = await _with_code(visit, "".join(text.split()))
    query = {"search": text, "limit": str(_MOST)}
    named = (await visit.act(api.attendees, query=query))["attendees"]
    return [*by_code, *(each for each in named if each not in by_code)]


async def _with_code(visit: ConsoleVisit, digits: str) -> list[Mapping[str, Any]]:
    if not (digits.isascii() and digits.isdigit() and len(digits) >= _SHORTEST_CODE):
        return []
    try:
        code = (await visit.act(codes.find_code, body={"code": digits}))["code"]
        who = code["attendee"]
        number = (await visit.context.box.ledger.read(lambda c: attendees.named(c, who))).number
    except NotFound:
        return []
    found = await visit.act(api.attendees, query={"numbers": str(number)})
    return list(found["attendees"])


SECTION = ConsoleSection(
    path=PATH,
    title=N_("People"),
    needs=api.attendees,
    show=show,
    pages={"/file": people_file.show, "/{number:int}": person.show},
    acts={
        "/search": Act(show, show),
        "/add": Act(add, show),
        "/walk-ups": Act(turn_walk_ups, show),
        "/file": Act(people_file.choose, people_file.show),
        "/file/take": Act(people_file.take, people_file.show),
        "/{number:int}/card": Act(person.show_card, person.show),
        "/{number:int}/code": Act(person.issue, person.show),
        "/{number:int}/digits": Act(person.reveal, person.show),
        "/{number:int}/void": Act(person.void, person.show),
        "/{number:int}/issue-again": Act(person.issue_again, person.show),
        "/{number:int}/give-up": Act(person.give_up, person.show),
        "/{number:int}/forget": Act(person.forget, person.show),
    },
    said={
        "walk-ups-on": N_("The poster gives cards to phones from now on."),
        "walk-ups-off": N_("The poster gives no cards any more. Cards that were taken stay good."),
        "added": N_("The person was added."),
        "taken": N_("The people in the file were added."),
        "voided": N_("The code is void, and its prize is back in stock."),
        "issued": N_("The code is being issued again."),
        "given-up": N_("The task was given up."),
        "forgotten": N_("The person was forgotten."),
    },
    body_limit=LARGEST_BYTES + 64 * 1024,
)
