"""The API of what was printed: who printed which sheets is in the audit trail."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from boxd.api.bodies import WHOLE, Body
from boxd.api.replies import ReplyModel
from boxd.api.request_context import BoxContext
from boxd.ledger import printed
from boxd.ledger.printed import Sheet


class PrintedBody(Body):
    """What was printed, and how many pieces of it."""

    example = '{"sheet": "cards", "count": 8}'

    sheet: Sheet
    count: Annotated[int, Field(ge=1, le=100_000), WHOLE]


class PrintedReply(ReplyModel):
    """What is recorded now."""

    sheet: Sheet
    count: int


async def note_printed(context: BoxContext, body: PrintedBody) -> PrintedReply:
    """Record that sheets were printed."""
    actor = context.actor(body.actor)
    await context.box.ledger.write(lambda tx: printed.note(tx, body.sheet, body.count, actor))
    return PrintedReply(sheet=body.sheet, count=body.count)
