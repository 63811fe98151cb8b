"""The bodies of requests: what their members can be, and the errors for wrong ones."""

from __future__ import annotations

from typing import Annotated, ClassVar, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)
from starlette.requests import Request

from boxd.errors import BadInput
from boxd.text_fields import Line
from boxd.web.request_body import BODY_LIMIT, read_at_most

IMPORT_LIMIT = 8 * 1024 * 1024

WORDS = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"  # may have line breaks
Words = Annotated[str, StringConstraints(pattern=WORDS)]


def _whole(given: object) -> object:
    """2.0 is a whole number in JSON, like 2; other values are not changed."""
    return int(given) if isinstance(given, float) and given.is_integer() else given


WHOLE = BeforeValidator(_whole)
Whole = Annotated[int, WHOLE]
# The limits come first: behind the validator they would be missing in the description.
Step = Annotated[int, Field(ge=0, le=1_000_000), WHOLE]
Days = Annotated[int, Field(ge=1, le=3650), WHOLE]


class Shape(BaseModel):
    """A JSON object: unknown members are errors, nothing is converted silently."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)
    example: ClassVar[str] = "{}"


class Body(Shape):
    """A body that names the actor."""

    actor: Line | None = None


class ActorBody(Body):
    """A body with only the actor."""

    example = '{"actor": "anna"}'


class ReasonBody(Body):
    """A body with a reason."""

    example = '{"reason": "the prize was left inside"}'

    reason: Line


AnyBody = TypeVar("AnyBody", bound=Shape)


async def read(request: Request, shape: type[AnyBody], limit: int = BODY_LIMIT) -> AnyBody:
    """Read and check the request's body.

    Raises BadInput for a wrong body, RequestError for one above `limit` bytes.
    """
    text = await read_at_most(request, limit)
    try:
        return shape.model_validate_json(text or b"{}")
    except ValidationError as error:
        wrong = "; ".join(explained(each["loc"], each["msg"]) for each in error.errors()[:5])
        raise BadInput(f"{wrong}. A body looks like {shape.example}") from None


def explained(location: tuple[int | str, ...], rule: str) -> str:
    """What is wrong at a place of a body."""
    where = ".".join(str(part) for part in location) or "the body"
    return f"{where}: {rule}"
