"""The API of prizes and their stock."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from boxd.adjustment import why_no_adjustment
from boxd.api.bodies import WHOLE, Body, ReasonBody, Shape, Whole
from boxd.api.imported_files import FileBody, note
from boxd.api.replies import ReplyModel
from boxd.api.request_context import BoxContext
from boxd.ledger import prize_import, prize_names, stock, variants
from boxd.ledger.imported_files import FilePurpose
from boxd.ledger.ledger import Transaction
from boxd.text_fields import LanguageCode, Line, Sku


def _adjustment(units: int) -> int:
    if why := why_no_adjustment(units):
        raise PydanticCustomError("no_adjustment", "{why}", {"why": why})
    return units


Units = Annotated[
    int,
    Field(ge=-1_000_000, le=1_000_000, json_schema_extra={"not": {"const": 0}}),
    WHOLE,
    AfterValidator(_adjustment),
]


Names = Annotated[dict[LanguageCode, Line], Field(max_length=20)]
"""What a prize is called in other languages than the event's own, by their short names."""


class PrizeBody(Shape):
    """One prize of an import.

    Its units are those of `variant`, where it has variants: the prize gets it if it lacks it.
    Without `names` it keeps the names in other languages that it has.
    """

    sku: Sku
    name: Line
    units: Whole = Field(ge=0, le=100_000)
    weight: Whole = Field(1, ge=0, le=1000)
    variant: Line | None = None
    names: Names | None = None


class ImportBody(Body):
    """Prizes to add, and the file that they come from.

    `units_are` says whether their units come in addition, or are all that there are.
    """

    example = '{"prizes": [{"sku": "sticker", "name": "Sticker pack", "units": 20}]}'

    prizes: tuple[PrizeBody, ...] = Field(min_length=1, max_length=10_000)
    file: FileBody | None = None
    units_are: Literal["received", "counted"] = "received"


class NewPrizeBody(Body):
    """A prize to add, with its first units."""

    example = '{"sku": "sticker", "name": "Sticker pack", "units": 20}'

    sku: Sku
    name: Line
    units: Whole = Field(0, ge=0, le=100_000)
    weight: Whole = Field(1, ge=0, le=1000)
    names: Names | None = None


class ChangePrizeBody(Body):
    """What to change of a prize; what is left out stays. `names` replace all in other languages."""

    example = '{"name": "Sticker pack, large", "names": {"de": "Aufkleber, groß"}}'

    name: Line | None = None
    weight: Annotated[int, Field(ge=0, le=1000), WHOLE] | None = None
    names: Names | None = None


class CountBody(Body):
    """The units that somebody has counted, those that are held for codes among them."""

    example = '{"units": 17, "reason": "counted in the morning"}'

    units: Whole = Field(ge=0, le=100_000)
    reason: Line


class CountedBody(Shape):
    """What was counted of one prize, those units among it that are held for codes."""

    sku: Sku
    units: Whole = Field(ge=0, le=100_000)


class RecountBody(Body):
    """What was counted of several prizes, and why."""

    example = '{"counts": [{"sku": "mug", "units": 17}], "reason": "counted in the morning"}'

    counts: tuple[CountedBody, ...] = Field(min_length=1, max_length=10_000)
    reason: Line


class VariantBody(Shape):
    """A variant to add: what it is called beside the prize's name, and its first units."""

    label: Line
    units: Whole = Field(0, ge=0, le=100_000)


class VariantsBody(Body):
    """Variants to add to a prize, in the order in which people see them."""

    example = '{"variants": [{"label": "S", "units": 5}, {"label": "M", "units": 10}]}'

    variants: tuple[VariantBody, ...] = Field(min_length=1, max_length=variants.MOST)


class AdjustBody(Body):
    """Units to receive or to write off."""

    example = '{"units": -1, "reason": "one was broken"}'

    units: Units
    reason: Line


class PrizeReply(ReplyModel):
    """A prize with its stock: received = on_hand + held + dispensed + written_off.

    `variant_of` and `variant` are the prize that it is a variant of, and what it is called there.
    `names` are its names in other languages than the event's own.
    """

    sku: str
    name: str
    weight: int
    received: int
    on_hand: int
    held: int
    dispensed: int
    written_off: int
    variant_of: str | None
    variant: str | None
    has_variants: bool
    names: dict[str, str]


class PrizesReply(ReplyModel):
    """Every prize."""

    prizes: tuple[PrizeReply, ...]


class OnePrizeReply(ReplyModel):
    """A prize as it is now."""

    prize: PrizeReply


class CountReply(OnePrizeReply):
    """A prize after a count; `difference` is what was booked, above 0 if more were there."""

    difference: int


class RetiredPrizeReply(OnePrizeReply):
    """A prize that is drawn no more; `written_off_now` units of it were written off."""

    written_off_now: int


