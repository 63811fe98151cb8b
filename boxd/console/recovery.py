"""Playbooks: started, and answered question by question."""

from __future__ import annotations

from starlette.responses import Response

from boxd.api import lockers, prizes
from boxd.api import recoveries as api
from boxd.console.section import HOME, Act, ConsoleSection, go
from boxd.console.visit import ConsoleVisit, whole_number
from boxd.recovery import GIVE_UP, LONGEST_NOTE
from boxd.words import N_, translate

PATH = f"{HOME}/recovery"


async def show(visit: ConsoleVisit) -> Response:
    """What asks a question, what can be started, and what has ended."""
    found = (await visit.act(api.recoveries))["recoveries"]
    return visit.page(
        "recovery.html",
        N_("When something stands still"),
        asking=[each for each in found if not each["ended_at"]],
        ended=[each for each in found if each["ended_at"] and not each["parent"]],
        playbooks=(await visit.act(api.playbooks))["playbooks"],
        lockers=(await visit.act(lockers.lockers))["lockers"],
        prizes=(await visit.act(prizes.prizes))["prizes"],
        give_up=GIVE_UP,
        longest_note=LONGEST_NOTE,
        translate=translate,
    )


async def record(visit: ConsoleVisit) -> Response:
    """What was asked, found, answered and booked, to be printed."""
    recovery = visit.request.query_params.get("recovery", "")
    return visit.page(
        "record.html",
        N_("Record of a playbook"),
        recoveries=(await visit.act(api.recovery_record, recovery=recovery))["recoveries"],
    )


async def start(visit: ConsoleVisit) -> Response:
    """Start a playbook."""
    locker = visit.form.get("locker", "")
    body = {
        "playbook": visit.form.get("playbook", ""),
        "locker": whole_number(locker, "locker") if locker else None,
        "sku": visit.form.get("sku") or None,
    }
    await visit.act(api.start_recovery, body=body)
    return go(PATH, said="begun")


async def answer(visit: ConsoleVisit) -> Response:
    """Answer a question."""
    choice, count = visit.form.get("choice", ""), visit.form.get("count", "")
    body = {
        "choice": choice,
        "number": visit.number("number"),
        "count": whole_number(count, "count") if count and choice != GIVE_UP else None,
        "note": visit.form.get("note", ""),
    }
    await visit.act(api.answer_recovery, recovery=visit.form.get("recovery", ""), body=body)
    return go(PATH, said="answered")


SECTION = ConsoleSection(
    path=PATH,
    title=N_("Recovery"),
    needs=api.start_recovery,
    show=show,
    pages={"/record": record},
    acts={"/start": Act(start, show), "/answer": Act(answer, show)},
    said={
        "begun": N_("It has begun: answer its question."),
        "answered": N_("The answer is written down."),
    },
)
