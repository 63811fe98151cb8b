"""The kinds of task: made and changed in a form, seen as a phone shows them, taken from files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from starlette.responses import Response

from boxd.api import task_kinds as api
from boxd.console import task_form
from boxd.console.section import HOME, Act, ConsoleSection, go
from boxd.console.task_form import TaskForm
from boxd.console.visit import ConsoleVisit
from boxd.errors import BadInput, NotFound
from boxd.ledger import stock, task_kinds
from boxd.ledger.attendees import Attendee
from boxd.organiser import task_file
from boxd.phones import attendee_view, qr
from boxd.phones.attendee_overview import AttendeeOverview
from boxd.phones.attendee_service import AttendeePage
from boxd.phones.page import HtmlPage
from boxd.phones.page import respond as respond_to_phone
from boxd.task import TaskKind, TaskStanding, TaskState
from boxd.words import N_
from boxd.words import gettext as _
from boxd.words.catalogue import languages

PATH = f"{HOME}/tasks"


async def show(visit: ConsoleVisit) -> Response:
    """The list."""
    return visit.page(
        "tasks.html",
        N_("Tasks"),
        kinds=await visit.context.box.ledger.read(task_kinds.published),
        places=await _places(visit),
    )


async def show_form(visit: ConsoleVisit) -> Response:
    """The form of a new task, or of the one in the address; `version` fills it with an old one."""
    asked, ledger = visit.request.query_params, visit.context.box.ledger
    kind = visit.form.get("kind", "") or asked.get("kind", "")
    versions = await ledger.read(lambda c: task_kinds.versions(c, kind)) if kind else []
    form = TaskForm()
    if visit.form:
        form = task_form.posted(visit.form)
    elif versions:
        newest = versions[0][0].version
        wanted = asked.get("version", str(newest))
        found = next((each for each, _open in versions if str(each.version) == wanted), None)
        if found is None:
            raise NotFound(_("There is no such version."))
        form = task_form.of_version(found, newest, await _places(visit))
    elif kind:
        raise NotFound(_("There is no such task."))
    others = {each: each for each in form.texts or {}}
    return visit.page(
        "task.html",
        N_("A task"),
        task=form,
        versions=versions,
        prizes=await ledger.read(stock.listing),
        known_places=await ledger.read(task_kinds.checkpoints),
        languages=others | languages(),
    )


async def publish(visit: ConsoleVisit) -> Response:
    """Publish what the form says."""
    form = task_form.posted(visit.form)
    ledger = visit.context.box.ledger
    taken = [each.kind.id for each in await ledger.read(task_kinds.published)]
    kind, places = task_form.read(form, await ledger.read(task_kinds.checkpoints), taken)
    await visit.act(api.publish_kinds, body=task_form.body_of([kind], places, form.after))
    return go(PATH, said="published")


async def preview(visit: ConsoleVisit) -> Response:
    """The page of somebody who begins the task, as their phone shows it."""
    known = await visit.context.box.ledger.read(task_kinds.checkpoints)
    kind, places = task_form.read(task_form.posted(visit.form), known, ())
    shown = _page_of(kind, {each.id: each.name for each in places})
    code = qr.svg(visit.place.address, _("QR code"))
    content = attendee_view.content(shown, "preview", code, {}, visit.now)
    page = HtmlPage("attendee.html", _("My tasks"), visit.place.box, content, _("Preview"))
    return respond_to_phone(visit.request, page)


def _page_of(kind: TaskKind, places: dict[str, str]) -> AttendeePage:
    """The page of an attendee who has this one task and nothing else."""
    nobody = Attendee(0, "", "", 0, None)
    standing = TaskStanding(
        task="preview", kind=kind, attendee=0, state=TaskState.OPEN, step=1, since=""
    )
    standing = replace(standing, expires_at=kind.expires_at)
    return AttendeePage(AttendeeOverview(nobody, (standing,), (), places, {}, {}, []), {}, "")


async def withdraw(visit: ConsoleVisit) -> Response:
    """Offer a task to nobody else."""
    await visit.act(api.withdraw_kind, kind=visit.form.get("kind", ""), body={})
    return go(PATH, said="withdrawn")


async def export(visit: ConsoleVisit) -> Response:
    """The offered tasks as a file, or the one that is named."""
    wanted = visit.request.query_params.get("kind", "")
    found = await visit.context.box.ledger.read(task_kinds.published)
    kinds = [each.kind for each in found if (each.kind.id == wanted if wanted else each.is_offered)]
    known = await visit.context.box.ledger.read(task_kinds.checkpoints)
    headers = {
        "Content-Disposition": f'attachment; filename="{_file_name(kinds, wanted)}"',
        "Cache-Control": "no-store",
    }
    return Response(task_file.written(kinds, known), headers=headers, media_type="application/toml")


def _file_name(kinds: list[TaskKind], wanted: str) -> str:
    return f"{kinds[0].id}.toml" if wanted and kinds else "tasks.toml"


async def take_file(visit: ConsoleVisit) -> Response:
    """Publish every task of a file, or none."""
    raw = visit.files.get("file")
    if raw is None:
        raise BadInput(_("Choose a file first."))
    found = task_file.read(raw)
    body = task_form.body_of(found.kinds, found.places, None)
    await visit.act(api.publish_kinds, body=body)
    return go(PATH, said="taken")


async def _places(visit: ConsoleVisit) -> Mapping[str, str]:
    found = await visit.context.box.ledger.read(task_kinds.checkpoints)
    return {each.id: each.name for each in found}


SECTION = ConsoleSection(
    path=PATH,
    title=N_("Tasks"),
    needs=api.publish_kinds,
    show=show,
    pages={"/edit": show_form, "/file": export},
    acts={
        "/edit": Act(publish, show_form),
        "/preview": Act(preview, show_form),
        "/withdraw": Act(withdraw, show),
        "/file": Act(take_file, show),
    },
    said={
        "published": N_("The task is published: phones show it now."),
        "withdrawn": N_(
            "The task is no longer offered. Attendees who have begun it can finish it."
        ),
        "taken": N_("The tasks of the file are published."),
    },
    body_limit=task_file.LARGEST_BYTES + 16 * 1024,
)
