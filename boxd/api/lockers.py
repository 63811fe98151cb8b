"""The API of lockers: their state, overrides, in and out of service."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from boxd.api.bodies import ReasonBody, ServiceBody
from boxd.api.replies import LockersReply, OneLockerReply, OverrideReply
from boxd.api.request_context import RequestContext

LockerNumber = Annotated[int, Field(ge=0, le=2**31)]


async def lockers(call: RequestContext) -> LockersReply:
    """Every locker with its state."""
    return LockersReply.of(lockers=call.box.snapshot()["lockers"])


async def open_locker(
    call: RequestContext, locker: LockerNumber, body: ReasonBody
) -> OverrideReply:
    """Open a locker by a recorded override."""
    actor = call.actor(body.actor)
    return OverrideReply.of(**await call.box.open_locker(locker, body.reason, actor))


async def take_out_of_service(
    call: RequestContext, locker: LockerNumber, body: ReasonBody
) -> OneLockerReply:
    """Choose this locker for no redemption from now on."""
    actor = call.actor(body.actor)
    found = await call.box.set_locker_service(locker, False, body.reason, actor)
    return OneLockerReply.of(locker=found)


async def take_into_service(
    call: RequestContext, locker: LockerNumber, body: ServiceBody
) -> OneLockerReply:
    """Use this locker again."""
    actor = call.actor(body.actor)
    found = await call.box.set_locker_service(locker, True, body.reason, actor)
    return OneLockerReply.of(locker=found)
