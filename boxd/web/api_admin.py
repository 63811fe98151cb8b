"""The API that only the Unix socket offers: its file permissions are the authorisation."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from boxd.errors import BadInput
from boxd.web import api_tasks, device_routes, listener
from boxd.web.api import MOST_ROWS
from boxd.web.bodies import (
    IMPORT_LIMIT,
    ActorBody,
    AdjustBody,
    CodesBody,
    ImportBody,
    ReasonBody,
    ServiceBody,
    read,
)
from boxd.web.box import PrizeRow

CODE_STATES = ("ready", "in_use", "spent", "expired", "voided")


async def import_prizes(request: Request) -> Response:
    """Add prizes and receive their units, all or none."""
    body = await read(request, ImportBody, IMPORT_LIMIT)
    here = listener.of(request)
    rows = [PrizeRow(row.sku, row.name, row.units, row.weight) for row in body.prizes]
    prizes = await here.box.import_prizes(rows, here.actor(body.actor))
    return JSONResponse({"prizes": prizes})


async def adjust_prize(request: Request) -> Response:
    """Receive or write off units of a prize."""
    body = await read(request, AdjustBody)
    if body.units == 0:
        raise BadInput("units: 0 changes nothing; give the units to add, or a negative number")
    here = listener.of(request)
    sku, actor = request.path_params["sku"], here.actor(body.actor)
    prize = await here.box.adjust_prize(sku, body.units, body.reason, actor)
    return JSONResponse({"prize": prize})


async def issue_codes(request: Request) -> Response:
    """Make codes; this answer holds their digits."""
    body = await read(request, CodesBody)
    here = listener.of(request)
    actor = here.actor(body.actor)
    codes = await here.box.issue_codes(body.attendee, body.sku, body.count, body.valid_days, actor)
    return JSONResponse({"codes": codes}, 201)


async def codes(request: Request) -> Response:
    """Codes without their digits."""
    state = request.query_params.get("state") or None
    if state is not None and state not in CODE_STATES:
        raise BadInput(f"state: '{state[:40]}' is no state; one of: {', '.join(CODE_STATES)}")
    limit = listener.query_number(request, "limit", 50, MOST_ROWS)
    return JSONResponse({"codes": await listener.box_of(request).codes(state, limit)})


async def code(request: Request) -> Response:
    """One code; its digits with `reveal=1`, by somebody who gives their name."""
    here = listener.of(request)
    reveal = listener.query_flag(request, "reveal")
    named = request.query_params.get("actor")
    actor = here.actor(named) if reveal else named or ""
    return JSONResponse({"code": await here.box.code(_id(request), reveal, actor)})


async def void_code(request: Request) -> Response:
    """End a code that was not used."""
    body = await read(request, ReasonBody)
    here = listener.of(request)
    found = await here.box.void_code(_id(request), body.reason, here.actor(body.actor))
    return JSONResponse({"code": found})


async def open_locker(request: Request) -> Response:
    """Open a locker by a recorded override."""
    body = await read(request, ReasonBody)
    here = listener.of(request)
    outcome = await here.box.open_locker(_id(request), body.reason, here.actor(body.actor))
    return JSONResponse(outcome)


async def take_out_of_service(request: Request) -> Response:
    """Choose this locker for no redemption from now on."""
    body = await read(request, ReasonBody)
    here = listener.of(request)
    locker = await here.box.set_locker_service(
        _id(request), False, body.reason, here.actor(body.actor)
    )
    return JSONResponse({"locker": locker})


async def take_into_service(request: Request) -> Response:
    """Use this locker again."""
    body = await read(request, ServiceBody)
    here = listener.of(request)
    locker = await here.box.set_locker_service(
        _id(request), True, body.reason, here.actor(body.actor)
    )
    return JSONResponse({"locker": locker})


async def audit(request: Request) -> Response:
    """A stretch of the audit trail."""
    after = listener.query_number(request, "after", 0, 2**62)
    limit = listener.query_number(request, "limit", 100, MOST_ROWS)
    return JSONResponse({"audit": await listener.box_of(request).audit(after, limit)})


async def clear_alarm(request: Request) -> Response:
    """Clear an alarm."""
    body = await read(request, ActorBody)
    here = listener.of(request)
    alarm = await here.box.clear_alarm(_id(request), here.actor(body.actor))
    return JSONResponse({"alarm": alarm})


def _id(request: Request) -> int:
    return listener.path_number(request, "id")


ROUTES = [
    Route("/api/v1/prizes/import", import_prizes, methods=["POST"]),
    Route("/api/v1/prizes/{sku}/adjust", adjust_prize, methods=["POST"]),
    Route("/api/v1/codes", issue_codes, methods=["POST"]),
    Route("/api/v1/codes", codes),
    Route("/api/v1/codes/{id}", code),
    Route("/api/v1/codes/{id}/void", void_code, methods=["POST"]),
    Route("/api/v1/lockers/{id}/open", open_locker, methods=["POST"]),
    Route("/api/v1/lockers/{id}/out-of-service", take_out_of_service, methods=["POST"]),
    Route("/api/v1/lockers/{id}/in-service", take_into_service, methods=["POST"]),
    Route("/api/v1/audit", audit),
    Route("/api/v1/alarms/{id}/clear", clear_alarm, methods=["POST"]),
    *device_routes.ROUTES,
    *api_tasks.ROUTES,
]
"""Each also exists over TCP, where it answers that it does not."""
