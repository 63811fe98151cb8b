"""Staff: invited by name, enrolled with a device, known by its cookie until the session ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from boxd.errors import Refused
from boxd.ledger import staff, staff_sessions
from boxd.ledger.last_use import LastUses
from boxd.ledger.ledger import Ledger, Transaction, as_text
from boxd.ledger.staff import Invitation, Person
from boxd.ledger.staff_sessions import NewSession, PinEntry, StaffSession
from boxd.machine_clock import utc_now
from boxd.roles import EVERYTHING, Role, TaskScope
from boxd.words import N_

COOKIE = "boxd_staff"
"""The cookie of a device, at every listener."""
PIN_HOURS = 14
"""How long a session by the booth's PIN lasts: a long day at the booth."""
_OVER = N_(
    "The event is over ([staff] until in the configuration): nobody can be invited or signed in."
    " For another event, enter its end there, then restart boxd."
)


@dataclass(frozen=True)
class StaffRules:
    """How many days a session lasts, and when all of them end, whatever they were promised."""

    days: int
    until: datetime | None = None


@dataclass(frozen=True)
class Invited:
    """A person who was invited, and the address that enrols one device."""

    person: Person
    url: str


class StaffService:
    """Invitations and sessions. `address` is where devices reach the pages.

    Everything raises LedgerUnusable if the ledger can't be used.
    """

    def __init__(
        self,
        ledger: Ledger,
        rules: StaffRules,
        address: Callable[[], str],
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._ledger = ledger
        self._rules = rules
        self._address = address
        self._now = now
        self._uses = LastUses(ledger, staff_sessions.note_use)
        self._recent: dict[bytes, int] = {}  # by the cookie's digest: sessions found good lately

    async def session(self, cookie: str) -> StaffSession | None:
        """The session of a device's cookie; records its use. None if it is not good."""
        if not cookie or self._is_over():
            return None
        at = as_text(self._now())
        found = await self._ledger.read(partial(staff_sessions.of_cookie, given=cookie, at=at))
        if found is None:
            self._recent.pop(staff.digest_of(cookie), None)
            return None
        self._recent[staff.digest_of(cookie)] = found.id
        self._uses.note(found.id)
        return found

    def recent(self, cookie: str) -> int | None:
        """The number of the session that this cookie had when it was last looked at."""
        return self._recent.get(staff.digest_of(cookie)) if cookie else None

    async def invite(
        self, name: str, role: Role, actor: str, hours: int, scope: TaskScope = EVERYTHING
    ) -> Invited:
        """Invite a person, known or new, for these tasks. Raises BadInput, Refused."""
        self._refuse_when_over()
        person, secret = await self._ledger.write(
            lambda tx: staff.invite(tx, name, role, actor, hours, scope)
        )
        return Invited(person, f"{self._address()}/i/{secret}")

    async def invitation(self, secret: str) -> Invitation:
        """The invitation of this address, which stays good. Raises NotFound, Refused."""
        self._refuse_when_over()
        at = as_text(self._now())
        return await self._ledger.read(partial(staff.invitation, given=secret, at=at))

    async def enrol(self, secret: str, device: str, former: StaffSession | None) -> NewSession:
        """Use the invitation up for this device; the session that it had before ends.

        Raises NotFound, Refused.
        """
        self._refuse_when_over()

        def enrol(tx: Transaction) -> NewSession:
            found = staff.invitation(tx.connection, secret, tx.at)
            staff.close_invitation(tx, found.id)
            made = staff_sessions.begin(tx, found.person, device, self._rules.days)
            if former is not None:
                staff_sessions.end(tx, former.id, made.session.actor)
            return made

        return await self._ledger.write(enrol)

    async def enter_by_pin(self, entry: PinEntry, device: str) -> NewSession:
        """A session for a device on which the right PIN was entered. Raises Refused."""
        self._refuse_when_over()
        return await self._ledger.write(
            lambda tx: staff_sessions.begin_by_pin(tx, entry, device, PIN_HOURS)
        )

    async def end_of_other_pins(self, digest: bytes) -> None:
        """End the sessions by any other PIN than this one; empty if there is none."""
        await self._ledger.write(lambda tx: staff_sessions.end_of_other_pins(tx, digest))

    async def leave(self, session: StaffSession) -> None:
        """End a session, as its own person wishes."""
        await self._ledger.write(lambda tx: staff_sessions.end(tx, session.id, session.actor))

    async def leave_everywhere(self, session: StaffSession) -> None:
        """End every session of the session's person."""

        def leave(tx: Transaction) -> None:
            if session.person is None:
                staff_sessions.end(tx, session.id, session.actor)
            else:
                person = staff.by_id(tx.connection, session.person)
                staff_sessions.end_all_of(tx, person, session.actor)

        await self._ledger.write(leave)

    async def sessions_of(self, session: StaffSession) -> list[StaffSession]:
        """The good sessions of the session's person, on every device."""
        at = as_text(self._now())
        found = await self._ledger.read(partial(staff_sessions.listing, at=at))
        return [each for each in found if _is_of_the_same(each, session)]

    def _is_over(self) -> bool:
        return self._rules.until is not None and self._now() >= self._rules.until

    def _refuse_when_over(self) -> None:
        if self._is_over():
            raise Refused(_OVER)


def _is_of_the_same(one: StaffSession, other: StaffSession) -> bool:
    return one.id == other.id or (one.person is not None and one.person == other.person)
