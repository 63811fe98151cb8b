"""The API of prizes and their stock."""

from __future__ import annotations

from boxd.api.bodies import AdjustBody, ImportBody
from boxd.api.replies import OnePrizeReply, PrizesReply
from boxd.api.request_context import RequestContext
from boxd.text_fields import Sku
from boxd.web.box import PrizeRow


async def prizes(call: RequestContext) -> PrizesReply:
    """Every prize with its stock."""
    return PrizesReply.of(prizes=await call.box.prizes())


async def import_prizes(call: RequestContext, body: ImportBody) -> PrizesReply:
    """Add prizes and receive their units, all or none."""
    rows = [PrizeRow(row.sku, row.name, row.units, row.weight) for row in body.prizes]
    return PrizesReply.of(prizes=await call.box.import_prizes(rows, call.actor(body.actor)))


async def adjust_prize(call: RequestContext, sku: Sku, body: AdjustBody) -> OnePrizeReply:
    """Receive or write off units of a prize."""
    actor = call.actor(body.actor)
    return OnePrizeReply.of(prize=await call.box.adjust_prize(sku, body.units, body.reason, actor))
