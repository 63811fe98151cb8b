"""The commands' way to the outbox: what waits for upstream, what it refused, sending that again."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from boxd.api.bodies import Body
from boxd.api.queries import Flag, RowsQuery
from boxd.api.replies import ReplyModel
from boxd.api.request_context import RequestContext

EventId = Annotated[str, Field(pattern=r"^evt_[0-9a-f]{24}$")]


class OutboxQuery(RowsQuery):
    """Which events: those that wait, or with `dead` those that upstream refused for good."""

    dead: Flag = "0"


class ResendBody(Body):
    """Which dead letters to send again; all of them where `events` is empty."""

    example = '{"events": ["evt_0123456789abcdef01234567"], "actor": "anna"}'

    events: tuple[EventId, ...] = Field((), max_length=1000)


class EventReply(ReplyModel):
    """One event; `why` and `died_at` only of a dead letter."""

    seq: int
    id: str
    type: str
    at: str
    data: dict[str, Any]
    why: str
    died_at: str


class OutboxReply(ReplyModel):
    """Events in their order; `next` is where the next part begins, null at the end."""

    upstream: dict[str, Any] | None
    events: tuple[EventReply, ...]
    next: int | None


class ResentReply(ReplyModel):
    """How many events wait again."""

    resent: int


async def outbox(call: RequestContext, query: OutboxQuery) -> OutboxReply:
    """What waits for upstream, or what it refused."""
    of, after = call.box.upstream, query.after or 0
    listed = of.dead if query.dead in {"1", "true"} else of.waiting
    events = await listed(after, query.limit)
    more = events[-1]["seq"] if len(events) == query.limit else None
    return OutboxReply.of(upstream=await of.standing(), events=events, next=more)


async def resend(call: RequestContext, body: ResendBody) -> ResentReply:
    """Send dead letters again, and whatever else waits, at once."""
    actor = call.actor(body.actor)
    return ResentReply.of(resent=await call.box.upstream.resend(list(body.events), actor))
