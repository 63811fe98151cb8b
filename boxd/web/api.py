"""The API that both listeners offer: the box's state, and a person's answers."""

from __future__ import annotations

import re
import uuid

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from boxd.errors import BadInput
from boxd.redemption import Answer, AnswerKind, Reply
from boxd.web import listener, problems
from boxd.web.bodies import AnswerBody, read

MOST_ROWS = 1000
ID = re.compile(r"[\x21-\x7e]{1,100}")


async def status(request: Request) -> Response:
    """The snapshot, once."""
    return JSONResponse(listener.box_of(request).snapshot())


async def devices(request: Request) -> Response:
    """Every device with its state and parts, and what is plugged in but not configured."""
    snapshot = listener.box_of(request).snapshot()
    return JSONResponse({name: snapshot[name] for name in ("devices", "strangers")})


async def lockers(request: Request) -> Response:
    """Every locker with its state."""
    return JSONResponse({"lockers": listener.box_of(request).snapshot()["lockers"]})


async def prizes(request: Request) -> Response:
    """Every prize with its stock."""
    return JSONResponse({"prizes": await listener.box_of(request).prizes()})


async def alarms(request: Request) -> Response:
    """The alarms that stand."""
    return JSONResponse({"alarms": await listener.box_of(request).alarms()})


async def redemptions(request: Request) -> Response:
    """Redemptions, newest first."""
    open_only = listener.query_flag(request, "open")
    limit = listener.query_number(request, "limit", 50, MOST_ROWS)
    found = await listener.box_of(request).redemptions(open_only, limit)
    return JSONResponse({"redemptions": found})


async def redemption(request: Request) -> Response:
    """One redemption and all that happened in it."""
    found = await listener.box_of(request).redemption(_redemption_id(request))
    return JSONResponse(found)


async def answer(request: Request) -> Response:
    """Take a person's answer: accepted, or `409` and why not."""
    kind = _kind(request)
    redemption_id = _redemption_id(request)
    answer_id = _answer_id(request)
    body = await read(request, AnswerBody)
    here = listener.of(request)
    step = body.step
    if step is None:
        step = (await here.box.redemption(redemption_id))["redemption"]["step"]
    given = Answer(
        id=answer_id,
        redemption=redemption_id,
        step=step,
        kind=kind,
        actor=here.actor(body.actor),
        sku=body.sku or "",
        remedy=body.remedy,
        reason=body.reason,
        seen_shut=body.seen_shut,
    )
    return _replied(await here.box.answer(given))


def _replied(reply: Reply) -> Response:
    where = {"stage": reply.standing.stage, "step": reply.standing.step}
    if reply.accepted:
        return JSONResponse({"accepted": True, "why": reply.why, **where})
    return problems.problem(409, "refused", "Refused", reply.why, accepted=False, **where)


def _kind(request: Request) -> AnswerKind:
    try:
        return AnswerKind(request.path_params["kind"])
    except ValueError:
        known = ", ".join(AnswerKind)
        said = str(request.path_params["kind"])[:40]
        raise BadInput(f"'{said}' is no answer to a redemption; one of: {known}") from None


def _redemption_id(request: Request) -> str:
    return _printable(str(request.path_params["id"]), "the redemption's id")


def _answer_id(request: Request) -> str:
    given = request.headers.get("idempotency-key")
    return str(uuid.uuid4()) if given is None else _printable(given, "Idempotency-Key")


def _printable(text: str, name: str) -> str:
    if ID.fullmatch(text):
        return text
    raise BadInput(f"{name}: '{text[:40]}' is not 1 to 100 printable characters without spaces")


ROUTES = [
    Route("/api/v1/status", status),
    Route("/api/v1/devices", devices),
    Route("/api/v1/lockers", lockers),
    Route("/api/v1/prizes", prizes),
    Route("/api/v1/alarms", alarms),
    Route("/api/v1/redemptions", redemptions),
    Route("/api/v1/redemptions/{id}", redemption),
    Route("/api/v1/redemptions/{id}/{kind}", answer, methods=["POST"]),
]