async def prizes(context: BoxContext) -> PrizesReply:
    """Every prize with its stock."""
    return PrizesReply.of(prizes=await context.box.ledger.read(stock.listing))


async def import_prizes(context: BoxContext, body: ImportBody) -> PrizesReply:
    """Add prizes and receive their units, or book what was counted; all or none."""
    actor, ledger = context.actor(body.actor), context.box.ledger
    is_count = body.units_are == "counted"
    rows = [
        prize_import.ImportedPrize(row.sku, row.name, row.units, row.weight, row.variant, row.names)
        for row in body.prizes
    ]

    def bring(tx: Transaction) -> None:
        note(tx, body.file, FilePurpose.PRIZES, actor)
        prize_import.take(tx, rows, actor, is_count=is_count)

    await ledger.write(bring)
    return PrizesReply.of(prizes=await ledger.read(stock.listing))


async def add_prize(context: BoxContext, body: NewPrizeBody) -> OnePrizeReply:
    """Add a prize and receive its first units."""
    actor, ledger = context.actor(body.actor), context.box.ledger
    prize = stock.StockedPrize(body.sku, body.name, body.units, body.weight, body.names)
    await ledger.write(lambda tx: stock.add(tx, prize, actor))
    return OnePrizeReply.of(prize=await ledger.read(lambda c: stock.find(c, body.sku)))


async def change_prize(context: BoxContext, sku: Sku, body: ChangePrizeBody) -> OnePrizeReply:
    """Give a prize another name, weight, or names in other languages."""
    actor, ledger = context.actor(body.actor), context.box.ledger

    def change(tx: Transaction) -> None:
        stock.change(tx, sku, actor, body.name, body.weight)
        if body.name is not None:
            variants.rename(tx, sku, actor)
        if body.names is not None:
            prize_names.put(tx, sku, body.names, actor)

    await ledger.write(change)
    return OnePrizeReply.of(prize=await ledger.read(lambda c: stock.find(c, sku)))


async def count_prize(context: BoxContext, sku: Sku, body: CountBody) -> CountReply:
    """Book the difference to what was counted of a prize."""
    actor, ledger = context.actor(body.actor), context.box.ledger
    booked = await ledger.write(lambda tx: _count(tx, sku, body.units, body.reason, actor))
    found = await ledger.read(lambda c: stock.find(c, sku))
    return CountReply.of(prize=found, difference=booked)


async def recount_prizes(context: BoxContext, body: RecountBody) -> PrizesReply:
    """Book the differences to what was counted of several prizes, all or none."""
    actor, ledger = context.actor(body.actor), context.box.ledger

    def book(tx: Transaction) -> None:
        for each in body.counts:
            _count(tx, each.sku, each.units, body.reason, actor)

    await ledger.write(book)
    return PrizesReply.of(prizes=await ledger.read(stock.listing))


async def retire_prize(context: BoxContext, sku: Sku, body: ReasonBody) -> RetiredPrizeReply:
    """Write off what is on hand of a prize and its variants, and draw it no more."""
    actor, ledger = context.actor(body.actor), context.box.ledger

    def retire(tx: Transaction) -> int:
        ends = [sku, *(each.sku for each in variants.of_prize(tx.connection, sku))]
        return sum(stock.retire(tx, each, body.reason, actor) for each in ends)

    units = await ledger.write(retire)
    found = await ledger.read(lambda c: stock.find(c, sku))
    return RetiredPrizeReply.of(prize=found, written_off_now=units)


async def adjust_prize(context: BoxContext, sku: Sku, body: AdjustBody) -> OnePrizeReply:
    """Receive or write off units of a prize."""
    actor, ledger = context.actor(body.actor), context.box.ledger

    def adjust(tx: Transaction) -> None:
        if body.units > 0:
            variants.require_none(tx.connection, sku)
        stock.adjust(tx, sku, body.units, body.reason, actor)

    await ledger.write(adjust)
    return OnePrizeReply.of(prize=await ledger.read(lambda c: stock.find(c, sku)))


async def add_variants(context: BoxContext, sku: Sku, body: VariantsBody) -> PrizesReply:
    """Give a prize variants, each with a stock of its own; the reply has the prize and these."""
    actor, ledger = context.actor(body.actor), context.box.ledger
    new = [variants.NewVariant(each.label, each.units) for each in body.variants]
    await ledger.write(lambda tx: variants.add(tx, sku, new, actor))
    found = await ledger.read(stock.listing)
    return PrizesReply.of(prizes=[each for each in found if sku in _names(each)])


def _names(prize: dict[str, object]) -> tuple[object, object]:
    return prize["sku"], prize["variant_of"]


def _count(tx: Transaction, sku: str, units: int, reason: str, actor: str) -> int:
    if units:
        variants.require_none(tx.connection, sku)
    return stock.count(tx, sku, units, reason, actor)
