"""The console's first page: the day so far, who waits, alarms with their remedies, the bays."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from markupsafe import Markup
from starlette.responses import Response

from boxd.api import alarms as api_alarms
from boxd.api import box, lockers, prizes, tasks
from boxd.console.day import by_quarter, day_begins, forecast, since, units
from boxd.console.remedies import remedies
from boxd.console.section import HOME, Act, ConsoleSection, go
from boxd.console.set_up import SetUpStep, steps
from boxd.console.visit import ConsoleVisit
from boxd.errors import BadInput
from boxd.ledger import alarms, dispensed, inbox, set_up_facts, stock, task_counts, task_standings
from boxd.ledger.dispensed import DispensedUnits
from boxd.ledger.inbox import Waiting
from boxd.ledger.ledger import as_text, changes_seen
from boxd.ledger.set_up_facts import SetUpFacts
from boxd.task import WITHOUT_CODE, TaskState
from boxd.web.sparkline import sparkline
from boxd.words import N_, current, ngettext, translate

_MOST_ISSUED = 200  # in one press: each is a workflow of its own


@dataclass(frozen=True)
class _Day:
    """What the ledger says of the day."""

    given: list[DispensedUnits]
    stock: list[dict[str, object]]
    waiting: Waiting
    without_code: dict[TaskState, int]
    facts: SetUpFacts
    alarms: list[dict[str, object]]  # not the snapshot's, which follows an act a moment later


def _bays(visit: ConsoleVisit) -> list[dict[str, Any]]:
    """The bays in the reader's language; the snapshot has them in the box's."""
    found = [bay.view().as_json() for bay in visit.context.box.bays.values()]
    for each in found:
        if last := each["last"]:
            each["last"] = last | {"text": translate(last["text"])}
    return found


async def show(visit: ConsoleVisit) -> Response:
    """The page. Its content is made once for all consoles that may do and read the same."""
    shows = (
        await visit.context.box.ledger.read(changes_seen),
        visit.context.served.snapshots.snapshot()["version"],
        current().language,
        visit.session.role,
        visit.session.scope,
    )
    return visit.page(
        "home.html", N_("Home"), day=await visit.kept.get(shows, lambda: _content(visit))
    )


async def _content(visit: ConsoleVisit) -> Markup:
    """What the page shows."""
    now = visit.now
    begins, at = as_text(day_begins(now)), as_text(now)

    def look(connection: sqlite3.Connection) -> _Day:
        return _Day(
            given=dispensed.by_quarter(connection, begins, None),
            stock=stock.countable(connection),
            waiting=inbox.waiting(connection, at),
            without_code=task_counts.without_code(connection),
            facts=set_up_facts.look(connection),
            alarms=alarms.active(connection),
        )

    day = await visit.context.box.ledger.read(look)
    snapshot = visit.context.served.snapshots.snapshot()
    line = by_quarter(day.given, now)
    return visit.part(
        "day.html",
        snapshot=snapshot,
        bays=_bays(visit),
        today=units(day.given),
        this_hour=units(since(day.given, now - timedelta(hours=1))),
        line=sparkline(line, _said(line)) if len(line) > 1 else "",
        set_up=_set_up(visit, day.facts),
        codes_out=_total(day.stock, "held"),
        codes_used=_total(day.stock, "dispensed"),
        stock=forecast(day.stock, day.given, now),
        waiting=day.waiting,
        alarms=[
            ({**each, "text": translate(str(each["text"]))}, remedies(each, day.without_code))
            for each in day.alarms
        ],
        may_remedy=visit.may(api_alarms.clear_alarm),
        may_issue=visit.may(tasks.issue_again),
    )


def _set_up(visit: ConsoleVisit, facts: SetUpFacts) -> list[SetUpStep]:
    """What is to be done before the first prize goes out; nothing once all of it is."""
    if not visit.may(prizes.add_prize):
        return []
    found = steps(facts, has_phones=visit.context.box.phones.address is not None)
    return [] if all(each.is_done for each in found) else found


async def clear(visit: ConsoleVisit) -> Response:
    """Clear an alarm."""
    await visit.act(api_alarms.clear_alarm, alarm=visit.number("alarm"), body={})
    return go(HOME, said="cleared")


async def put_into_service(visit: ConsoleVisit) -> Response:
    """Use a locker again."""
    body = {"reason": "put into service in the console"}
    await visit.act(lockers.take_into_service, locker=visit.number("locker"), body=body)
    return go(HOME, said="in-service")


async def issue_again(visit: ConsoleVisit) -> Response:
    """Issue the codes of all tasks again that ended in one state without theirs."""
    visit.require(tasks.issue_again)
    state = visit.form.get("state", "")
    if state not in {each.value for each in WITHOUT_CODE}:
        raise BadInput("state: these tasks have no code that could be issued again")
    wanted = await visit.context.box.ledger.read(
        lambda c: task_standings.listing(c, TaskState(state), None, _MOST_ISSUED)
    )
    for each in wanted:
        await visit.act(tasks.issue_again, task=each.task, body={})
    return go(HOME, said="issued")


def _total(prizes: list[dict[str, object]], place: str) -> int:
    return sum(int(str(each[place])) for each in prizes)


def _said(line: list[int]) -> str:
    """The line in words."""
    total = sum(line)
    return ngettext(
        "{} prize given out today, by quarter of an hour",
        "{} prizes given out today, by quarter of an hour",
        total,
    ).format(total)


SECTION = ConsoleSection(
    path=HOME,
    title=N_("Home"),
    needs=box.status,
    show=show,
    acts={
        "/clear": Act(clear, show),
        "/in-service": Act(put_into_service, show),
        "/issue-again": Act(issue_again, show),
    },
    said={
        "cleared": N_("The alarm was cleared."),
        "in-service": N_("The locker is in service again."),
        "issued": N_("The codes are being issued again."),
    },
)
