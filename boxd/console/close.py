"""The end of the event, step by step, each with what is true of it now."""

from __future__ import annotations

from starlette.responses import Response

from boxd.api import attendees, backups, event
from boxd.console.section import HOME, Act, ConsoleSection, go
from boxd.console.visit import ConsoleVisit
from boxd.errors import BadInput
from boxd.words import N_
from boxd.words import gettext as _

PATH = f"{HOME}/close"


async def show(visit: ConsoleVisit) -> Response:
    """The checklist."""
    return visit.page(
        "close.html",
        N_("Close the event"),
        event=await visit.act(event.event),
        has_upstream=visit.context.box.upstream is not None,
    )


async def close(visit: ConsoleVisit) -> Response:
    """Void what is out, and begin nothing any more."""
    await visit.act(event.close_event, body={})
    return go(PATH, said="closed")


async def reopen(visit: ConsoleVisit) -> Response:
    """Open it again."""
    await visit.act(event.open_event, body={})
    return go(PATH, said="opened")


async def back_up(visit: ConsoleVisit) -> Response:
    """Make a backup now."""
    made = await visit.act(backups.back_up)
    return go(PATH, said="made" if made.get("backup") else "being-made")


async def forget(visit: ConsoleVisit) -> Response:
    """Forget everybody."""
    if "sure" not in visit.form:
        raise BadInput(_("Tick the box to say that you are sure."))
    await visit.act(attendees.forget, body={"everybody": True})
    return go(PATH, said="forgotten")


SECTION = ConsoleSection(
    path=PATH,
    title=N_("Close the event"),
    needs=event.close_event,
    show=show,
    acts={
        "/close": Act(close, show),
        "/open": Act(reopen, show),
        "/back-up": Act(back_up, show),
        "/forget": Act(forget, show),
    },
    said={
        "closed": N_("The event is closed: codes that were out are void."),
        "opened": N_("The event is open again. Voided codes stay void."),
        "made": N_("The backup is made."),
        "being-made": N_("The backup is being made."),
        "forgotten": N_("Everyone was forgotten."),
    },
)
