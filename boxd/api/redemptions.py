"""The API of redemptions: their standings, and people's answers."""

from __future__ import annotations

from typing import Annotated, Any

import structlog
from pydantic import BeforeValidator, Field
from starlette.responses import Response

from boxd.api.audit import AuditRow
from boxd.api.bodies import Body, Step, Words
from boxd.api.queries import Flag, PageQuery, is_set
from boxd.api.replies import ReplyModel
from boxd.api.request_context import BoxContext
from boxd.errors import BadInput
from boxd.ledger import redemption_standings
from boxd.look_back.files import as_json
from boxd.redemption import Answer, AnswerKind, Remedy, Reply
from boxd.text_fields import Sku
from boxd.web import problems

log = structlog.get_logger(__name__)
Json = dict[str, Any]


def _known(said: Any) -> Any:
    if said in list(AnswerKind):
        return said
    known = ", ".join(AnswerKind)
    raise BadInput(f"'{str(said)[:40]}' is no answer to a redemption; one of: {known}")


RedemptionId = Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,100}$")]
Kind = Annotated[AnswerKind, BeforeValidator(_known)]


class RedemptionsQuery(PageQuery):
    """Which redemptions."""

    open: Flag = "0"


class AnswerBody(Body):
    """A person's answer to a redemption."""

    example = '{"step": 3}'

    step: Step | None = None
    sku: Sku | None = None
    remedy: Remedy | None = None
    reason: Words = Field("", max_length=500)
    seen_shut: bool = False


class RedemptionReply(ReplyModel):
    """A redemption: its stage, since when, and its subject."""

    id: str
    bay: str
    stage: str
    step: int
    attempt: int
    outcome_unknown: bool
    locker: int | None
    code: int | None
    sku: str | None
    prize: str
    refusal: str | None
    home: str | None
    begun_at: str
    since: str
    ended_at: str | None


class RedemptionsReply(ReplyModel):
    """Redemptions, newest first; `next` is the cursor of the next part, null at the end."""

    redemptions: tuple[RedemptionReply, ...]
    next: str | None


class OneRedemptionReply(ReplyModel):
    """A redemption with all that belongs to it."""

    redemption: RedemptionReply
    answers: tuple[Json, ...]
    actuations: tuple[Json, ...]
    audit: tuple[AuditRow, ...]


class InstantReply(ReplyModel):
    """What happened, and how ledger, workflow and hardware were just after it."""

    at: str
    source: str
    what: str
    stage: str
    event: int
    known: str
    line: str
    hardware: Json


class LookBackReply(ReplyModel):
    """A redemption, instant by instant; `missing` are the sources that say nothing of it."""

    redemption: str
    box: str
    instants: tuple[InstantReply, ...]
    missing: tuple[str, ...]


class AcceptedReply(ReplyModel):
    """An accepted answer, and the redemption's standing after it."""

    accepted: bool
    why: str
    stage: str
    step: int


async def redemptions(context: BoxContext, query: RedemptionsQuery) -> RedemptionsReply:
    """Redemptions, newest first."""
    found = await context.box.ledger.read(
        lambda c: redemption_standings.listing(c, is_set(query.open), query.limit, query.after)
    )
    following = found[-1]["id"] if len(found) == query.limit else None
    return RedemptionsReply.of(redemptions=found, next=following)


async def redemption(context: BoxContext, redemption: RedemptionId) -> OneRedemptionReply:
    """One redemption and all that happened in it."""
    found = await context.box.ledger.read(lambda c: redemption_standings.details(c, redemption))
    return OneRedemptionReply.of(**found)


async def look_back(context: BoxContext, redemption: RedemptionId) -> LookBackReply:
    """One redemption instant by instant: its ledger, its workflow, and simulated hardware."""
    return LookBackReply.of(**as_json(await context.box.look_backs.of(redemption)))


async def answer(
    context: BoxContext,
    redemption: RedemptionId,
    kind: Kind,
    body: AnswerBody,
) -> AcceptedReply | Response:
    """Take a person's answer: accepted, or `409` and why not."""
    given = Answer(
        id=context.key,
        redemption=redemption,
        step=body.step or 0,  # 0: the present question
        kind=kind,
        actor=context.actor(body.actor),
        sku=body.sku or "",
        remedy=body.remedy,
        reason=body.reason,
        seen_shut=body.seen_shut,
    )
    reply = await context.box.redemptions.answer(given)
    _log(given, reply)
    where = {"stage": reply.standing.stage, "step": reply.standing.step}
    if reply.accepted:
        return AcceptedReply.of(accepted=True, why=reply.why, **where)
    return problems.problem(409, "refused", "Refused", reply.why, accepted=False, **where)


def _log(answer: Answer, reply: Reply) -> None:
    log.info(
        "answer.accepted" if reply.accepted else "answer.refused",
        redemption=answer.redemption,
        bay=reply.standing.bay,
        locker=reply.standing.locker,
        answer=answer.kind.value,
        actor=answer.actor,
        why=reply.why or None,
    )
