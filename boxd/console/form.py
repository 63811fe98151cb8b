"""Forms of the console: fields and files, read with a limit."""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.requests import Request

from boxd.errors import BadInput
from boxd.web.request_body import read_at_most
from boxd.words import gettext as _

_MOST_FIELDS = 400


async def read_form(request: Request, limit: int) -> dict[str, str]:
    """The fields of an urlencoded form, with plain line ends. Raises BadInput, RequestError."""
    content = await read_at_most(request, limit)
    try:
        fields = parse_qsl(
            content.decode("ascii"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="replace",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        raise BadInput(_("That is no form of this page. Open the page again.")) from None
    return {name: value.replace("\r\n", "\n") for name, value in fields}
