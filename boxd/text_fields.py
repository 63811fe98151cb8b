"""The texts that are handed in, whoever hands them in: a line, and a prize's SKU."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from boxd import names


def _line(text: str) -> str:
    """The text as boxd keeps it. Raises what pydantic takes for the rule that it breaks."""
    line = names.cleaned(text)
    if why := names.why_refused(line):
        raise PydanticCustomError("line", "{why}", {"why": why})
    return line


Line = Annotated[
    str,
    AfterValidator(_line),
    Field(description=f"a line of 1 to {names.LONGEST} characters"),
    WithJsonSchema(
        {"type": "string", "minLength": 1, "maxLength": names.LONGEST, "pattern": names.PATTERN}
    ),
]
"""What people are called, and whatever else is one line of text; see boxd/names.py."""

Sku = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9][a-z0-9-]{0,31}$",
        description="a short name of lower-case letters, digits and hyphens, at most 32",
    ),
]
"""What a prize is called by programs and files."""
