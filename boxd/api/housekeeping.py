"""The API of housekeeping: schedules, and runs by hand."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from boxd.api.bodies import ActorBody
from boxd.api.replies import ReplyModel
from boxd.api.request_context import BoxContext

ScheduleName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]{0,31}$")]


class RunReply(ReplyModel):
    """A run of a schedule: running, done, failed, or unknown once Temporal has forgotten it."""

    id: str
    at: str
    state: str
    said: str


class ScheduleReply(ReplyModel):
    """A schedule; without `every_s` and `daily` it only runs by hand, paused it has no next run."""

    name: str
    every_s: float | None
    daily: str
    paused: bool
    note: str
    next_at: str
    last: RunReply | None


class SchedulesReply(ReplyModel):
    """Every schedule."""

    schedules: tuple[ScheduleReply, ...]


class OneScheduleReply(ReplyModel):
    """A schedule as it is now."""

    schedule: ScheduleReply


async def schedules(context: BoxContext) -> SchedulesReply:
    """Every schedule with its last and next run."""
    return SchedulesReply.of(schedules=await context.box.schedules.statuses())


async def run_schedule(
    context: BoxContext, name: ScheduleName, body: ActorBody
) -> OneScheduleReply:
    """Start a run by hand; the reply does not wait for its end."""
    actor = context.actor(body.actor)
    return OneScheduleReply.of(schedule=await context.box.schedules.run(name, actor))
