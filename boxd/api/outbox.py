"""The API of the outbox, for the commands: waiting events, dead letters, sending them again."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from boxd.api.bodies import Body
from boxd.api.queries import Flag, RowsQuery, is_set
from boxd.api.replies import ReplyModel
from boxd.api.request_context import BoxContext
from boxd.errors import Refused
from boxd.ledger import outbox as ledger_outbox

EventId = Annotated[str, Field(pattern=r"^evt_[0-9a-f]{24}$")]


class OutboxQuery(RowsQuery):
    """Which events: the waiting ones, or with `dead` the dead letters."""

    dead: Flag = "0"


class ResendBody(Body):
    """Which dead letters to send again; all of them if `events` is empty."""

    example = '{"events": ["evt_0123456789abcdef01234567"], "actor": "anna"}'

    events: tuple[EventId, ...] = Field((), max_length=1000)


class EventReply(ReplyModel):
    """One event; only a dead letter has `why` and `died_at`."""

    seq: int
    id: str
    type: str
    at: str
    data: dict[str, Any]
    why: str
    died_at: str


class OutboxReply(ReplyModel):
    """Events in order; `next` is the cursor of the next part, null at the end."""

    upstream: dict[str, Any] | None
    events: tuple[EventReply, ...]
    next: int | None


class ResentReply(ReplyModel):
    """How many events wait again."""

    resent: int


async def outbox(context: BoxContext, query: OutboxQuery) -> OutboxReply:
    """Waiting events, or dead letters."""
    ledger, upstream = context.box.ledger, context.box.upstream
    if upstream is None:
        return OutboxReply(upstream=None, events=(), next=None)
    listed = ledger_outbox.dead if is_set(query.dead) else ledger_outbox.waiting
    events = await ledger.read(lambda c: listed(c, query.after or 0, query.limit))
    more = events[-1].seq if len(events) == query.limit else None
    depth = await ledger.read(ledger_outbox.depth)
    return OutboxReply.of(upstream=upstream.view(depth), events=events, next=more)


async def resend(context: BoxContext, body: ResendBody) -> ResentReply:
    """Send dead letters again, and all waiting events, at once."""
    actor = context.actor(body.actor)
    upstream, events = context.box.upstream, list(body.events)
    if upstream is None:
        raise Refused("this box has no upstream; name it in the configuration: [upstream] url")
    resent = await context.box.ledger.write(lambda tx: ledger_outbox.resend(tx, events, actor))
    await upstream.service.try_now()
    return ResentReply(resent=resent)
