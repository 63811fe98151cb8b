"""The API of the links that phones open: attendees' cards, and checkpoints' signs."""

from __future__ import annotations

from pydantic import Field

from boxd.api.bodies import Body
from boxd.api.near_twins import NearTwinReply, near_twins
from boxd.api.replies import ReplyModel
from boxd.api.request_context import BoxContext
from boxd.text_fields import Line

_MOST = 1000


class AttendeeLinksBody(Body):
    """Whose links to make; `renew` makes their earlier links useless."""

    example = '{"attendees": ["badge-1234"]}'

    attendees: tuple[Line, ...] = Field(min_length=1, max_length=_MOST)
    renew: bool = False


class CheckpointLinksBody(Body):
    """Which checkpoints' links to make, all if none is named; `renew` revokes earlier signs."""

    example = '{"checkpoints": ["entrance"]}'

    checkpoints: tuple[Line, ...] = Field((), max_length=_MOST)
    renew: bool = False


class AttendeeLinkReply(ReplyModel):
    """An attendee's own link: it shows the codes to anyone."""

    reference: str
    number: int
    url: str


class AttendeeLinksReply(ReplyModel):
    """Links, in the order of the request."""

    links: tuple[AttendeeLinkReply, ...]
    near_twins: tuple[NearTwinReply, ...]


class CheckpointLinkReply(ReplyModel):
    """The link on a checkpoint's sign."""

    checkpoint: str
    name: str
    url: str


class CheckpointLinksReply(ReplyModel):
    """Links, in the order of the request."""

    links: tuple[CheckpointLinkReply, ...]


async def attendee_links(context: BoxContext, body: AttendeeLinksBody) -> AttendeeLinksReply:
    """Make the personal links of attendees."""
    links = await context.box.links.of_attendees(
        body.attendees, body.renew, context.actor(body.actor)
    )
    twins = await near_twins(context, body.attendees)
    return AttendeeLinksReply.of(links=links, near_twins=twins)


async def checkpoint_links(context: BoxContext, body: CheckpointLinksBody) -> CheckpointLinksReply:
    """Make the links for the signs of checkpoints."""
    actor = context.actor(body.actor)
    links = await context.box.links.of_checkpoints(body.checkpoints, body.renew, actor)
    return CheckpointLinksReply.of(links=links)
