"""The API of tasks: start, scan, submit, judge."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any

from pydantic import AliasPath, Field
from starlette.responses import Response

from boxd.api import task_scopes
from boxd.api.bodies import ActorBody, Body, Step, Words
from boxd.api.near_twins import NearTwinReply, near_twins
from boxd.api.queries import PageQuery, Text
from boxd.api.replies import ReplyModel
from boxd.api.request_context import BoxContext
from boxd.errors import BadInput
from boxd.ledger import task_kinds, task_standings
from boxd.task import (
    LONGEST_REASON,
    LONGEST_TEXT,
    Asked,
    Demand,
    Missing,
    Scan,
    Submission,
    TaskReply,
    TaskState,
    Verdict,
    Withdrawal,
)
from boxd.text_fields import Line
from boxd.web import problems

Json = dict[str, Any]
TaskId = Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,100}$")]


class TaskBody(Body):
    """A task to start."""

    example = '{"kind": "hunt", "attendee": "badge-1234"}'

    kind: Line
    attendee: Line


class ScanBody(Body):
    """A checkpoint that was scanned."""

    example = '{"checkpoint": "entrance"}'

    checkpoint: Line


class SubmissionBody(Body):
    """An attendee's submission."""

    example = '{"text": "https://example.org/what-i-made"}'

    text: Words = Field(max_length=LONGEST_TEXT)


class PhotoBody(Body):
    """A photo, JPEG, PNG or WebP, in base64."""

    example = '{"photo": "/9j/4AAQSkZJRg..."}'

    photo: str = Field(min_length=1)


class VerdictBody(Body):
    """An attendant's verdict; a refusal needs a reason."""

    example = '{"approved": false, "reason": "it does not run yet", "step": 3}'

    approved: bool
    reason: Words = Field("", max_length=LONGEST_REASON)
    step: Step | None = None


class WithdrawalBody(Body):
    """A task is given up; why, if somebody says so."""

    example = '{"reason": "the attendee has left"}'

    reason: Words = Field("", max_length=LONGEST_REASON)


class TasksQuery(PageQuery):
    """Which tasks."""

    state: TaskState | None = None
    kind: Text | None = None
    attendee: Text | None = None


class KindReply(ReplyModel):
    """A kind of task that is offered."""

    id: str
    name: str
    text: str
    expires_at: str | None


class CheckpointReply(ReplyModel):
    """A place where attendees scan for tasks."""

    id: str
    name: str


class KindsReply(ReplyModel):
    """The kinds of task that are offered, and the checkpoints."""

    kinds: tuple[KindReply, ...]
    checkpoints: tuple[CheckpointReply, ...]


def _of_kind(name: str) -> Any:
    """A member whose value comes from the kind of the task."""
    return Field(validation_alias=AliasPath("kind", name))


class TaskStandingReply(ReplyModel):
    """A task's standing, what is missing and who has to act; `code` is the code's number.

    Made from a `TaskStanding`.
    """

    id: str = Field(validation_alias="task")
    kind: str = _of_kind("id")
    name: str = _of_kind("name")
    text: str = _of_kind("text")
    attendee: int
    state: TaskState
    step: int
    since: str
    expires_at: str | None
    missing: tuple[Missing, ...]
    awaited_from: str
    checkpoints: tuple[str, ...] = _of_kind("checkpoints")
    needed: int = _of_kind("needed")
    scanned: tuple[str, ...]
    scans_missing: int
    submission: Demand = _of_kind("submission")
    is_submitted: bool
    verdict: bool = _of_kind("verdict")
    tries_used: int
    tries_left: int
    last_refusal: str
    code: int | None


class OneTaskReply(ReplyModel):
    """A task as it is now; `near_twins` when it is started."""

    task: TaskStandingReply
    near_twins: tuple[NearTwinReply, ...] = ()


class TasksReply(ReplyModel):
    """Tasks, newest first; `next` is the cursor of the next part, null at the end."""

    tasks: tuple[TaskStandingReply, ...]
    next: str | None


class TaskDetailsReply(ReplyModel):
    """A task with all that belongs to it, oldest first."""

    task: TaskStandingReply
    scans: tuple[Json, ...]
    submissions: tuple[Json, ...]
    verdicts: tuple[Json, ...]
    issues: tuple[Json, ...]


class TakenReply(ReplyModel):
    """The request was accepted; `is_new` is false if it counted before."""

    is_new: bool
    task: TaskStandingReply


