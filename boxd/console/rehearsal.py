"""The rehearsal: begun with so many people, ended in one step."""

from __future__ import annotations

from starlette.responses import Response

from boxd.api import rehearsal as api
from boxd.console.section import HOME, Act, ConsoleSection, go
from boxd.console.visit import ConsoleVisit
from boxd.errors import BadInput
from boxd.ledger.rehearsal import MOST_PEOPLE
from boxd.words import N_
from boxd.words import gettext as _

PATH = f"{HOME}/rehearsal"


async def show(visit: ConsoleVisit) -> Response:
    """Who rehearses, and how it goes on."""
    found = await visit.act(api.rehearsal)
    return visit.page("rehearsal.html", N_("Rehearsal"), people=found["people"])


async def begin(visit: ConsoleVisit) -> Response:
    """Let people rehearse."""
    people = visit.number("people")
    if not 1 <= people <= MOST_PEOPLE:
        raise BadInput(_("Give a number from 1 to {}.").format(MOST_PEOPLE))
    await visit.act(api.begin_rehearsal, body={"people": people})
    return go(PATH, said="begun")


async def end(visit: ConsoleVisit) -> Response:
    """End it."""
    await visit.act(api.end_rehearsal, body={})
    return go(PATH, said="ended")


SECTION = ConsoleSection(
    path=PATH,
    title=N_("Rehearsal"),
    needs=api.begin_rehearsal,
    show=show,
    acts={"/begin": Act(begin, show), "/end": Act(end, show)},
    said={
        "begun": N_("The rehearsal is on; the box's screen says so, too."),
        "ended": N_("The rehearsal is over, and nothing of it is left."),
    },
)
