"""Forms of the console: fields and files, read with a limit."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from boxd.errors import BadInput
from boxd.web.request_body import read_at_most
from boxd.words import gettext as _

_MOST_FIELDS = 1000
_MOST_FILES = 4


@dataclass(frozen=True)
class PostedForm:
    """The fields of a form, with plain line ends, and its files that are not empty."""

    fields: Mapping[str, str]
    files: Mapping[str, bytes] = field(default_factory=dict)


async def read_form(request: Request, limit: int) -> PostedForm:
    """The form of a request. Raises BadInput, and RequestError above `limit` bytes."""
    content = await read_at_most(request, limit)
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await _multipart(request, content)
    try:
        fields = parse_qsl(
            content.decode("ascii"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="replace",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        raise BadInput(_("This form does not belong to this page. Open the page again.")) from None
    return PostedForm({name: _plain(value) for name, value in fields})


async def _multipart(request: Request, content: bytes) -> PostedForm:
    async def stream() -> AsyncGenerator[bytes, None]:
        yield content

    parser = MultiPartParser(
        request.headers, stream(), max_files=_MOST_FILES, max_fields=_MOST_FIELDS
    )
    try:
        found = await parser.parse()
    except MultiPartException:
        raise BadInput(_("This form does not belong to this page. Open the page again.")) from None
    fields, files = {}, {}
    for name, value in found.multi_items():
        if isinstance(value, UploadFile):
            files[name] = await value.read()
        else:
            fields[name] = _plain(value)
    await found.close()
    return PostedForm(fields, {name: raw for name, raw in files.items() if raw})


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n")
