"""The API of the box's time, for the commands: show it, and confirm the wall clock."""

from __future__ import annotations

from boxd.api.bodies import ActorBody
from boxd.api.replies import ReplyModel
from boxd.api.request_context import BoxContext


class ClockReply(ReplyModel):
    """The box's time, and the wall clock, which is `off_s` ahead; 0 if it is trusted.

    `why` says what is wrong, and what to do; empty if nothing is.
    """

    box: str
    wall: str
    off_s: float
    is_synchronised: bool
    is_sure: bool
    why: str


async def clock(context: BoxContext) -> ClockReply:
    """The box's time, and the state of the wall clock."""
    return ClockReply.of(**context.box.clock.shown())


async def trust(context: BoxContext, body: ActorBody) -> ClockReply:
    """Trust the wall clock as it is now."""
    await context.box.clock.trust(context.actor(body.actor))
    return ClockReply.of(**context.box.clock.shown())
