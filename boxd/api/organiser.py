"""The commands' way to attendees, batches of codes and the report of what was given out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from boxd.api.organiser_shapes import (
    AttendeeDetailsReply,
    AttendeesQuery,
    AttendeesReply,
    BatchId,
    BatchReply,
    BeginBody,
    ForgetBody,
    ForgottenReply,
    LookReply,
    MadeBatchReply,
    MadeCodesReply,
    NameQuery,
    ReportReply,
    StageBody,
    StretchQuery,
)
from boxd.api.queries import RowsQuery
from boxd.api.replies import DoneReply
from boxd.api.request_context import RequestContext
from boxd.api.task_views import task_view
from boxd.errors import BadInput
from boxd.ledger.batch_faults import Fault
from boxd.ledger.code_batches import Wanted

# More than anybody reads; the number of all is told beside them.
MOST_FAULTS = 200


async def attendees(call: RequestContext, query: AttendeesQuery) -> AttendeesReply:
    """Attendees by number, each with how many tasks and codes they have."""
    if query.numbers is not None:
        numbers = [int(number) for number in query.numbers.split(",")]
        found = await call.box.organiser.attendees_numbered(numbers)
        return AttendeesReply.of(attendees=[asdict(each) for each in found], next=None)
    found = await call.box.organiser.attendees(query.after or 0, query.limit)
    following = found[-1].number if len(found) == query.limit else None
    return AttendeesReply.of(attendees=[asdict(each) for each in found], next=following)


async def attendee(call: RequestContext, query: NameQuery) -> AttendeeDetailsReply:
    """One attendee with their tasks and codes."""
    row, tasks, codes = await call.box.organiser.attendee(query.name)
    views = [task_view(each) for each in tasks]
    return AttendeeDetailsReply.of(attendee=asdict(row), tasks=views, codes=codes)


async def forget(call: RequestContext, body: ForgetBody) -> ForgottenReply:
    """Take all that is personal of some attendees, or of everybody, out of the ledger."""
    actor = call.actor(body.actor)
    if body.everybody == bool(body.attendees):
        raise BadInput("attendees: name whom to forget, or give 'everybody': true, not both")
    if body.everybody:
        count = await call.box.organiser.forget_everybody(actor)
        return ForgottenReply.of(forgotten=count, pseudonyms=())
    pseudonyms = await call.box.organiser.forget(body.attendees, actor)
    return ForgottenReply.of(forgotten=len(pseudonyms), pseudonyms=pseudonyms)


async def begin_batch(call: RequestContext, body: BeginBody) -> BatchReply:
    """Begin a batch of codes; nothing is kept of it before its codes are made."""
    call.actor(body.actor)
    return BatchReply.of(batch=await call.box.organiser.begin_batch())


async def stage(call: RequestContext, batch: BatchId, body: StageBody) -> DoneReply:
    """Put a part to a batch; a line sent again replaces itself."""
    rows = [
        Wanted(row.line, row.attendee, _iso(row.expires_at) or "", row.code, row.sku)
        for row in body.codes
    ]
    await call.box.organiser.stage(batch, rows)
    return DoneReply()


async def look_through(call: RequestContext, batch: BatchId) -> LookReply:
    """How a batch falls on the prizes, and everything that stands against it."""
    shares, faults = await call.box.organiser.look_through(batch)
    return LookReply.of(shares=[asdict(share) for share in shares], **_told(faults))


async def make_batch(call: RequestContext, batch: BatchId, body: BeginBody) -> MadeBatchReply:
    """Make the codes of a batch, all or none."""
    faults = await call.box.organiser.make_batch(batch, call.actor(body.actor))
    return MadeBatchReply.of(made=not faults, **_told(faults))


async def made_codes(call: RequestContext, batch: BatchId, query: RowsQuery) -> MadeCodesReply:
    """The codes of a batch that was made, with their digits, by line."""
    found = await call.box.organiser.made(batch, query.after or 0, query.limit)
    following = found[-1]["line"] if len(found) == query.limit else None
    return MadeCodesReply.of(codes=found, next=following)


async def drop_batch(call: RequestContext, batch: BatchId, body: BeginBody) -> DoneReply:
    """Forget what was staged; codes that were made stay."""
    call.actor(body.actor)
    await call.box.organiser.drop_batch(batch)
    return DoneReply()


async def report(call: RequestContext, query: StretchQuery) -> ReportReply:
    """What was given out, by quarter of an hour, bay and prize."""
    found = await call.box.organiser.given_out(_iso(query.since), _iso(query.until))
    return ReportReply.of(given_out=[asdict(each) for each in found])


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _told(faults: Sequence[Fault]) -> dict[str, Any]:
    shown = [asdict(fault) for fault in faults[:MOST_FAULTS]]
    return {"faults": shown, "faults_in_all": len(faults)}
