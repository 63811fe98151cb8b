"""The API of the attendants' inbox: what waits for a verdict, verdicts that can be undone."""

from __future__ import annotations

import sqlite3

from boxd.api import task_scopes
from boxd.api.bodies import ActorBody
from boxd.api.replies import ReplyModel
from boxd.api.request_context import BoxContext
from boxd.api.tasks import TaskId, VerdictBody
from boxd.ledger import attendees, inbox, pending_verdicts, verdicts
from boxd.ledger.ledger import as_text
from boxd.ledger.task_standings import require
from boxd.machine_clock import utc_now
from boxd.task import Demand, Verdict

_MOST = 50


class InboxTaskReply(ReplyModel):
    """A task that waits for a verdict; `step` goes with the verdict.

    `has_photo`: what was handed in is a photo, `GET /tasks/{task}/photo`.
    """

    task: str
    step: int
    name: str
    text: str
    attendee: str
    since: str
    scanned: tuple[str, ...]
    handed_in: str
    has_photo: bool
    last_refusal: str
    tries_left: int


class PendingReply(ReplyModel):
    """A verdict that can still be undone, for `left_s` seconds."""

    task: str
    name: str
    attendee: str
    approved: bool
    reason: str
    actor: str
    left_s: float


class InboxReply(ReplyModel):
    """The longest waits, how many there are in all, and what was just judged."""

    waiting: tuple[InboxTaskReply, ...]
    count: int
    pending: tuple[PendingReply, ...]


class GivenReply(ReplyModel):
    """The verdict is kept, and final after `undo_s` seconds."""

    task: str
    undo_s: int


class UndoneReply(ReplyModel):
    """The verdict is undone."""

    task: str


async def inbox_of_attendants(context: BoxContext) -> InboxReply:
    """What waits for a verdict, longest first, and the verdicts that can be undone."""
    now = utc_now()
    at = as_text(now)
    kinds = context.caller.scope.kinds

    def look(connection: sqlite3.Connection) -> InboxReply:
        pending = [
            each
            for each in pending_verdicts.all_of(connection)
            if not kinds or require(connection, each.task).kind.id in kinds
        ]
        judged = {each.task for each in pending}
        found = inbox.waiting_tasks(connection, at, _MOST + len(judged), kinds)
        waiting = [task for task in found if task not in judged][:_MOST]
        texts = verdicts.handed_in(connection, waiting)
        return InboxReply(
            waiting=tuple(_waiting(connection, task, texts.get(task, "")) for task in waiting),
            count=inbox.waiting(connection, at, kinds).count - len(judged.intersection(found)),
            pending=tuple(
                PendingReply(
                    task=each.task,
                    name=require(connection, each.task).kind.name,
                    attendee=_name(connection, require(connection, each.task).attendee),
                    approved=each.approved,
                    reason=each.reason,
                    actor=each.actor,
                    left_s=each.left_s(now),
                )
                for each in pending
            ),
        )

    return await context.box.ledger.read(look)


async def judge(context: BoxContext, task: TaskId, body: VerdictBody) -> GivenReply:
    """Give a verdict that can be undone for ten seconds."""
    await task_scopes.require_task(context, task)
    verdict = Verdict(
        id=context.key,
        task=task,
        approved=body.approved,
        actor=context.actor(body.actor),
        reason=body.reason,
        step=body.step or 0,
    )
    await context.box.verdicts.give(verdict)
    return GivenReply(task=task, undo_s=pending_verdicts.UNDO_S)


async def undo(context: BoxContext, task: TaskId, body: ActorBody) -> UndoneReply:
    """Take a verdict back before it is final."""
    await task_scopes.require_task(context, task)
    await context.box.verdicts.undo(task, context.actor(body.actor))
    return UndoneReply(task=task)


def _waiting(connection: sqlite3.Connection, task: str, handed_in: str) -> InboxTaskReply:
    standing = require(connection, task)
    has_photo = standing.kind.submission is Demand.PHOTO
    return InboxTaskReply(
        task=task,
        step=standing.step,
        name=standing.kind.name,
        text=standing.kind.text,
        attendee=_name(connection, standing.attendee),
        since=standing.since,
        scanned=standing.scanned,
        handed_in="" if has_photo else handed_in,
        has_photo=has_photo,
        last_refusal=standing.last_refusal,
        tries_left=standing.tries_left,
    )


def _name(connection: sqlite3.Connection, attendee: int) -> str:
    who = attendees.find(connection, attendee)
    return who.reference or who.pseudonym
