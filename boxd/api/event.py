"""The API of the event's end: close it, open it again, and what is left to be done."""

from __future__ import annotations

import asyncio

from boxd.api.bodies import ActorBody
from boxd.api.replies import ReplyModel
from boxd.api.request_context import BoxContext
from boxd.ledger import backup, closing

_AT_ONCE = 50  # an attendee who presses Enter waits for one transaction at most


class EventEndReply(ReplyModel):
    """How far the end of the event is; `backups` is how many there are, each with names in it.

    `histories_left` at the Temporal server have words of forgotten people, and are being deleted.
    """

    is_closed: bool
    codes_ready: int
    codes_in_use: int
    tasks_open: int
    people: int
    histories_left: int
    units_left: int
    backups: int
    newest_backup: str | None


class ClosedEventReply(EventEndReply):
    """The event is closed; `voided` codes were out."""

    voided: int


async def event(context: BoxContext) -> EventEndReply:
    """How far the end of the event is."""
    facts = await context.box.ledger.read(closing.look)
    found = await asyncio.to_thread(backup.listing, context.box.config.backup_dir)
    newest = found[0].made_at if found else None
    return EventEndReply.of(**vars(facts), backups=len(found), newest_backup=newest)


async def close_event(context: BoxContext, body: ActorBody) -> ClosedEventReply:
    """Close the event: nothing begins any more, codes that are out are void, photos are gone."""
    actor, ledger = context.actor(body.actor), context.box.ledger
    await ledger.write(lambda tx: closing.turn(tx, closed=True, actor=actor))
    voided = 0
    while some := await ledger.write(lambda tx: closing.void_some(tx, _AT_ONCE, actor)):
        voided += some
    await context.box.photos.forget_all()
    return ClosedEventReply.of(**dict(await event(context)), voided=voided)


async def open_event(context: BoxContext, body: ActorBody) -> EventEndReply:
    """Open a closed event again; codes that were voided stay void."""
    actor = context.actor(body.actor)
    await context.box.ledger.write(lambda tx: closing.turn(tx, closed=False, actor=actor))
    return await event(context)
