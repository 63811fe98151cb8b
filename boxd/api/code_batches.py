"""The API of batches of codes, for the commands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import AwareDatetime, Field, StringConstraints

from boxd.api.bodies import ActorBody, Shape
from boxd.api.imported_files import FileBody, note
from boxd.api.near_twins import NearTwinReply
from boxd.api.queries import RowsQuery
from boxd.api.replies import DoneReply, ReplyModel
from boxd.api.request_context import BoxContext
from boxd.ledger.batch_faults import Fault
from boxd.ledger.code_batches import Wanted
from boxd.ledger.imported_files import FilePurpose
from boxd.text_fields import Line, Sku

BatchId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{12}$")]
Digits = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,32}$")]
MOST_STAGED = 1000
# More than anybody reads; the total is given beside them.
MOST_FAULTS = 200


class StagedBody(Shape):
    """One code that is wanted; without digits the box makes them, without sku it is drawn."""

    line: int = Field(ge=1, le=2**31)
    attendee: Line
    code: Digits | None = None
    sku: Sku | None = None
    expires_at: AwareDatetime | None = None


class StageBody(Shape):
    """Codes that are wanted, a part of a batch."""

    example = '{"codes": [{"line": 2, "attendee": "badge-1234", "sku": "mug"}]}'

    codes: tuple[StagedBody, ...] = Field(min_length=1, max_length=MOST_STAGED)


class BeginBody(ActorBody):
    """A batch to begin."""


class MakeBody(ActorBody):
    """A batch to make codes of, and the file that it came from."""

    file: FileBody | None = None


class BatchReply(ReplyModel):
    """A new batch."""

    batch: str


class FaultReply(ReplyModel):
    """A reason why a batch can't be made, and the file's line; 0 for all of it."""

    line: int
    why: str


class ShareReply(ReplyModel):
    """How many codes go to a prize (null: drawn), and how many units are on hand."""

    sku: str | None
    codes: int
    on_hand: int


class LookReply(ReplyModel):
    """How a batch is divided among the prizes, and all that prevents it."""

    shares: tuple[ShareReply, ...]
    faults: tuple[FaultReply, ...]
    faults_in_all: int
    near_twins: tuple[NearTwinReply, ...]


class MadeBatchReply(ReplyModel):
    """Whether the codes were made, and what prevented it."""

    made: bool
    faults: tuple[FaultReply, ...]
    faults_in_all: int


class MadeCodeReply(ReplyModel):
    """A code of a batch with its digits."""

    line: int
    id: int
    code: str
    attendee: str
    sku: str
    prize: str
    expires_at: str


class MadeCodesReply(ReplyModel):
    """Codes of a batch by line; `next` is the cursor of the next part, null at the end."""

    codes: tuple[MadeCodeReply, ...]
    next: int | None


async def begin_batch(context: BoxContext, body: BeginBody) -> BatchReply:
    """Begin a batch of codes; nothing is stored before its codes are made."""
    context.actor(body.actor)
    return BatchReply(batch=await context.box.batches.begin())


async def stage(context: BoxContext, batch: BatchId, body: StageBody) -> DoneReply:
    """Add a part to a batch; a line that is sent again replaces itself."""
    rows = [
        Wanted(
            row.line,
            row.attendee,
            row.expires_at.isoformat() if row.expires_at else "",
            row.code,
            row.sku,
        )
        for row in body.codes
    ]
    await context.box.batches.stage(batch, rows)
    return DoneReply()


async def look_through(context: BoxContext, batch: BatchId) -> LookReply:
    """How a batch is divided among the prizes, and all that prevents it."""
    look = await context.box.batches.look_through(batch)
    return LookReply.of(shares=look.shares, near_twins=look.near_twins, **_shown(look.faults))


async def make_batch(context: BoxContext, batch: BatchId, body: MakeBody) -> MadeBatchReply:
    """Make the codes of a batch, all or none."""
    actor = context.actor(body.actor)
    faults = await context.box.batches.make(
        batch, actor, lambda tx: note(tx, body.file, FilePurpose.CODES, actor)
    )
    return MadeBatchReply.of(made=not faults, **_shown(faults))


async def made_codes(context: BoxContext, batch: BatchId, query: RowsQuery) -> MadeCodesReply:
    """The codes of a batch that was made, with their digits, by line."""
    found = await context.box.batches.made(batch, query.after or 0, query.limit)
    following = found[-1]["line"] if len(found) == query.limit else None
    return MadeCodesReply.of(codes=found, next=following)


async def drop_batch(context: BoxContext, batch: BatchId, body: BeginBody) -> DoneReply:
    """Drop the staged rows; codes that were made stay."""
    context.actor(body.actor)
    await context.box.batches.drop(batch)
    return DoneReply()


def _shown(faults: Sequence[Fault]) -> dict[str, Any]:
    return {"faults": faults[:MOST_FAULTS], "faults_in_all": len(faults)}
