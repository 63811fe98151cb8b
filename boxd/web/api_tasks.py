"""The API of tasks: start, scan, hand in, judge, and the issue of codes."""

from __future__ import annotations

import uuid

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from boxd.errors import BadInput
from boxd.task import Asked, Scan, Submission, TaskState, Verdict
from boxd.web import listener, problems
from boxd.web.api import ID, MOST_ROWS
from boxd.web.bodies import ActorBody, read
from boxd.web.task_bodies import IssueBody, ScanBody, SubmissionBody, TaskBody, VerdictBody
from boxd.web.task_services import TaskServices
from boxd.web.task_views import issue_view, reply_view, task_view


async def kinds(request: Request) -> Response:
    """The kinds of task that are offered, and the checkpoints."""
    found = [
        {"id": kind.id, "name": kind.name, "text": kind.text, "expires_at": kind.expires_at}
        for kind in await _tasks(request).kinds()
    ]
    places = [{"id": each.id, "name": each.name} for each in await _tasks(request).checkpoints()]
    return JSONResponse({"kinds": found, "checkpoints": places})


async def start(request: Request) -> Response:
    """Start an attendee's task; asked again, it is the same one."""
    body = await read(request, TaskBody)
    actor = listener.of(request).actor(body.actor)
    standing = await _tasks(request).start(body.kind, body.attendee, actor)
    return JSONResponse({"task": task_view(standing)}, 201)


async def tasks(request: Request) -> Response:
    """Tasks, the last started first."""
    state = request.query_params.get("state") or None
    if state is not None and state not in list(TaskState):
        raise BadInput(f"state: '{state[:40]}' is no state; one of: {', '.join(TaskState)}")
    kind = request.query_params.get("kind") or None
    limit = listener.query_number(request, "limit", 50, MOST_ROWS)
    offset = listener.query_number(request, "offset", 0, 10**9)
    wanted = TaskState(state) if state else None
    found = await _tasks(request).listing(wanted, kind, limit, offset)
    return JSONResponse({"tasks": [task_view(each) for each in found]})


async def task(request: Request) -> Response:
    """One task with its scans, submissions, verdicts and issues."""
    standing = await _tasks(request).standing(_task(request))
    details = await _tasks(request).details(standing.task)
    return JSONResponse({"task": task_view(standing), **details})


async def scan(request: Request) -> Response:
    """Count a checkpoint."""
    body = await read(request, ScanBody)
    actor = listener.of(request).actor(body.actor)
    return await _take(request, Scan(_key(request), _task(request), body.checkpoint, actor))


async def submission(request: Request) -> Response:
    """Take what the attendee hands in."""
    body = await read(request, SubmissionBody)
    actor = listener.of(request).actor(body.actor)
    return await _take(request, Submission(_key(request), _task(request), body.text, actor))


async def verdict(request: Request) -> Response:
    """Take an attendant's word."""
    body = await read(request, VerdictBody)
    actor = listener.of(request).actor(body.actor)
    given = Verdict(
        *(_key(request), _task(request), body.approved, actor, body.reason), step=body.step or 0
    )
    return await _take(request, given)


async def issue_again(request: Request) -> Response:
    """Once more issue the code of a task that ended without one."""
    body = await read(request, ActorBody)
    actor = listener.of(request).actor(body.actor)
    standing = await _tasks(request).issue_again(_task(request), actor)
    return JSONResponse({"task": task_view(standing)})


async def issue(request: Request) -> Response:
    """Issue a code without a task; sold out and over the limit are answers."""
    body = await read(request, IssueBody)
    actor = listener.of(request).actor(body.actor)
    standing = await _tasks(request).issue(
        _key(request), body.attendee, body.prizes, body.valid_days, actor
    )
    return JSONResponse({"issue": issue_view(standing)})


async def _take(request: Request, asked: Asked) -> Response:
    reply = await _tasks(request).take(asked)
    view = reply_view(reply)
    if reply.accepted:
        return JSONResponse(view)
    return problems.problem(409, "refused", "Refused", reply.why, **view)


def _tasks(request: Request) -> TaskServices:
    return listener.box_of(request).tasks


def _task(request: Request) -> str:
    return _printable(str(request.path_params["task"]), "the task's id")


def _key(request: Request) -> str:
    given = request.headers.get("idempotency-key")
    return str(uuid.uuid4()) if given is None else _printable(given, "Idempotency-Key")


def _printable(text: str, name: str) -> str:
    if ID.fullmatch(text):
        return text
    raise BadInput(f"{name}: '{text[:40]}' is not 1 to 100 printable characters without spaces")


ROUTES = [
    Route("/api/v1/task-kinds", kinds),
    Route("/api/v1/tasks", start, methods=["POST"]),
    Route("/api/v1/tasks", tasks),
    Route("/api/v1/tasks/{task}", task),
    Route("/api/v1/tasks/{task}/scans", scan, methods=["POST"]),
    Route("/api/v1/tasks/{task}/submission", submission, methods=["POST"]),
    Route("/api/v1/tasks/{task}/verdict", verdict, methods=["POST"]),
    Route("/api/v1/tasks/{task}/code", issue_again, methods=["POST"]),
    Route("/api/v1/issues", issue, methods=["POST"]),
]
