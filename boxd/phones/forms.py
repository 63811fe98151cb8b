"""Forms from the pages: read with a size limit, and parsed."""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.requests import Request

from boxd.errors import BadInput
from boxd.web.request_body import BODY_LIMIT, read_at_most
from boxd.words import N_

_MOST_FIELDS = 20


async def read_form(request: Request) -> dict[str, str]:
    """The fields of an urlencoded form, with plain line ends. Raises BadInput, RequestError."""
    content = await read_at_most(request, BODY_LIMIT)
    try:
        fields = parse_qsl(
            content.decode("ascii"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="replace",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        raise BadInput(N_("This form does not belong to this page. Open the page again.")) from None
    return {name: value.replace("\r\n", "\n") for name, value in fields}


def number_in(form: dict[str, str], name: str) -> int:
    """A whole number from the form. Raises BadInput."""
    text = form.get(name, "")
    if text.isascii() and text.isdigit() and len(text) < 8:
        return int(text)
    raise BadInput(f"{name}: '{text[:20]}' is no number. Open the page again.")