async def kinds(context: BoxContext) -> KindsReply:
    """The kinds of task that are offered, and the checkpoints."""
    scope = context.caller.scope
    offered = await context.box.ledger.read(task_kinds.offered)
    places = await context.box.ledger.read(task_kinds.checkpoints)
    return KindsReply.of(
        kinds=[each for each in offered if scope.has_kind(each.id, each.checkpoints)],
        checkpoints=[each for each in places if scope.has_checkpoint(each.id)],
    )


async def start(context: BoxContext, body: TaskBody) -> OneTaskReply:
    """Start an attendee's task; a second call returns the same task."""
    task_scopes.require_kind(context, body.kind)
    actor = context.actor(body.actor)
    started = await context.box.tasks.start(body.kind, body.attendee, actor)
    twins = await near_twins(context, [body.attendee])
    return OneTaskReply.of(task=started, near_twins=twins)


async def tasks(context: BoxContext, query: TasksQuery) -> TasksReply:
    """Tasks, newest first."""
    found = await context.box.ledger.read(
        lambda c: task_standings.listing(
            c,
            query.state,
            query.kind,
            query.limit,
            query.attendee,
            query.after,
            context.caller.scope,
        )
    )
    return TasksReply.of(tasks=found, next=found[-1].task if len(found) == query.limit else None)


async def task(context: BoxContext, task: TaskId) -> TaskDetailsReply:
    """One task with its scans, submissions, verdicts and issues."""
    await task_scopes.require_task(context, task)
    standing = await context.box.ledger.read(lambda c: task_standings.require(c, task))
    details = await context.box.ledger.read(lambda c: task_standings.details(c, task))
    return TaskDetailsReply.of(task=standing, **details)


async def scan(context: BoxContext, task: TaskId, body: ScanBody) -> TakenReply | Response:
    """Count a checkpoint."""
    await task_scopes.require_scan(context, task, body.checkpoint)
    actor = context.actor(body.actor)
    return await _take(context, Scan(context.key, task, body.checkpoint, actor))


async def submission(
    context: BoxContext, task: TaskId, body: SubmissionBody
) -> TakenReply | Response:
    """Accept the attendee's submission."""
    await task_scopes.require_task(context, task)
    actor = context.actor(body.actor)
    return await _take(context, Submission(context.key, task, body.text, actor))


async def hand_in_photo(
    context: BoxContext, task: TaskId, body: PhotoBody
) -> TakenReply | Response:
    """Accept the attendee's photo, made small, without what the camera wrote beside it."""
    await task_scopes.require_task(context, task)
    actor = context.actor(body.actor)
    try:
        raw = base64.b64decode(body.photo, validate=True)
    except (binascii.Error, ValueError):
        raise BadInput("photo: this is no base64") from None
    return _told(await context.box.photos.hand_in(context.key, task, raw, actor))


async def photo(context: BoxContext, task: TaskId) -> Response:
    """The photo that was handed in for a task, as JPEG."""
    await task_scopes.require_task(context, task)
    found = await context.box.photos.read(task)
    return Response(found, headers={"Cache-Control": "no-store"}, media_type="image/jpeg")


async def verdict(context: BoxContext, task: TaskId, body: VerdictBody) -> TakenReply | Response:
    """Accept an attendant's verdict."""
    await task_scopes.require_task(context, task)
    given = Verdict(
        id=context.key,
        task=task,
        approved=body.approved,
        actor=context.actor(body.actor),
        reason=body.reason,
        step=body.step or 0,
    )
    return await _take(context, given)


async def withdrawal(
    context: BoxContext, task: TaskId, body: WithdrawalBody
) -> TakenReply | Response:
    """Give a task up: nothing more is awaited, and there is no code for it."""
    await task_scopes.require_task(context, task)
    given = Withdrawal(context.key, task, context.actor(body.actor), body.reason)
    return await _take(context, given)


async def issue_again(context: BoxContext, task: TaskId, body: ActorBody) -> OneTaskReply:
    """Retry issuing the code of a task that ended without one."""
    await task_scopes.require_task(context, task)
    actor = context.actor(body.actor)
    return OneTaskReply.of(task=await context.box.tasks.issue_again(task, actor))


async def _take(context: BoxContext, asked: Asked) -> TakenReply | Response:
    return _told(await context.box.tasks.take(asked))


def _told(reply: TaskReply) -> TakenReply | Response:
    taken = TakenReply.of(is_new=reply.is_new, task=reply.standing)
    if reply.accepted:
        return taken
    return problems.problem(409, "refused", "Refused", reply.why, **taken.model_dump(mode="json"))
