"""Orders from upstream: their schema, and the errors of those that break it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from boxd.errors import BadInput
from boxd.text_fields import Line, Sku
from boxd.upstream.exchange import HttpAnswer

MOST_ORDERS = 1000

_Id = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,100}$")]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class TaskOrder(_Shape):
    """Start the task of this kind for an attendee."""

    id: _Id
    type: Literal["task"]
    kind: Line
    attendee: Line


class UpstreamCodeOrder(_Shape):
    """Issue a code to an attendee, drawn among `prizes` (empty: all)."""

    id: _Id
    type: Literal["code"]
    attendee: Line
    prizes: tuple[Sku, ...] = Field((), max_length=100)
    valid_days: int | None = Field(None, ge=1, le=3650)


class PrizeOrder(_Shape):
    """Add a prize, or rename one, and receive `units` of it."""

    id: _Id
    type: Literal["prize"]
    sku: Sku
    name: Line
    units: int = Field(0, ge=0, le=100_000)
    weight: int = Field(1, ge=0, le=1000)


Order = Annotated[TaskOrder | UpstreamCodeOrder | PrizeOrder, Field(discriminator="type")]


class OrderPage(_Shape):
    """Orders, to be carried out in this order; `cursor` is for the next request."""

    orders: tuple[Order, ...] = Field(max_length=MOST_ORDERS)
    cursor: str = Field(max_length=500, pattern=r"^[\x21-\x7e]*$")


def page_of(answer: HttpAnswer) -> OrderPage:
    """The orders in a response. Raises BadInput, naming what is wrong, for anything else."""
    if answer.content_type != "application/json":
        kind = answer.content_type or "no type"
        raise BadInput(f"it answers {answer.status} with {kind} instead of orders in JSON")
    try:
        return OrderPage.model_validate_json(answer.body)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        told = "; ".join(_told(fault["loc"], fault["msg"]) for fault in faults[:3])
        raise BadInput(f"its orders have a wrong shape, and none was carried out: {told}") from None


def _told(location: tuple[int | str, ...], rule: str) -> str:
    return f"{'.'.join(str(part) for part in location) or 'the answer'}: {rule}"
