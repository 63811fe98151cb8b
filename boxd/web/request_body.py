"""Reading a request's body, with limits on its size and time."""

from __future__ import annotations

import asyncio

from starlette.requests import Request

from boxd.web.problems import RequestError

BODY_LIMIT = 64 * 1024
# For a phone at the edge of the WiFi; a slower sender would keep a socket busy.
BODY_WITHIN_S = 20.0


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
