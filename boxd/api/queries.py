"""The queries of requests: their names, limits, and the errors for wrong ones."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request

from boxd.errors import BadInput

MOST_ROWS = 1000
Flag = Literal["0", "1", "false", "true"]
Limit = Annotated[int, Field(ge=1, le=MOST_ROWS)]
Cursor = Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,120}$")]
RowCursor = Annotated[int, Field(ge=0, le=2**62)]
Text = Annotated[str, Field(min_length=1, max_length=200)]


class Query(BaseModel):
    """A query: unknown names are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class PageQuery(Query):
    """Which part of a list: `limit` rows after the cursor `next` of the previous part."""

    limit: Limit = 50
    after: Cursor | None = None


class RowsQuery(Query):
    """Which part of a numbered list: `limit` rows after the number `next` of the previous part."""

    limit: Limit = 50
    after: RowCursor | None = None


AnyQuery = TypeVar("AnyQuery", bound=Query)


def is_set(flag: Flag) -> bool:
    """Whether a flag of a query is set."""
    return flag in {"1", "true"}


def read_query(request: Request, shape: type[AnyQuery]) -> AnyQuery:
    """Read and check the request's query. Raises BadInput."""
    given = request.query_params.multi_items()
    values = {name: _as_number(text) if _is_number(shape, name) else text for name, text in given}
    if len(values) < len(given):
        raise BadInput("the query names something twice; give each name once")
    try:
        return shape.model_validate(values, strict=None)
    except ValidationError as error:
        told = [_told(str(each["loc"][0]), each["msg"], given) for each in error.errors()[:5]]
        raise BadInput("; ".join(told)) from None


def refuse_query(request: Request) -> None:
    """Raise BadInput if there is a query and none is allowed."""
    for name in request.query_params:
        raise BadInput(f"{name[:40]}: {request.url.path} takes no query; leave it out")


def _told(name: str, rule: str, given: list[tuple[str, str]]) -> str:
    value = next((text for key, text in given if key == name), "")
    return f"{name[:40]}: '{value[:40]}': {rule}"


def _is_number(shape: type[Query], name: str) -> bool:
    field = shape.model_fields.get(name)
    return field is not None and int in (field.annotation, *_inner(field.annotation))


def _inner(annotation: object) -> set[object]:
    """The types inside of an optional or annotated type."""
    parts = get_args(annotation)
    return set(parts).union(*(_inner(part) for part in parts)) if parts else set()


def _as_number(text: str) -> int | str:
    """`text` as a whole number; `text` itself, which is then refused, if it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else text
