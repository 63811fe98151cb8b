"""What the box does by itself: schedules, backups, and the events that wait for upstream."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from starlette.responses import FileResponse, Response

from boxd.api import housekeeping, outbox
from boxd.console.section import HOME, Act, ConsoleSection, go
from boxd.console.visit import ConsoleVisit
from boxd.errors import BoxdError, NotFound
from boxd.ledger import audit, backup, notices
from boxd.ledger.backup import Listed
from boxd.words import N_, translate
from boxd.words import gettext as _

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
        backups=await _backups(visit),
        upstream=waiting["upstream"],
        waiting=waiting["events"],
        dead=dead["events"],
        ways=await _ways(visit),
    )


async def _ways(visit: ConsoleVisit) -> Sequence[notices.WayStanding]:
    """How the ways of notices stand; none where phones are told nothing."""
    ledger = visit.context.box.ledger
    if (settings := ledger.notices) is None:
        return ()
    return await ledger.read(lambda c: notices.standing(c, settings.ways))


async def run(visit: ConsoleVisit) -> Response:
    """Start a run of a schedule."""
    name = visit.form.get("name", "")
    await visit.act(housekeeping.run_schedule, name=name, body={})
    return go(f"{HOME}/upkeep", said="started")


async def back_up(visit: ConsoleVisit) -> Response:
    """Make a backup now."""
    made = await visit.act(housekeeping.back_up)
    return go(f"{HOME}/upkeep", said="made" if made["backup"] else "being-made")


async def download(visit: ConsoleVisit) -> Response:
    """A backup as a file; who took it is recorded. Raises NotFound."""
    wanted = visit.request.query_params.get("file", "")
    found = next((each for each in await _backups(visit) if each.file.name == wanted), None)
    if found is None:
        raise NotFound(_("There is no such backup any more."))
    actor = visit.context.actor(None)
    entry = audit.Entry(actor, "backup.downloaded", detail={"file": wanted})
    await visit.context.box.ledger.write(lambda tx: audit.append(tx, entry))
    return FileResponse(
        found.file,
        media_type="application/vnd.sqlite3",
        filename=found.file.name,
        headers={"Cache-Control": "no-store"},
    )


async def resend(visit: ConsoleVisit) -> Response:
    """Send everything again that upstream refused."""
    await visit.act(outbox.resend, body={})
    return go(f"{HOME}/upkeep", said="resent")


async def _schedules(visit: ConsoleVisit) -> _Schedules:
    try:
        return _Schedules((await visit.act(housekeeping.schedules))["schedules"])
    except BoxdError as error:  # Temporal is away; the rest of the page is not about it
        return _Schedules((), translate(str(error)))


async def _backups(visit: ConsoleVisit) -> list[Listed]:
    directory: Path = visit.context.box.config.backup_dir
    return await asyncio.to_thread(backup.listing, directory)


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
