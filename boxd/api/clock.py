"""The commands' way to the box's time: how it stands, and that the wall clock is right."""

from __future__ import annotations

from boxd.api.bodies import ActorBody
from boxd.api.replies import ReplyModel
from boxd.api.request_context import RequestContext


class ClockReply(ReplyModel):
    """The box's time beside the wall clock, which is `off_s` ahead; 0 where it is believed.

    `why` says what is wrong, and what to do; it is empty where nothing is.
    """

    box: str
    wall: str
    off_s: float
    is_synchronised: bool
    is_sure: bool
    why: str


async def clock(call: RequestContext) -> ClockReply:
    """The box's time, and what is known of the wall clock."""
    return ClockReply.of(**call.box.clock.shown())


async def trust(call: RequestContext, body: ActorBody) -> ClockReply:
    """Believe the wall clock as it is now."""
    await call.box.clock.trust(call.actor(body.actor))
    return ClockReply.of(**call.box.clock.shown())
