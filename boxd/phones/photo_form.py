"""The form with an attendee's photo, read with a limit that people are told in words."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from http import HTTPStatus

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from boxd.errors import BadInput
from boxd.web.problems import RequestError
from boxd.web.request_body import read_at_most
from boxd.words import N_

# What a camera makes, where no script made it small; a little less than the gateway lets through.
LARGEST_BYTES = 8_000_000
_MOST_FIELDS = 4
_TOO_LARGE = N_(
    "This photo is larger than {size} MB. Choose a smaller one, or set the camera to a lower"
    " resolution and take it again."
)
_NO_PHOTO = N_("Choose or take a photo first.")
_FOREIGN = N_("This form does not belong to this page. Open the page again.")


@dataclass(frozen=True)
class PhotoForm:
    """A photo as it came from the phone, and the kind of task that it is for."""

    kind: str
    photo: bytes


async def read_photo_form(request: Request) -> PhotoForm:
    """The form of a request. Raises BadInput, RequestError for one that comes too slowly."""
    parser = MultiPartParser(
        request.headers, _stream(await _body(request)), max_files=1, max_fields=_MOST_FIELDS
    )
    try:
        found = await parser.parse()
    except (MultiPartException, KeyError):
        raise BadInput(_FOREIGN) from None
    photo, kind = found.get("photo"), found.get("kind")
    raw = await photo.read() if isinstance(photo, UploadFile) else b""
    await found.close()
    if not raw:
        raise BadInput(_NO_PHOTO)
    return PhotoForm(kind if isinstance(kind, str) else "", raw)


async def _body(request: Request) -> bytes:
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise BadInput(_FOREIGN)
    try:
        return await read_at_most(request, LARGEST_BYTES)
    except RequestError as error:
        if error.status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            raise
        size = LARGEST_BYTES // 1_000_000
        raise BadInput(_TOO_LARGE.format(size=size)) from None


async def _stream(content: bytes) -> AsyncGenerator[bytes, None]:
    yield content
