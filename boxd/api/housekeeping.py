"""The commands' way to housekeeping: its schedules, runs by hand, backups."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from boxd.api.bodies import ActorBody
from boxd.api.replies import ReplyModel
from boxd.api.request_context import RequestContext

ScheduleName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]{0,31}$")]


class RunReply(ReplyModel):
    """A run of a schedule: running, done, failed, or unknown once Temporal has forgotten it."""

    id: str
    at: str
    state: str
    said: str


class ScheduleReply(ReplyModel):
    """A schedule; without `every_s` it is only run by hand, paused or switched off never next."""

    name: str
    every_s: float | None
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


class BackupReply(ReplyModel):
    """A whole backup; not `is_new` where nothing has happened since it was made."""

    file: str
    made_at: str
    bytes: int
    entries: int
    is_new: bool


class OneBackupReply(ReplyModel):
    """The backup that was made; null while it is being made: ask again."""

    backup: BackupReply | None


async def schedules(call: RequestContext) -> SchedulesReply:
    """Every schedule with its last and its next run."""
    return SchedulesReply.of(schedules=await call.box.housekeeping.schedules())


async def run_schedule(
    call: RequestContext, name: ScheduleName, body: ActorBody
) -> OneScheduleReply:
    """Begin a run by hand; the answer does not wait for its end."""
    actor = call.actor(body.actor)
    return OneScheduleReply.of(schedule=await call.box.housekeeping.run_schedule(name, actor))


async def back_up(call: RequestContext) -> OneBackupReply:
    """Make a backup of the ledger now."""
    return OneBackupReply.of(backup=await call.box.housekeeping.back_up())
