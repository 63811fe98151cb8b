"""The API of the phones' network: the address at which they reach the box."""

from __future__ import annotations

from boxd.api.bodies import Body
from boxd.api.replies import ReplyModel
from boxd.api.request_context import BoxContext
from boxd.text_fields import Line


class PhonesAddressBody(Body):
    """The address, without a path. It is in every QR code: what was printed before is of no use."""

    example = '{"address": "http://box-1.local:4322"}'

    address: Line


class PhonesReply(ReplyModel):
    """The phones' network as it is now.

    `suggested` is an address that may well lead to this box. An address that is `configured` is
    changed in the configuration alone.
    """

    address: str | None
    configured: bool
    open: bool
    suggested: str


async def phones(context: BoxContext) -> PhonesReply:
    """Where phones reach the box, and whether its network is open to them."""
    network = context.box.phones
    return PhonesReply(
        address=network.address,
        configured=network.is_configured,
        open=network.is_open,
        suggested=network.suggested,
    )


async def choose_phones_address(context: BoxContext, body: PhonesAddressBody) -> PhonesReply:
    """Let phones reach the box at this address; their network opens at once if it was closed."""
    await context.box.phones.choose(body.address, context.actor(body.actor))
    return await phones(context)
