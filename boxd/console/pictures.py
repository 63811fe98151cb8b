"""The pictures of prizes, by digest: for everybody, because a picture names nobody."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from boxd.api import listener

PATH = "/pictures/{digest}.jpg"
_FOR_EVER = "private, max-age=31536000, immutable"  # other bytes have another digest


async def answer(request: Request) -> Response:
    """The picture. Raises NotFound."""
    store = listener.of(request).box.require_services().pictures
    picture = await asyncio.to_thread(store.read, str(request.path_params["digest"]))
    return Response(picture, headers={"Cache-Control": _FOR_EVER}, media_type="image/jpeg")
