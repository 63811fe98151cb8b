"""The API of issuing codes without a task."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from boxd.api.bodies import Body, Days
from boxd.api.near_twins import NearTwinReply, near_twins
from boxd.api.replies import ReplyModel
from boxd.api.request_context import BoxContext
from boxd.issue import IssueState
from boxd.ledger import attendees
from boxd.ledger.issues import IssueOrder
from boxd.ledger.ledger import Transaction
from boxd.text_fields import Line, Sku


class IssueBody(Body):
    """A code to issue, drawn among these prizes, or all."""

    example = '{"attendee": "badge-1234", "prizes": ["mug", "sticker"]}'

    attendee: Line
    prizes: tuple[Sku, ...] = Field((), max_length=100)
    valid_days: Days | None = None


class IssueReply(ReplyModel):
    """The result of issuing a code; `code` is its number, never its digits."""

    id: str = Field(validation_alias="issue")
    state: IssueState
    task: str | None
    attendee: int
    sku: Annotated[str | None, BeforeValidator(lambda sku: sku or None)]
    code: int | None
    why: str
    since: str


class OneIssueReply(ReplyModel):
    """The issue of a code as it is now."""

    issue: IssueReply
    near_twins: tuple[NearTwinReply, ...]


async def issue(context: BoxContext, body: IssueBody) -> OneIssueReply:
    """Issue a code without a task; sold out and over the limit are results."""
    actor = context.actor(body.actor)

    def order(tx: Transaction) -> IssueOrder:
        # The ids of tasks' issues have no slash.
        number = attendees.number_of(tx, body.attendee)
        return IssueOrder(f"request/{context.key}", number, actor, body.prizes, body.valid_days)

    issued = await context.box.tasks.issue(order)
    twins = await near_twins(context, [body.attendee])
    return OneIssueReply.of(issue=issued, near_twins=twins)
