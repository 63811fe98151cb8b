"""What the box does by itself: schedules, backups, and the events that wait for upstream."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response

from boxd.api import backups, housekeeping, notices, outbox
from boxd.api.backups import DownloadQuery
from boxd.console.section import HOME, Act, ConsoleSection, go
from boxd.console.visit import ConsoleVisit
from boxd.errors import BoxdError
from boxd.words import N_, translate

_MOST_EVENTS = 50


@dataclass(frozen=True)
class _Schedules:
    """The schedules, or why they can't be seen."""

    found: Sequence[object]
    why: str = ""


async def show(visit: ConsoleVisit) -> Response:
    """The page."""
    waiting = await visit.act(outbox.outbox, query={"limit": _MOST_EVENTS})
    dead = await visit.act(outbox.outbox, query={"limit": _MOST_EVENTS, "dead": "1"})
    return visit.page(
        "upkeep.html",
        N_("Upkeep"),
        schedules=await _schedules(visit),
        backups=(await visit.act(backups.backups))["backups"],
        upstream=waiting["upstream"],
        waiting=waiting["events"],
        dead=dead["events"],
        ways=(await visit.act(notices.notice_ways))["ways"],
    )


async def run(visit: ConsoleVisit) -> Response:
    """Start a run of a schedule."""
    name = visit.form.get("name", "")
    await visit.act(housekeeping.run_schedule, name=name, body={})
    return go(f"{HOME}/upkeep", said="started")


async def back_up(visit: ConsoleVisit) -> Response:
    """Make a backup now."""
    made = await visit.act(backups.back_up)
    return go(f"{HOME}/upkeep", said="made" if made["backup"] else "being-made")


async def download(visit: ConsoleVisit) -> Response:
    """A backup as a file; who took it is recorded. Raises NotFound."""
    visit.require(backups.download_backup)
    file = visit.request.query_params.get("file", "")
    return await backups.download_backup(visit.context, file, DownloadQuery())


async def resend(visit: ConsoleVisit) -> Response:
    """Send everything again that upstream refused."""
    await visit.act(outbox.resend, body={})
    return go(f"{HOME}/upkeep", said="resent")


async def _schedules(visit: ConsoleVisit) -> _Schedules:
    try:
        return _Schedules((await visit.act(housekeeping.schedules))["schedules"])
    except BoxdError as error:  # Temporal is away; the rest of the page is not about it
        return _Schedules((), translate(str(error)))


SECTION = ConsoleSection(
    path=f"{HOME}/upkeep",
    title=N_("Upkeep"),
    needs=housekeeping.schedules,
    show=show,
    pages={"/backup": download},
    acts={"/run": Act(run, show), "/back-up": Act(back_up, show), "/resend": Act(resend, show)},
    said={
        "started": N_("It has been started. Its result is shown here."),
        "made": N_("The backup is made."),
        "being-made": N_("The backup is being made. It is listed here when it is whole."),
        "resent": N_("They are being sent again."),
    },
)
