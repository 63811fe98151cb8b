"""The API of units on their way between two boxes: what left, what arrived, what is missing."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from boxd import names
from boxd.api.bodies import Body, Whole
from boxd.api.replies import ReplyModel
from boxd.api.request_context import BoxContext
from boxd.config import Config
from boxd.errors import NotFound, Refused
from boxd.ledger import stock_arrivals, stock_moves, stock_sent
from boxd.ledger.home_number import MOST_BOXES
from boxd.ledger.stock_moves import StockMove
from boxd.stock_move import MissingUnits
from boxd.text_fields import Line, Sku

MoveId = Annotated[str, Field(pattern=r"^\d{1,2}-\d{6}$", description="a stock move's id")]


class SendBody(Body):
    """Units that leave for another box, which `to` names by its number or its name."""

    example = '{"sku": "mug", "units": 10, "to": "2"}'

    sku: Sku
    units: Whole = Field(ge=1, le=100_000)
    to: Line


class ArrivalBody(Body):
    """How many units are there; what is missing a person decides about afterwards."""

    example = '{"units": 8}'

    units: Whole = Field(ge=0, le=100_000)


class SettlementBody(Body):
    """What became of units that are missing, and how that is known."""

    example = '{"units": 2, "became": "lost", "reason": "the carton was open"}'

    units: Whole = Field(ge=1, le=100_000)
    became: Literal["found", "returned", "lost", "written_off"]
    reason: Line


class StockMoveReply(ReplyModel):
    """Units on their way. `missing` are nowhere: under way or, once `is_signed`, missing.

    `direction` is out at the box that sent them and in at the other one, `box` the other box's
    number and `box_name` its name.
    """

    move: str
    direction: str
    sku: str
    name: str
    units: int
    box: int
    box_name: str
    is_signed: bool
    arrived: int
    returned: int
    written_off: int
    missing: int
    since: str


class StockMovesReply(ReplyModel):
    """The moves with units that are nowhere."""

    moves: tuple[StockMoveReply, ...]


class OneStockMoveReply(ReplyModel):
    """A stock move as it is now."""

    move: StockMoveReply


async def stock_moves_under_way(context: BoxContext) -> StockMovesReply:
    """Units that are under way or missing, of both directions."""
    found = await context.box.ledger.read(stock_moves.open_ones)
    box_names = context.box.config.fleet.box_names
    return StockMovesReply.of(moves=[each.as_json(box_names) for each in found])


async def send_stock(context: BoxContext, body: SendBody) -> OneStockMoveReply:
    """Units leave this box for another one."""
    config, actor = context.box.config, context.actor(body.actor)
    own = config.fleet.number
    if own is None or config.fleet_service is None:
        raise Refused(
            "this box has no connection to other boxes ([fleet] number, event and address); book"
            " the units at both boxes with `boxd prizes adjust`"
        )
    to = _box_named(body.to, config)
    if to == own:
        raise Refused(f"'{body.to}' is this box itself; name another one")
    sent = await context.box.ledger.write(
        lambda tx: stock_sent.send(tx, body.sku, body.units, own, to, actor)
    )
    return _reply(sent, config)


async def sign_for_stock(context: BoxContext, move: MoveId, body: ArrivalBody) -> OneStockMoveReply:
    """Sign for the units that are there."""
    actor = context.actor(body.actor)
    found = await context.box.ledger.write(
        lambda tx: stock_arrivals.arrive(tx, move, body.units, actor)
    )
    return _reply(found, context.box.config)


async def settle_stock(
    context: BoxContext, move: MoveId, body: SettlementBody
) -> OneStockMoveReply:
    """Say what became of units that are missing."""
    actor, became = context.actor(body.actor), MissingUnits(body.became)
    found = await context.box.ledger.write(
        lambda tx: stock_arrivals.settle(tx, move, body.units, became, body.reason, actor)
    )
    return _reply(found, context.box.config)


def _reply(move: StockMove, config: Config) -> OneStockMoveReply:
    return OneStockMoveReply.of(move=move.as_json(config.fleet.box_names))


def _box_named(to: str, config: Config) -> int:
    if to.isascii() and to.isdigit() and 1 <= int(to) <= MOST_BOXES:
        return int(to)
    known = [names.folded(each) for each in config.fleet.box_names]
    if names.folded(to) in known:
        return known.index(names.folded(to)) + 1
    raise NotFound(
        f"no box is called '{to}': give a box's number from 1 to {MOST_BOXES}, or one of [fleet]"
        f" box_names ({', '.join(config.fleet.box_names) or 'none are configured'})"
    )
