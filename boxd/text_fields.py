"""The text types of every input: a line, and a prize's SKU."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from boxd import names

_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")
SKU_RULE = "a short name of lower-case letters, digits and hyphens, at most 32"


def _line(text: str) -> str:
    """The text in boxd's form. Raises pydantic's error for the rule that it breaks."""
    line = names.cleaned(text)
    if why := names.why_refused(line):
        raise PydanticCustomError("line", "{why}", {"why": why})
    return line


def _as_written(given: object) -> object:
    """A text only if it is written as a time: pydantic takes numbers for seconds since 1970."""
    if isinstance(given, str) and not _TIME.match(given):
        told = "is to be a time like 2026-11-22T18:00:00+01:00"
        raise PydanticCustomError("moment", "{why}", {"why": told})
    return given


def _in_utc(given: datetime) -> datetime:
    """The moment, if it has a date in UTC: the first and the last days there are may have none."""
    try:
        return given.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError("moment", "is too far away to be a date in UTC") from None


Moment = Annotated[AwareDatetime, BeforeValidator(_as_written), AfterValidator(_in_utc)]
"""A moment with its time zone, as ISO 8601 writes it."""

Line = Annotated[
    str,
    AfterValidator(_line),
    Field(description=f"a line of 1 to {names.LONGEST} characters"),
    WithJsonSchema(
        {"type": "string", "minLength": 1, "maxLength": names.LONGEST, "pattern": names.PATTERN}
    ),
]
"""A name or any other single line of text; see boxd/names.py."""

Sku = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9][a-z0-9-]{0,31}$",
        description=SKU_RULE,
    ),
]
"""A prize's identifier for programs and files."""

LanguageCode = Annotated[
    str, Field(pattern="^[a-z]{2,3}$", description="the short name of a language, e.g. 'de'")
]
