"""The commands' way to batches of codes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, StringConstraints

from boxd.api.bodies import Shape
from boxd.api.imported_files import FileBody, FileDigest, note
from boxd.api.json_lines import JsonLines
from boxd.api.near_twins import NearTwinReply
from boxd.api.queries import Flag, Query, RowsQuery, Text, is_set
from boxd.api.replies import ReplyModel
from boxd.api.request_context import BoxContext
from boxd.ledger import batch_report, code_batches
from boxd.ledger.code_batches import Wanted
from boxd.ledger.imported_files import FilePurpose
from boxd.ledger.ledger import as_text
from boxd.text_fields import Line, Moment, Sku

BatchId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{12}$")]
Digits = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,32}$")]
# A transaction of some ten milliseconds: an attendee who presses Enter meanwhile waits for one.
_STAGED_AT_ONCE = 500
# More than anybody reads; the total is given beside them.
MOST_FAULTS = 200


class WantedCode(Shape):
    """One code that is wanted; without digits it is made by the box, without sku drawn.

    `line` is its line in the organiser's file.
    """

    example = '{"line": 2, "attendee": "badge-1234", "sku": "mug"}'

    line: int = Field(ge=1, le=2**31)
    attendee: Line
    code: Digits | None = None
    sku: Sku | None = None
    expires_at: Moment | None = None


class BatchQuery(Query):
    """Who sends the batch; with `dry_run` it is only looked through.

    `digest` is the SHA-256 of the file that it comes from, if a second run of the file would make
    further codes; `again` if that is meant. With `partly` the first lines get what there is.
    """

    actor: Text
    dry_run: Flag = "0"
    digest: FileDigest | None = None
    again: Flag = "0"
    partly: Flag = "0"


class BatchCodesQuery(RowsQuery):
    """Which codes of a batch, and to whom their digits are shown, which is recorded."""

    actor: Text


class FaultReply(ReplyModel):
    """What stands against a batch, and the line of the file; 0 for all of it."""

    line: int
    why: str


class ShareReply(ReplyModel):
    """How many codes go to a prize (null: drawn), of which so many are on hand."""

    sku: str | None
    codes: int
    on_hand: int


class BatchReply(ReplyModel):
    """What became of a batch: whether its codes are made, its shares, and what prevents it.

    Of one that was made partly, `faults` are the lines without a code.
    """

    batch: str
    made: bool
    shares: tuple[ShareReply, ...]
    faults: tuple[FaultReply, ...]
    faults_in_all: int
    near_twins: tuple[NearTwinReply, ...]


class MadeCodeReply(ReplyModel):
    """A code of a batch with its digits."""

    line: int
    id: int = Field(validation_alias="number")
    code: str
    attendee: str | None
    sku: str
    prize: str
    expires_at: str
    state: str


class MadeCodesReply(ReplyModel):
    """Codes of a batch by line; `next` is the cursor of what follows, null at the end."""

    codes: tuple[MadeCodeReply, ...]
    next: int | None


class BatchLineReply(ReplyModel):
    """A line of a batch: its code, or why there is none; a line without one has no attendee."""

    line: int
    id: int | None = Field(validation_alias="number")
    attendee: str | None
    sku: str | None
    state: str | None
    why: str


class BatchReportReply(ReplyModel):
    """Lines of a batch that was made; `next` is the cursor of what follows, null at the end."""

    lines: tuple[BatchLineReply, ...]
    next: int | None


async def make_batch(
    context: BoxContext, batch: BatchId, query: BatchQuery, lines: JsonLines[WantedCode]
) -> BatchReply:
    """Make a batch of codes, all, none or partly; sent again under its id, it is not made twice."""
    parts = (_wanted(part) async for part in lines.parts(_STAGED_AT_ONCE))
    actor = context.actor(query.actor)
    batches = context.box.batches
    file = FileBody(digest=query.digest, again=is_set(query.again)) if query.digest else None
    result = (
        await batches.look_through(batch, parts)
        if is_set(query.dry_run)
        else await batches.make(
            batch,
            parts,
            actor,
            lambda tx: note(tx, file, FilePurpose.CODES, actor),
            partly=is_set(query.partly),
        )
    )
    return BatchReply.of(
        batch=batch,
        made=result.made,
        shares=result.shares,
        faults=result.faults[:MOST_FAULTS],
        faults_in_all=len(result.faults),
        near_twins=result.near_twins,
    )


async def batch_codes(
    context: BoxContext, batch: BatchId, query: BatchCodesQuery
) -> MadeCodesReply:
    """The codes of a batch that was made, with their digits, by line; as often as asked for."""
    actor, box = context.actor(query.actor), context.box
    found = await box.ledger.write(
        lambda tx: code_batches.reveal(tx, batch, query.after or 0, query.limit, actor)
    )
    codes = [{**vars(each), "code": box.keys.unseal(each.sealed)} for each in found]
    following = found[-1].line if len(found) == query.limit else None
    return MadeCodesReply.of(codes=codes, next=following)


async def report_batch(context: BoxContext, batch: BatchId, query: RowsQuery) -> BatchReportReply:
    """Who of a batch got a code, and who did not, and why, by line; without digits."""
    found = await context.box.ledger.read(
        lambda c: batch_report.lines(c, batch, query.after or 0, query.limit)
    )
    following = found[-1].line if len(found) == query.limit else None
    return BatchReportReply.of(lines=found, next=following)


def _wanted(part: Sequence[WantedCode]) -> list[Wanted]:
    return [
        Wanted(
            line=row.line,
            attendee=row.attendee,
            expires_at=as_text(row.expires_at) if row.expires_at else "",
            digits=row.code,
            sku=row.sku,
        )
        for row in part
    ]
