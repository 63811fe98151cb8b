"""The API of redemptions: where they stand, and a person's answers to them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from starlette.responses import Response

from boxd.api.bodies import AnswerBody
from boxd.api.queries import RedemptionsQuery, is_set
from boxd.api.replies import AcceptedReply, OneRedemptionReply, RedemptionsReply
from boxd.api.request_context import RequestContext
from boxd.errors import BadInput
from boxd.redemption import Answer, AnswerKind
from boxd.web import problems


def _known(said: Any) -> Any:
    if said in list(AnswerKind):
        return said
    known = ", ".join(AnswerKind)
    raise BadInput(f"'{str(said)[:40]}' is no answer to a redemption; one of: {known}")


RedemptionId = Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,100}$")]
Kind = Annotated[AnswerKind, BeforeValidator(_known)]


async def redemptions(call: RequestContext, query: RedemptionsQuery) -> RedemptionsReply:
    """Redemptions, newest first."""
    found = await call.box.redemptions(is_set(query.open), query.limit, query.after)
    following = found[-1]["id"] if len(found) == query.limit else None
    return RedemptionsReply.of(redemptions=found, next=following)


async def redemption(call: RequestContext, redemption: RedemptionId) -> OneRedemptionReply:
    """One redemption and all that happened in it."""
    return OneRedemptionReply.of(**await call.box.redemption(redemption))


async def answer(
    call: RequestContext,
    redemption: RedemptionId,
    kind: Kind,
    body: AnswerBody,
) -> AcceptedReply | Response:
    """Take a person's answer: accepted, or `409` and why not."""
    step = body.step
    if step is None:
        step = (await call.box.redemption(redemption))["redemption"]["step"]
    given = Answer(
        id=call.key,
        redemption=redemption,
        step=step,
        kind=kind,
        actor=call.actor(body.actor),
        sku=body.sku or "",
        remedy=body.remedy,
        reason=body.reason,
        seen_shut=body.seen_shut,
    )
    reply = await call.box.answer(given)
    where = {"stage": reply.standing.stage, "step": reply.standing.step}
    if reply.accepted:
        return AcceptedReply.of(accepted=True, why=reply.why, **where)
    return problems.problem(409, "refused", "Refused", reply.why, accepted=False, **where)
