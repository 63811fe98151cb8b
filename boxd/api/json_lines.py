"""Bodies of any length: one JSON object on each line, checked and handed on as they come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Generic, TypeVar

from pydantic import ValidationError
from starlette.requests import Request

from boxd.api.bodies import Shape, explained
from boxd.errors import BadInput
from boxd.web.problems import RequestError
from boxd.web.request_body import BODY_WITHIN_S

MEDIA_TYPE = "application/x-ndjson"
LONGEST_LINE_BYTES = 16 * 1024
MOST_LINES = 200_000

Line = TypeVar("Line", bound=Shape)


class JsonLines(Generic[Line]):
    """The lines of one request's body, each in its shape."""

    def __init__(self, request: Request, shape: type[Line]) -> None:
        self._request = request
        self._shape = shape

    async def parts(self, most: int) -> AsyncIterator[list[Line]]:
        """The lines in their order, up to `most` at a time.

        Raises BadInput for a line in a wrong shape, RequestError for one that is too long, for too
        many, and for a body that stops coming.
        """
        part: list[Line] = []
        number = 0
        async for line in self._lines():
            number += 1
            if number > MOST_LINES:
                raise _too_long(f"the body has more than {MOST_LINES} lines; send it in several")
            part.append(self._read(number, line))
            if len(part) == most:
                yield part
                part = []
        if part:
            yield part

    def _read(self, number: int, line: bytes) -> Line:
        try:
            return self._shape.model_validate_json(line)
        except ValidationError as error:
            wrong = "; ".join(explained(each["loc"], each["msg"]) for each in error.errors()[:5])
            example = self._shape.example
            raise BadInput(f"line {number} of the body: {wrong}. It looks like {example}") from None

    async def _lines(self) -> AsyncIterator[bytes]:
        """Each line that is not empty."""
        rest = b""
        stream = self._request.stream()
        while (chunk := await _next(stream)) is not None:
            *whole, rest = (rest + chunk).split(b"\n")
            for line in filter(bytes.strip, whole):
                yield line
            if len(rest) > LONGEST_LINE_BYTES:
                raise _too_long(f"a line is longer than {LONGEST_LINE_BYTES} bytes; shorten it")
        if rest.strip():
            yield rest


async def _next(stream: AsyncIterator[bytes]) -> bytes | None:
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            return await anext(stream, None)
    except TimeoutError:
        detail = f"nothing more of the body came within {BODY_WITHIN_S:.0f} s; send it again"
        raise RequestError(408, "too-slow", "Body too slow", detail) from None


def _too_long(detail: str) -> RequestError:
    return RequestError(413, "too-long", "Body too long", detail)
