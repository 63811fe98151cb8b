"""The API of the box as a whole: everything on the HUD, once or live."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict
from starlette.responses import Response

from boxd.api.alarms import AlarmReply
from boxd.api.lockers import LockerReply
from boxd.api.prizes import PrizeReply
from boxd.api.replies import ReplyModel
from boxd.api.request_context import RequestContext

Json = dict[str, Any]


class StatusReply(ReplyModel):
    """Everything on the HUD at one moment."""

    model_config = ConfigDict(extra="allow", frozen=True, defer_build=True)

    version: int
    at: str
    box: Json
    health: Json
    operator: Json
    prompts: tuple[Json, ...]
    bays: tuple[Json, ...]
    lockers: tuple[LockerReply, ...]
    devices: tuple[Json, ...]
    strangers: tuple[Json, ...]
    stock: tuple[PrizeReply, ...]
    alarms: tuple[AlarmReply, ...]
    events: tuple[Json, ...]


async def status(context: RequestContext) -> StatusReply:
    """Everything on the HUD at this moment."""
    return StatusReply.of(**context.served.snapshots.snapshot())


async def events(context: RequestContext) -> Response:
    """Everything on the HUD as server-sent events, complete at each change."""
    return context.streams.respond(context.feed)
