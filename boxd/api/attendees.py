"""The API of attendees: list, show, forget."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from boxd.api.bodies import Body
from boxd.api.near_twins import NearTwinReply, near_twins
from boxd.api.queries import Query, RowsQuery, Text
from boxd.api.replies import ReplyModel
from boxd.api.request_context import BoxContext
from boxd.api.tasks import TaskStandingReply
from boxd.errors import BadInput
from boxd.ledger import attendee_codes, attendee_list, task_standings
from boxd.organiser.erasing import Forgotten
from boxd.text_fields import Line

Numbers = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,10}(,[0-9]{1,10})*$")]


class AttendeesQuery(RowsQuery):
    """Which attendees: a part of the list, those with some numbers (`3,17`), or a search's.

    `search` is a part of a reference in any spelling, a pseudonym or a number.
    """

    numbers: Numbers | None = None
    search: Text | None = None


class NameQuery(Query):
    """An attendee's reference or pseudonym."""

    name: Text


class AddBody(Body):
    """Whom to add, by what the organiser calls them; known ones stay as they are.

    With `dry_run` nobody is added: the reply only names whom the box has in another spelling.
    """

    example = '{"attendees": ["badge-1234"]}'

    attendees: tuple[Line, ...] = Field(min_length=1, max_length=1000)
    dry_run: bool = False


class ForgetBody(Body):
    """Whom to forget, by reference or pseudonym; or everybody."""

    example = '{"attendees": ["badge-1234"]}'

    attendees: tuple[Line, ...] = Field((), max_length=1000)
    everybody: bool = False


class AttendeeReply(ReplyModel):
    """An attendee, with the numbers of open and of all tasks and codes."""

    number: int
    reference: str | None
    pseudonym: str
    forgotten_at: str | None
    tasks_open: int
    tasks: int
    codes_open: int
    codes: int


class AttendeesReply(ReplyModel):
    """Attendees by number; `next` is the cursor of the next part, null at the end."""

    attendees: tuple[AttendeeReply, ...]
    next: int | None


class OwnCodeReply(ReplyModel):
    """A code of the attendee, without its digits."""

    id: int = Field(validation_alias="number")
    state: str
    prize: str
    issued_at: str
    expires_at: str


class AttendeeDetailsReply(ReplyModel):
    """An attendee with their tasks and codes."""

    attendee: AttendeeReply
    tasks: tuple[TaskStandingReply, ...]
    codes: tuple[OwnCodeReply, ...]
    near_twins: tuple[NearTwinReply, ...]


class AddedReply(ReplyModel):
    """Everybody who was named, by number."""

    attendees: tuple[AttendeeReply, ...]
    near_twins: tuple[NearTwinReply, ...]


class ForgottenReply(ReplyModel):
    """The number of forgotten attendees, and the pseudonyms of those who were named.

    `histories_left` is the number of tasks whose histories at the Temporal server still have their
    words: they are deleted in the background, at the latest when the server is back.
    """

    forgotten: int
    pseudonyms: tuple[str, ...]
    histories_left: int = 0


async def attendees(context: BoxContext, query: AttendeesQuery) -> AttendeesReply:
    """Attendees by number, each with the numbers of their tasks and codes."""
    ledger = context.box.ledger
    if query.numbers is not None:
        numbers = [int(number) for number in query.numbers.split(",")]
        named = await ledger.read(lambda c: attendee_list.of_numbers(c, numbers))
        return AttendeesReply.of(attendees=named, next=None)
    if query.search is not None:
        text = query.search
        like = await ledger.read(lambda c: attendee_list.search(c, text, query.limit))
        return AttendeesReply.of(attendees=like, next=None)
    found = await ledger.read(lambda c: attendee_list.page(c, query.after or 0, query.limit))
    following = found[-1].number if len(found) == query.limit else None
    return AttendeesReply.of(attendees=found, next=following)


async def attendee(context: BoxContext, query: NameQuery) -> AttendeeDetailsReply:
    """One attendee with their tasks and codes."""
    ledger = context.box.ledger
    number = (await ledger.read(lambda c: attendee_list.called(c, query.name))).number
    rows = await ledger.read(lambda c: attendee_list.of_numbers(c, [number]))
    return AttendeeDetailsReply.of(
        attendee=rows[0],
        near_twins=await near_twins(context, filter(None, [rows[0].reference])),
        tasks=await ledger.read(lambda c: task_standings.of_attendee(c, number)),
        codes=await ledger.read(lambda c: attendee_codes.of_attendee(c, number)),
    )


async def add(context: BoxContext, body: AddBody) -> AddedReply:
    """Add attendees; those who are there stay as they are."""
    actor, ledger = context.actor(body.actor), context.box.ledger
    if body.dry_run:
        twins = await near_twins(context, body.attendees)
        return AddedReply.of(attendees=(), near_twins=twins)
    found = await ledger.write(lambda tx: attendee_list.add(tx, body.attendees, actor))
    twins = await near_twins(context, body.attendees)
    return AddedReply.of(attendees=found, near_twins=twins)


async def forget(context: BoxContext, body: ForgetBody) -> ForgottenReply:
    """Delete all personal data of some attendees, or of everybody, from the ledger."""
    actor, erasing = context.actor(body.actor), context.box.erasing
    if body.everybody == bool(body.attendees):
        raise BadInput("attendees: name whom to forget, or give 'everybody': true, not both")
    if body.everybody:
        return _reply(await erasing.forget_everybody(actor))
    return _reply(await erasing.forget(body.attendees, actor))


def _reply(done: Forgotten) -> ForgottenReply:
    return ForgottenReply(
        forgotten=done.count, pseudonyms=done.pseudonyms, histories_left=done.histories_left
    )
