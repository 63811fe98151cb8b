"""The API of the report of dispensed units, for the commands."""

from __future__ import annotations

from datetime import datetime

from boxd.api.queries import Query
from boxd.api.replies import ReplyModel
from boxd.api.request_context import BoxContext
from boxd.ledger import task_sums
from boxd.ledger.dispensed import by_quarter
from boxd.ledger.ledger import as_text
from boxd.text_fields import Moment


class StretchQuery(Query):
    """From when on, and until before when, in ISO 8601 with the offset to UTC."""

    since: Moment | None = None
    until: Moment | None = None


class GivenOutReply(ReplyModel):
    """Units dispensed within the quarter of an hour that begins `at`."""

    at: str
    bay: str
    sku: str
    prize: str
    units: int


class TaskSumReply(ReplyModel):
    """Tasks of one kind that began then: all, rewarded, still open, ended without a code."""

    kind: str
    name: str
    started: int
    rewarded: int
    open: int
    without: int


class CheckpointSumReply(ReplyModel):
    """The scans of one checkpoint."""

    checkpoint: str
    name: str
    scans: int


class ReportReply(ReplyModel):
    """All dispensed units, and how tasks and checkpoints went."""

    given_out: tuple[GivenOutReply, ...]
    tasks: tuple[TaskSumReply, ...]
    checkpoints: tuple[CheckpointSumReply, ...]


async def report(context: BoxContext, query: StretchQuery) -> ReportReply:
    """Dispensed units by quarter of an hour, bay and prize; tasks by kind; scans by checkpoint."""
    since, until = _as_ledger_time(query.since), _as_ledger_time(query.until)
    ledger = context.box.ledger
    return ReportReply.of(
        given_out=await ledger.read(lambda c: by_quarter(c, since, until)),
        tasks=await ledger.read(lambda c: task_sums.tasks(c, since, until)),
        checkpoints=await ledger.read(lambda c: task_sums.checkpoints(c, since, until)),
    )


def _as_ledger_time(moment: datetime | None) -> str | None:
    """The time in the ledger's form; None if there is none."""
    return as_text(moment) if moment else None
