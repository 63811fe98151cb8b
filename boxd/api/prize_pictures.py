"""The API of prizes' pictures."""

from __future__ import annotations

import base64
import binascii

from pydantic import Field

from boxd.api.bodies import ActorBody, Body
from boxd.api.replies import ReplyModel
from boxd.api.request_context import BoxContext
from boxd.errors import BadInput
from boxd.ledger import prize_pictures, room
from boxd.pictures.upright import LARGEST_BYTES
from boxd.text_fields import Sku

PICTURE_LIMIT = LARGEST_BYTES * 4 // 3 + 1024


class PictureBody(Body):
    """A photo, JPEG, PNG or WebP, in base64."""

    example = '{"picture": "/9j/4AAQSkZJRg..."}'

    picture: str = Field(min_length=1)


class PictureReply(ReplyModel):
    """The prize's picture by its digest; null if it has none. `GET /pictures/DIGEST.jpg` is it."""

    sku: str
    picture: str | None


async def put_picture(context: BoxContext, sku: Sku, body: PictureBody) -> PictureReply:
    """Give a prize a picture, cut square and made small, without the photo's metadata."""
    actor, ledger = context.actor(body.actor), context.box.ledger
    try:
        raw = base64.b64decode(body.picture, validate=True)
    except (binascii.Error, ValueError):
        raise BadInput("picture: this is no base64") from None
    room.require(ledger.file.parent, len(raw))
    digest = await context.box.pictures.keep(raw)
    await ledger.write(lambda tx: prize_pictures.put(tx, sku, digest, actor))
    return PictureReply(sku=sku, picture=digest)


async def remove_picture(context: BoxContext, sku: Sku, body: ActorBody) -> PictureReply:
    """Take a prize's picture away."""
    actor, ledger = context.actor(body.actor), context.box.ledger
    await ledger.write(lambda tx: prize_pictures.remove(tx, sku, actor))
    return PictureReply(sku=sku, picture=None)
