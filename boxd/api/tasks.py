"""The API of tasks: start, scan, hand in, judge, and the issue of codes."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from pydantic import Field
from starlette.responses import Response

from boxd.api.bodies import ActorBody
from boxd.api.queries import TasksQuery
from boxd.api.request_context import RequestContext
from boxd.api.task_bodies import IssueBody, ScanBody, SubmissionBody, TaskBody, VerdictBody
from boxd.api.task_replies import (
    KindsReply,
    OneIssueReply,
    OneTaskReply,
    TakenReply,
    TaskDetailsReply,
    TasksReply,
)
from boxd.api.task_views import issue_view, reply_view, task_view
from boxd.task import Asked, Scan, Submission, Verdict
from boxd.web import problems
from boxd.web.task_services import TasksWanted

TaskId = Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,100}$")]


async def kinds(call: RequestContext) -> KindsReply:
    """The kinds of task that are offered, and the checkpoints."""
    found = [asdict(kind) for kind in await call.box.tasks.kinds()]
    places = [asdict(place) for place in await call.box.tasks.checkpoints()]
    return KindsReply.of(kinds=found, checkpoints=places)


async def start(call: RequestContext, body: TaskBody) -> OneTaskReply:
    """Start an attendee's task; asked again, it is the same one."""
    standing = await call.box.tasks.start(body.kind, body.attendee, call.actor(body.actor))
    return OneTaskReply.of(task=task_view(standing))


async def tasks(call: RequestContext, query: TasksQuery) -> TasksReply:
    """Tasks, the last started first."""
    wanted = TasksWanted(query.limit, query.state, query.kind, query.attendee, query.after)
    found = await call.box.tasks.listing(wanted)
    following = found[-1].task if len(found) == query.limit else None
    return TasksReply.of(tasks=[task_view(each) for each in found], next=following)


async def task(call: RequestContext, task: TaskId) -> TaskDetailsReply:
    """One task with its scans, submissions, verdicts and issues."""
    standing = await call.box.tasks.standing(task)
    details = await call.box.tasks.details(task)
    return TaskDetailsReply.of(task=task_view(standing), **details)


async def scan(call: RequestContext, task: TaskId, body: ScanBody) -> TakenReply | Response:
    """Count a checkpoint."""
    return await _take(call, Scan(call.key, task, body.checkpoint, call.actor(body.actor)))


async def submission(
    call: RequestContext, task: TaskId, body: SubmissionBody
) -> TakenReply | Response:
    """Take what the attendee hands in."""
    return await _take(call, Submission(call.key, task, body.text, call.actor(body.actor)))


async def verdict(call: RequestContext, task: TaskId, body: VerdictBody) -> TakenReply | Response:
    """Take an attendant's word."""
    actor = call.actor(body.actor)
    given = Verdict(call.key, task, body.approved, actor, body.reason, step=body.step or 0)
    return await _take(call, given)


async def issue_again(call: RequestContext, task: TaskId, body: ActorBody) -> OneTaskReply:
    """Once more issue the code of a task that ended without one."""
    standing = await call.box.tasks.issue_again(task, call.actor(body.actor))
    return OneTaskReply.of(task=task_view(standing))


async def issue(call: RequestContext, body: IssueBody) -> OneIssueReply:
    """Issue a code without a task; sold out and over the limit are answers."""
    standing = await call.box.tasks.issue(
        call.key, body.attendee, body.prizes, body.valid_days, call.actor(body.actor)
    )
    return OneIssueReply.of(issue=issue_view(standing))


async def _take(call: RequestContext, asked: Asked) -> TakenReply | Response:
    reply = await call.box.tasks.take(asked)
    view = reply_view(reply)
    if reply.accepted:
        return TakenReply.of(**view)
    return problems.problem(409, "refused", "Refused", reply.why, **view)
