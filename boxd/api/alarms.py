"""The API of alarms: list the active ones, clear one."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from boxd.api.bodies import ActorBody
from boxd.api.replies import ReplyModel
from boxd.api.request_context import BoxContext
from boxd.ledger import alarms as ledger_alarms

AlarmNumber = Annotated[int, Field(ge=0, le=2**31)]


class AlarmReply(ReplyModel):
    """What a person should look at."""

    id: int
    kind: str
    subject: str
    text: str
    raised_at: str
    cleared_at: str | None = None


class AlarmsReply(ReplyModel):
    """The active alarms, newest first."""

    alarms: tuple[AlarmReply, ...]


class OneAlarmReply(ReplyModel):
    """An alarm as it is now."""

    alarm: AlarmReply


async def alarms(context: BoxContext) -> AlarmsReply:
    """The active alarms."""
    return AlarmsReply.of(alarms=await context.box.ledger.read(ledger_alarms.active))


async def clear_alarm(context: BoxContext, alarm: AlarmNumber, body: ActorBody) -> OneAlarmReply:
    """Clear an alarm."""
    actor = context.actor(body.actor)
    cleared = await context.box.ledger.write(lambda tx: ledger_alarms.clear_by_id(tx, alarm, actor))
    return OneAlarmReply.of(alarm=cleared)
