"""The API of the rehearsal: people whose codes and units don't count."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from boxd.api.attendees import AttendeeReply
from boxd.api.bodies import WHOLE, ActorBody, Body
from boxd.api.replies import ReplyModel
from boxd.api.request_context import BoxContext
from boxd.ledger import attendee_list
from boxd.ledger import rehearsal as ledger_rehearsal


class RehearseBody(Body):
    """How many more people are to rehearse."""

    example = '{"people": 3}'

    people: Annotated[int, Field(ge=1, le=ledger_rehearsal.MOST_PEOPLE), WHOLE]


class RehearsalReply(ReplyModel):
    """Whether somebody rehearses, and who."""

    on: bool
    people: tuple[AttendeeReply, ...]


class RehearsalEndedReply(ReplyModel):
    """How many people were forgotten."""

    forgotten: int


async def rehearsal(context: BoxContext) -> RehearsalReply:
    """The rehearsal, and its people by the names that codes and tasks are given to."""
    ledger = context.box.ledger
    numbers = await ledger.read(ledger_rehearsal.people)
    found = await ledger.read(lambda c: attendee_list.of_numbers(c, numbers))
    return RehearsalReply.of(on=bool(found), people=found)


async def begin_rehearsal(context: BoxContext, body: RehearseBody) -> RehearsalReply:
    """Let people rehearse: their codes are for a prize that nobody counts."""
    actor = context.actor(body.actor)
    await context.box.ledger.write(lambda tx: ledger_rehearsal.begin(tx, body.people, actor))
    return await rehearsal(context)


async def end_rehearsal(context: BoxContext, body: ActorBody) -> RehearsalEndedReply:
    """End the rehearsal: void its codes, forget its people, take away its units."""
    done = await context.box.erasing.end_rehearsal(context.actor(body.actor))
    return RehearsalEndedReply(forgotten=done.count)
