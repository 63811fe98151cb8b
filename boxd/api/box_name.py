"""The API of the box's name, which people see on screens, phones and paper."""

from __future__ import annotations

from boxd.api.bodies import Body
from boxd.api.replies import ReplyModel
from boxd.api.request_context import BoxContext
from boxd.text_fields import Line


class BoxNameBody(Body):
    """What people call the box from now on."""

    example = '{"name": "Prizes in hall 2"}'

    name: Line


class BoxNameReply(ReplyModel):
    """The box's name. One that is `configured` is changed in the configuration alone."""

    name: str
    configured: bool


async def box_name(context: BoxContext) -> BoxNameReply:
    """What people call the box, and whether the configuration says so."""
    label = context.box.label
    return BoxNameReply(name=label.shown(), configured=label.is_configured)


async def choose_box_name(context: BoxContext, body: BoxNameBody) -> BoxNameReply:
    """Call the box so: screens, phones and new sheets show it at once."""
    await context.box.label.choose(body.name, context.actor(body.actor))
    return await box_name(context)
