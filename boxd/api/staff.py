"""The API of the staff: invite people, list their devices, end sessions, remove people."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from pydantic import AliasPath, Field

from boxd.api import task_scopes
from boxd.api.bodies import WHOLE, ActorBody, Body
from boxd.api.replies import ReplyModel
from boxd.api.request_context import BoxContext
from boxd.errors import BadInput
from boxd.ledger import staff as ledger_staff
from boxd.ledger import staff_sessions
from boxd.ledger.ledger import Transaction, as_text
from boxd.machine_clock import utc_now
from boxd.roles import Role, StaffRole, TaskScope
from boxd.text_fields import Line

SessionNumber = Annotated[int, Field(ge=1, le=2**31)]
Hours = Annotated[int, Field(ge=1, le=24 * 14), WHOLE]


class InviteBody(Body):
    """A person to invite. The invitation enrols one device, once.

    `kinds` narrows them to tasks of these kinds.
    """

    example = '{"name": "Eva", "role": "attendant"}'

    name: Line
    role: StaffRole
    hours: Hours = ledger_staff.HOURS
    kinds: tuple[Line, ...] = Field((), max_length=100)


class PersonBody(Body):
    """A person of the staff, by name."""

    example = '{"name": "Eva"}'

    name: Line


class PersonReply(ReplyModel):
    """A person of the staff."""

    name: str
    role: str
    invited_at: str
    kinds: tuple[str, ...] = Field(validation_alias=AliasPath("scope", "kinds"))


class InvitedReply(ReplyModel):
    """The person, and the address that enrols one device, which is never shown again."""

    person: PersonReply
    url: str


class SessionReply(ReplyModel):
    """A device on which somebody is known. `person` is null if it is by the booth's PIN."""

    id: int
    name: str
    person: int | None
    role: str
    device: str
    created_at: str
    last_used_at: str
    expires_at: str


class StaffReply(ReplyModel):
    """Everybody of the staff, and every session that is good."""

    staff: tuple[PersonReply, ...]
    sessions: tuple[SessionReply, ...]


class EndedReply(ReplyModel):
    """How many sessions were ended."""

    ended: int


async def staff(context: BoxContext) -> StaffReply:
    """Everybody of the staff, and the devices on which they are known."""
    ledger, at = context.box.ledger, as_text(utc_now())
    return StaffReply.of(
        staff=await ledger.read(ledger_staff.listing),
        sessions=await ledger.read(partial(staff_sessions.listing, at=at)),
    )


async def invite_staff(context: BoxContext, body: InviteBody) -> InvitedReply:
    """Invite a person; only this reply has the invitation's address."""
    actor = context.actor(body.actor)
    role, scope = Role(body.role), TaskScope(kinds=body.kinds)
    if scope.is_narrow and role is not Role.ATTENDANT:
        raise BadInput(f"kinds: they narrow an attendant, and the role is {role}")
    await task_scopes.check(context, role, scope)
    invited = await context.box.staff.invite(body.name, role, actor, body.hours, scope)
    return InvitedReply.of(person=invited.person, url=invited.url)


async def end_staff_session(
    context: BoxContext, session: SessionNumber, body: ActorBody
) -> EndedReply:
    """End the session of one device, for ever."""
    actor = context.actor(body.actor)
    await context.box.ledger.write(lambda tx: staff_sessions.end(tx, session, actor))
    return EndedReply.of(ended=1)


async def end_staff_sessions(context: BoxContext, body: PersonBody) -> EndedReply:
    """End every session of a person, and withdraw their invitations."""
    actor = context.actor(body.actor)

    def end(tx: Transaction) -> int:
        person = ledger_staff.by_name(tx.connection, body.name)
        return staff_sessions.end_all_of(tx, person, actor)

    return EndedReply.of(ended=await context.box.ledger.write(end))


async def remove_staff(context: BoxContext, body: PersonBody) -> EndedReply:
    """Take a person off the staff, with every session."""
    actor = context.actor(body.actor)

    def remove(tx: Transaction) -> int:
        person = ledger_staff.by_name(tx.connection, body.name)
        return staff_sessions.remove(tx, person, actor)

    return EndedReply.of(ended=await context.box.ledger.write(remove))
