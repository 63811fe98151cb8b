"""The API of lockers: their state, overrides, in and out of service."""

from __future__ import annotations

import secrets
from typing import Annotated

import structlog
from pydantic import Field

from boxd.api.bodies import Body, ReasonBody, Words
from boxd.api.replies import ReplyModel
from boxd.api.request_context import BoxContext, RequestContext
from boxd.ledger import lockers as ledger_lockers

log = structlog.get_logger(__name__)
LockerNumber = Annotated[int, Field(ge=0, le=2**31)]


class ServiceBody(Body):
    """A locker goes back into service."""

    example = '{"actor": "anna"}'

    reason: Words = Field("", max_length=500)


class LockerReply(ReplyModel):
    """A locker as on the HUD."""

    id: int
    bay: str
    state: str
    reason: str
    door: str
    believed: str
    latch: str
    confirmation: str
    prize: str


class LockersReply(ReplyModel):
    """Every locker."""

    lockers: tuple[LockerReply, ...]


class ServiceReply(ReplyModel):
    """Whether a locker is in service, and the redemption that it holds."""

    id: int
    in_service: bool
    reason: str
    redemption: str | None
    stage: str | None
    prize: str | None


class OneLockerReply(ReplyModel):
    """A locker as it is now."""

    locker: ServiceReply


class OverrideReply(ReplyModel):
    """The outcome of an override: done, failed or unknown."""

    outcome: str
    note: str
    actuation: str


async def lockers(context: RequestContext) -> LockersReply:
    """Every locker with its state."""
    return LockersReply.of(lockers=context.served.snapshots.snapshot()["lockers"])


async def open_locker(context: BoxContext, locker: LockerNumber, body: ReasonBody) -> OverrideReply:
    """Open a locker by a recorded override."""
    actor, order = context.actor(body.actor), f"override/{secrets.token_hex(8)}"
    log.warning("locker.overridden", locker=locker, actor=actor, reason=body.reason)
    done = await context.box.opener.override(locker, order, actor, body.reason)
    return OverrideReply(outcome=done.outcome.value, note=done.note, actuation=order)


async def take_out_of_service(
    context: BoxContext, locker: LockerNumber, body: ReasonBody
) -> OneLockerReply:
    """Use this locker for no redemption from now on."""
    actor = context.actor(body.actor)
    return await _set_service(context, locker, False, body.reason, actor)


async def take_into_service(
    context: BoxContext, locker: LockerNumber, body: ServiceBody
) -> OneLockerReply:
    """Use this locker again."""
    return await _set_service(context, locker, True, body.reason, context.actor(body.actor))


async def _set_service(
    context: BoxContext, locker: int, in_service: bool, reason: str, actor: str
) -> OneLockerReply:
    ledger = context.box.ledger
    await ledger.write(lambda tx: ledger_lockers.set_service(tx, locker, in_service, reason, actor))
    return OneLockerReply.of(locker=(await ledger.read(ledger_lockers.listing))[locker])
