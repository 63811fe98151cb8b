"""The API of claim codes: issue, list, show, void; and the codes of one attendee."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from boxd.api.bodies import Body, Days, ReasonBody, Whole
from boxd.api.near_twins import NearTwinReply, near_twins
from boxd.api.queries import Flag, Query, RowsQuery, Text, is_set
from boxd.api.replies import ReplyModel
from boxd.api.request_context import BoxContext
from boxd.ledger import codes as ledger_codes
from boxd.ledger import variants
from boxd.ledger.codes import CodeOrder
from boxd.organiser.limits_here import require_limits_here
from boxd.text_fields import Line, Sku

Json = dict[str, Any]
CodeNumber = Annotated[int, Field(ge=0, le=2**31)]
CodeState = Literal["ready", "in_use", "spent", "expired", "voided"]


class CodesBody(Body):
    """Codes to make."""

    example = '{"attendee": "badge-1234", "sku": "sticker", "count": 1}'

    attendee: Line
    sku: Sku | None = None
    count: Whole = Field(1, ge=1, le=1000)
    valid_days: Days | None = None


class FindBody(Body):
    """The digits of a code as people write them, also with blanks and hyphens."""

    example = '{"code": "1234 5674"}'

    code: Line


class ChosenVariantBody(Body):
    """The variant that an attendee chose instead of the one that was drawn."""

    example = '{"sku": "tshirt-m"}'

    sku: Sku


class CodesQuery(RowsQuery):
    """Which codes."""

    state: CodeState | None = None
    attendee: Text | None = None


class AttendeeCodesQuery(RowsQuery):
    """Which of an attendee's codes, and whether with their digits, which is recorded."""

    state: CodeState | None = None
    reveal: Flag = "0"
    actor: Text | None = None


class CodeQuery(Query):
    """Whether to show a code's digits, and to whom, which is recorded."""

    reveal: Flag = "0"
    actor: Text | None = None


class CodeReply(ReplyModel):
    """A code without its digits. `attendee` is null once the attendee is forgotten."""

    id: int
    sku: str
    prize: str
    attendee: str | None
    box: str
    state: CodeState
    issued_at: str
    expires_at: str


class RevealedCodeReply(CodeReply):
    """A code; `code` are its digits, null unless requested."""

    code: str | None = None


class OneCodeReply(ReplyModel):
    """A code as it is now."""

    code: RevealedCodeReply


class CodesReply(ReplyModel):
    """Codes, newest first; `next` is the cursor of the next part, null at the end."""

    codes: tuple[CodeReply, ...]
    next: int | None


class AttendeeCodesReply(ReplyModel):
    """An attendee's codes, newest first; `next` is the cursor of the next part."""

    codes: tuple[RevealedCodeReply, ...]
    next: int | None


class NewCodeReply(ReplyModel):
    """A new code with its digits."""

    id: int
    code: str
    attendee: str
    sku: str
    prize: str
    expires_at: str


class NewCodesReply(ReplyModel):
    """New codes with their digits."""

    codes: tuple[NewCodeReply, ...]
    near_twins: tuple[NearTwinReply, ...]


async def issue_codes(context: BoxContext, body: CodesBody) -> NewCodesReply:
    """Make codes; only this reply has their digits."""
    box, rules = context.box, context.box.config.codes
    require_limits_here(box.config)
    order = CodeOrder(
        attendee=body.attendee,
        box=box.config.box.id,
        length=rules.length,
        home=box.config.fleet.number,
        valid_days=rules.valid_days if body.valid_days is None else body.valid_days,
        actor=context.actor(body.actor),
        sku=body.sku,
        per_attendee=rules.per_attendee,
    )
    made = await box.ledger.write(
        lambda tx: [ledger_codes.issue(tx, order, box.keys) for _ in range(body.count)]
    )
    twins = await near_twins(context, [body.attendee])
    return NewCodesReply.of(codes=made, near_twins=twins)


async def codes(context: BoxContext, query: CodesQuery) -> CodesReply:
    """Codes without their digits, newest first."""
    found = await context.box.ledger.read(
        lambda c: ledger_codes.listing(c, query.state, query.limit, query.attendee, query.after)
    )
    return CodesReply.of(codes=found, next=_next(found, query.limit))


async def attendee_codes(
    context: BoxContext, attendee: Text, query: AttendeeCodesQuery
) -> AttendeeCodesReply:
    """An attendee's codes, newest first; with their digits only on request."""
    found: list[Json] = await context.box.ledger.read(
        lambda c: ledger_codes.listing(
            c, query.state, query.limit, attendee, query.after, is_own=True
        )
    )
    if is_set(query.reveal):
        actor = context.actor(query.actor)
        found = [each | await _digits(context, each["id"], actor) for each in found]
    return AttendeeCodesReply.of(codes=found, next=_next(found, query.limit))


async def code(context: BoxContext, code: CodeNumber, query: CodeQuery) -> OneCodeReply:
    """One code; with its digits only on request."""
    actor = context.actor(query.actor) if is_set(query.reveal) else ""
    found = await context.box.ledger.read(lambda c: ledger_codes.find(c, code))
    if is_set(query.reveal):
        found |= await _digits(context, code, actor)
    return OneCodeReply.of(code=found)


async def find_code(context: BoxContext, body: FindBody) -> OneCodeReply:
    """The code that has these digits, which are not shown again."""
    box = context.box
    found = await box.ledger.read(lambda c: ledger_codes.of_digits(c, body.code, box.keys))
    return OneCodeReply.of(code=found)


async def void_code(context: BoxContext, code: CodeNumber, body: ReasonBody) -> OneCodeReply:
    """End a code that was not used."""
    actor, ledger = context.actor(body.actor), context.box.ledger
    await ledger.write(lambda tx: ledger_codes.void(tx, code, body.reason, actor))
    return OneCodeReply.of(code=await ledger.read(lambda c: ledger_codes.find(c, code)))


async def choose_variant(
    context: BoxContext, code: CodeNumber, body: ChosenVariantBody
) -> OneCodeReply:
    """Let a ready code be for another variant of its prize, as long as one is left."""
    actor, ledger = context.actor(body.actor), context.box.ledger
    await ledger.write(lambda tx: variants.choose(tx, code, body.sku, actor))
    return OneCodeReply.of(code=await ledger.read(lambda c: ledger_codes.find(c, code)))


async def _digits(context: BoxContext, code: int, actor: str) -> Json:
    """The digits of a code; showing them is recorded."""
    box = context.box
    digits = await box.ledger.write(lambda tx: ledger_codes.reveal(tx, code, box.keys, actor))
    return {"code": digits}


def _next(found: list[Json], limit: int) -> int | None:
    return int(found[-1]["id"]) if len(found) == limit else None
