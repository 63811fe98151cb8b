"""The first invitation: how a box that has no organiser yet gets one, without a shell.

Its address is shown at the box alone (docs/security.md says who can see it), changes every few
minutes, and is good until somebody has enrolled by it.
"""

from __future__ import annotations

import hmac
import secrets
import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta

from boxd.errors import NotFound
from boxd.ledger import audit, staff, staff_sessions
from boxd.ledger.ledger import Ledger, Transaction
from boxd.ledger.staff_sessions import NewSession
from boxd.machine_clock import utc_now
from boxd.roles import Role
from boxd.words import N_

_TURNS_EVERY = timedelta(minutes=10)
_ONE_HOUR = 1  # it is used up in the same transaction
_NO_GOOD = N_(
    "This invitation is no longer good. Look at the operator's screen again: if it shows none, this"
    " box has an organiser. Ask them to invite you"
)


class FirstInvitation:
    """Offers the invitation while nobody is organiser; `days` is how long a session lasts."""

    def __init__(
        self, ledger: Ledger, days: int, is_on: bool, now: Callable[[], datetime] = utc_now
    ) -> None:
        self._ledger = ledger
        self._days = days
        self._is_on = is_on
        self._now = now
        self._secrets = ("", "")  # the one that is shown, and the one before
        self._turned: datetime | None = None

    async def secret(self) -> str | None:
        """What the shown address ends in; None if none is shown."""
        if not self._is_on or await self._ledger.read(_has_organiser):
            return None
        now = self._now()
        if self._turned is None or not timedelta() <= now - self._turned < _TURNS_EVERY:
            self._secrets = (secrets.token_urlsafe(32), self._secrets[0])
            self._turned = now
        return self._secrets[0]

    async def check(self, given: str) -> None:
        """Raise NotFound unless the address with this ending is good now."""
        shown = await self.secret()
        if shown is None or not self._is_one(given):
            raise NotFound(_NO_GOOD)

    async def enrol(self, given: str, name: str, device: str) -> NewSession:
        """Make somebody this box's first organiser. Raises NotFound, BadInput, Refused."""
        await self.check(given)

        def enrol(tx: Transaction) -> NewSession:
            if _has_organiser(tx.connection):
                raise NotFound(_NO_GOOD)  # somebody was quicker
            by = "the first invitation"
            person, secret = staff.invite(tx, name, Role.ORGANISER, by, _ONE_HOUR)
            staff.close_invitation(tx, staff.invitation(tx.connection, secret, tx.at).id)
            made = staff_sessions.begin(tx, person, device, self._days)
            audit.append(tx, audit.Entry(made.session.actor, "staff.first_organiser"))
            return made

        return await self._ledger.write(enrol)

    def _is_one(self, given: str) -> bool:
        sent = given.encode("utf-8", "replace")
        return any(
            known != "" and hmac.compare_digest(known.encode("ascii"), sent)
            for known in self._secrets
        )


def _has_organiser(connection: sqlite3.Connection) -> bool:
    """Whether somebody of the staff has enrolled as organiser, on whatever device."""
    found = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM staff JOIN staff_sessions ON staff = staff.id"
        " WHERE role = 'organiser' AND removed_at IS NULL)"
    ).fetchone()
    return bool(found[0])
