"""The attendants' inbox: who waits for a verdict, longest first, and ten seconds to undo."""

from __future__ import annotations

from starlette.responses import Response

from boxd.api import inbox as api
from boxd.api import tasks
from boxd.console.section import Act, ConsoleSection, go
from boxd.console.visit import ConsoleVisit
from boxd.errors import BadInput
from boxd.ledger import task_kinds
from boxd.phones import words
from boxd.task import LONGEST_REASON
from boxd.words import N_
from boxd.words import gettext as _

PATH = "/o/inbox"
_MOST_SHOWN = 25  # the longest waits; the page stays small on a booth's WLAN
READY_REASONS = (
    N_("Something is missing. Look at the task again."),
    N_("It can't be seen clearly. Please show it again."),
    N_("This is not what was asked for."),
)


async def show(visit: ConsoleVisit) -> Response:
    """The page."""
    found = await visit.act(api.inbox_of_attendants)
    places = await visit.context.box.ledger.read(task_kinds.checkpoints)
    return visit.page(
        "inbox.html",
        N_("Inbox"),
        inbox={**found, "waiting": found["waiting"][:_MOST_SHOWN]},
        places={each.id: each.name for each in places},
        reasons=[_(each) for each in READY_REASONS],
        longest_reason=LONGEST_REASON,
        is_address=words.is_address,
    )


async def photo(visit: ConsoleVisit) -> Response:
    """The photo of a task; no browser keeps it."""
    visit.require(tasks.photo)
    return await tasks.photo(visit.context, str(visit.request.path_params["task"]))


async def judge(visit: ConsoleVisit) -> Response:
    """Approve, or refuse for a ready reason or one that was written."""
    word = visit.form.get("word", "")
    if word not in {"approve", "refuse"}:
        raise BadInput(_("Neither approved nor refused. Open the page again."))
    written = visit.form.get("other", "").strip()
    reason = "" if word == "approve" else written or visit.form.get("reason", "")
    body = {"approved": word == "approve", "reason": reason, "step": visit.number("step")}
    await visit.act(api.judge, task=visit.form.get("task", ""), body=body)
    return go(PATH)


async def undo(visit: ConsoleVisit) -> Response:
    """Take a verdict back."""
    await visit.act(api.undo, task=visit.form.get("task", ""), body={})
    return go(PATH, said="undone")


SECTION = ConsoleSection(
    path=PATH,
    title=N_("Inbox"),
    needs=api.inbox_of_attendants,
    show=show,
    pages={"/photo/{task}": photo},
    acts={"/judge": Act(judge, show), "/undo": Act(undo, show)},
    said={"undone": N_("The decision was undone.")},
)
