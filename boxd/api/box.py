"""The API of the box as a whole: all that the HUD shows, at once or live."""

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
    """All that the HUD shows at one moment."""

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
    """All that the HUD shows, as it is now."""
    return StatusReply.of(**context.served.snapshots.snapshot())


async def events(context: RequestContext) -> Response:
    """All that the HUD shows as server-sent events, whole at each change."""
    return context.streams.respond(context.feed)
