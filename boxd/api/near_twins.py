"""Near-twins, told with every answer that names an attendee: people say if they are the same."""

from __future__ import annotations

from collections.abc import Iterable

from boxd.api.replies import ReplyModel
from boxd.api.request_context import BoxContext
from boxd.ledger import attendee_list
from boxd.ledger.attendee_list import NearTwin


class NearTwinReply(ReplyModel):
    """An attendee, and another whose reference differs by case, width, blanks or joiners alone."""

    attendee: str
    like: str


async def near_twins(context: BoxContext, given: Iterable[str]) -> list[NearTwin]:
    """Who else is spelled like one of these."""
    return await context.box.ledger.read(lambda c: attendee_list.near_twins(c, given))
