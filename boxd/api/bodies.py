"""The bodies that the API takes: their shapes, limits, and what a wrong one is told."""

from __future__ import annotations

import asyncio
from typing import Annotated, ClassVar, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)
from pydantic_core import PydanticCustomError
from starlette.requests import Request

from boxd.adjustment import why_no_adjustment
from boxd.devices import DoorState, Key, LampName
from boxd.errors import BadInput
from boxd.redemption import Remedy
from boxd.text_fields import Line, Sku
from boxd.web.problems import RequestError

BODY_LIMIT = 64 * 1024
IMPORT_LIMIT = 8 * 1024 * 1024
BODY_WITHIN_S = 20.0  # a phone at the edge of the WiFi; whoever is slower keeps a socket busy

WORDS = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"  # may have line breaks
Words = Annotated[str, StringConstraints(pattern=WORDS)]


def _whole(given: object) -> object:
    """2.0 is a whole number in JSON, as 2 is; anything else is left as it is."""
    return int(given) if isinstance(given, float) and given.is_integer() else given


_WHOLE = BeforeValidator(_whole)
Whole = Annotated[int, _WHOLE]
# The limits come first: behind the validator they would not get into the description.
Step = Annotated[int, Field(ge=0, le=1_000_000), _WHOLE]
Days = Annotated[int, Field(ge=1, le=3650), _WHOLE]


def _adjustment(units: int) -> int:
    if why := why_no_adjustment(units):
        raise PydanticCustomError("no_adjustment", "{why}", {"why": why})
    return units


Units = Annotated[
    int,
    Field(ge=-1_000_000, le=1_000_000, json_schema_extra={"not": {"const": 0}}),
    _WHOLE,
    AfterValidator(_adjustment),
]


class Shape(BaseModel):
    """A JSON object: unknown members are errors, nothing is converted silently."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)
    example: ClassVar[str] = "{}"


class Body(Shape):
    """A body that names who acts."""

    actor: Line | None = None


class AnswerBody(Body):
    """A person's answer to a redemption."""

    example = '{"step": 3}'

    step: Step | None = None
    sku: Sku | None = None
    remedy: Remedy | None = None
    reason: Words = Field("", max_length=500)
    seen_shut: bool = False


class PrizeBody(Shape):
    """One prize of an import."""

    sku: Sku
    name: Line
    units: Whole = Field(ge=0, le=100_000)
    weight: Whole = Field(1, ge=0, le=1000)


class ImportBody(Body):
    """Prizes to add."""

    example = '{"prizes": [{"sku": "sticker", "name": "Sticker pack", "units": 20}]}'

    prizes: tuple[PrizeBody, ...] = Field(min_length=1, max_length=10_000)


class AdjustBody(Body):
    """Units to receive or to write off."""

    example = '{"units": -1, "reason": "one was broken"}'

    units: Units
    reason: Line


class CodesBody(Body):
    """Codes to make."""

    example = '{"attendee": "badge-1234", "sku": "sticker", "count": 1}'

    attendee: Line
    sku: Sku | None = None
    count: Whole = Field(1, ge=1, le=1000)
    valid_days: Days | None = None


class ReasonBody(Body):
    """Something that needs a reason."""

    example = '{"reason": "the prize was left inside"}'

    reason: Line


class ServiceBody(Body):
    """A locker goes back into service."""

    example = '{"actor": "anna"}'

    reason: Words = Field("", max_length=500)


class ActorBody(Body):
    """Something that needs only a name."""

    example = '{"actor": "anna"}'


class BorrowBody(Shape):
    """A device to test."""

    example = '{"device": "board-0"}'

    device: Line


class LampBody(Shape):
    """A lamp of the device under test."""

    example = '{"lamp": "standby", "lit": true}'

    lamp: LampName
    lit: bool


class BuzzerBody(Shape):
    """How long the buzzer of the device under test sounds, in milliseconds."""

    example = '{"ms": 300}'

    ms: Whole = Field(ge=1, le=1000)


class KeysBody(Shape):
    """Keys to press on a simulated keypad."""

    example = '{"keys": ["1", "2", "Enter"]}'

    keys: tuple[Key, ...] = Field(min_length=1, max_length=64)


class DoorBody(Shape):
    """A simulated door to move."""

    example = '{"state": "closed"}'

    state: Literal[DoorState.OPEN, DoorState.CLOSED]


class FaultBody(Shape):
    """A simulated part to break or mend."""

    example = '{"device": "board-0", "fault": "unplug"}'

    device: str = Field(min_length=1, max_length=64)
    fault: str = Field(min_length=1, max_length=64)
    key: Key | None = None


AnyBody = TypeVar("AnyBody", bound=Shape)


async def read(request: Request, shape: type[AnyBody], limit: int = BODY_LIMIT) -> AnyBody:
    """The request's body in its shape.

    Raises BadInput for a wrong shape, RequestError for a body above `limit` bytes.
    """
    text = await read_at_most(request, limit)
    try:
        return shape.model_validate_json(text or b"{}")
    except ValidationError as error:
        wrong = "; ".join(_told(each["loc"], each["msg"]) for each in error.errors()[:5])
        raise BadInput(f"{wrong}. A body looks like {shape.example}") from None


def _told(location: tuple[int | str, ...], rule: str) -> str:
    where = ".".join(str(part) for part in location) or "the body"
    return f"{where}: {rule}"


async def read_at_most(request: Request, limit: int) -> bytes:
    """The request's body. Raises RequestError for one above `limit` bytes."""
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            async for chunk in request.stream():
                size += len(chunk)
                if size > limit:
                    detail = f"the body is longer than {limit} bytes; send it in several parts"
                    raise RequestError(413, "too-long", "Body too long", detail)
                chunks.append(chunk)
    except TimeoutError:
        detail = f"the body did not arrive within {BODY_WITHIN_S:.0f} s; send it again"
        raise RequestError(408, "too-slow", "Body too slow", detail) from None
    return b"".join(chunks)
