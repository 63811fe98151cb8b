"""The API of claim codes: issue, list, read, void; and an attendee's own."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from boxd.api.bodies import CodesBody, ReasonBody
from boxd.api.queries import AttendeeCodesQuery, CodeQuery, CodesQuery, Text, is_set
from boxd.api.replies import AttendeeCodesReply, CodesReply, NewCodesReply, OneCodeReply
from boxd.api.request_context import RequestContext
from boxd.web.box import CodesWanted

CodeNumber = Annotated[int, Field(ge=0, le=2**31)]


async def issue_codes(call: RequestContext, body: CodesBody) -> NewCodesReply:
    """Make codes; this answer holds their digits."""
    actor = call.actor(body.actor)
    codes = await call.box.issue_codes(body.attendee, body.sku, body.count, body.valid_days, actor)
    return NewCodesReply.of(codes=codes)


async def codes(call: RequestContext, query: CodesQuery) -> CodesReply:
    """Codes without their digits, newest first."""
    wanted = CodesWanted(query.limit, query.state, query.attendee, query.after)
    found = await call.box.codes(wanted)
    return CodesReply.of(codes=found, next=_next(found, query.limit))


async def attendee_codes(
    call: RequestContext, attendee: Text, query: AttendeeCodesQuery
) -> AttendeeCodesReply:
    """An attendee's codes, newest first; with their digits only if these are asked for."""
    wanted = CodesWanted(query.limit, query.state, attendee, query.after)
    found = await call.box.codes(wanted)
    if is_set(query.reveal):
        actor = call.actor(query.actor)
        found = [await call.box.code(code["id"], reveal=True, actor=actor) for code in found]
    return AttendeeCodesReply.of(codes=found, next=_next(found, query.limit))


async def code(call: RequestContext, code: CodeNumber, query: CodeQuery) -> OneCodeReply:
    """One code; its digits only if they are asked for."""
    reveal = is_set(query.reveal)
    actor = call.actor(query.actor) if reveal else ""
    return OneCodeReply.of(code=await call.box.code(code, reveal, actor))


async def void_code(call: RequestContext, code: CodeNumber, body: ReasonBody) -> OneCodeReply:
    """End a code that was not used."""
    found = await call.box.void_code(code, body.reason, call.actor(body.actor))
    return OneCodeReply.of(code=found)


def _next(found: list[dict[str, Any]], limit: int) -> int | None:
    return int(found[-1]["id"]) if len(found) == limit else None
