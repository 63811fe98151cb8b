"""The API of notices to the organisers' phones: how each way stands."""

from __future__ import annotations

from boxd.api.replies import ReplyModel
from boxd.api.request_context import BoxContext
from boxd.ledger import notices


class NoticeWay(ReplyModel):
    """A way of notices; `why` the last attempt failed, empty after a good one."""

    way: str
    waiting: int
    sent: int
    given_up: int
    last_at: str
    why: str


class NoticeWaysReply(ReplyModel):
    """Every way that is configured."""

    ways: tuple[NoticeWay, ...]


async def notice_ways(context: BoxContext) -> NoticeWaysReply:
    """How each way of notices stands; none where no way is configured."""
    ledger = context.box.ledger
    if (settings := ledger.notices) is None:
        return NoticeWaysReply(ways=())
    return NoticeWaysReply.of(ways=await ledger.read(lambda c: notices.standing(c, settings.ways)))
