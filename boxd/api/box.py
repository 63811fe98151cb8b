"""The API of the box as a whole: its status, devices, events, alarms and audit trail."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from starlette.responses import Response

from boxd.api.bodies import ActorBody
from boxd.api.queries import AuditQuery
from boxd.api.replies import AlarmsReply, AuditReply, DevicesReply, OneAlarmReply, StatusReply
from boxd.api.request_context import RequestContext

AlarmNumber = Annotated[int, Field(ge=0, le=2**31)]


async def status(call: RequestContext) -> StatusReply:
    """All that the HUD shows, as it is now."""
    return StatusReply.of(**call.box.snapshot())


async def events(call: RequestContext) -> Response:
    """All that the HUD shows as server-sent events, whole at each change."""
    return call.streams.respond(call.snapshots)


async def devices(call: RequestContext) -> DevicesReply:
    """Every device with its state and parts, and what is plugged in but not configured."""
    snapshot = call.box.snapshot()
    return DevicesReply.of(devices=snapshot["devices"], strangers=snapshot["strangers"])


async def alarms(call: RequestContext) -> AlarmsReply:
    """The alarms that stand."""
    return AlarmsReply.of(alarms=await call.box.alarms())


async def clear_alarm(call: RequestContext, alarm: AlarmNumber, body: ActorBody) -> OneAlarmReply:
    """Clear an alarm."""
    return OneAlarmReply.of(alarm=await call.box.clear_alarm(alarm, call.actor(body.actor)))


async def audit(call: RequestContext, query: AuditQuery) -> AuditReply:
    """A stretch of the audit trail, oldest first."""
    rows = await call.box.audit(query.after, query.limit)
    return AuditReply.of(audit=rows, next=rows[-1]["seq"] if len(rows) == query.limit else None)
