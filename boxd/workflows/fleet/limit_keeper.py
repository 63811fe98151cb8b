"""An issue asks the box that keeps the attendees' limits, before a code is made here."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable

from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from boxd.ledger import alarms, attendees, issues, limit_leases
from boxd.ledger.ledger import Ledger
from boxd.words import N_

_WAITS = "limit_unknown"
_WAITS_TEXT = N_(
    "The code of attendee {attendee} waits: {box}, which keeps the limit of codes, does not answer."
    " It comes by itself as soon as both boxes are connected; a task done at that box gives a code"
    " at once."
)


class LimitKeeper:
    """`ask` sends the request to the keeper, which `name` names; returns whether it was heard."""

    def __init__(
        self, ledger: Ledger, ask: Callable[[str, str], Awaitable[bool]], name: str
    ) -> None:
        self._ledger = ledger
        self._ask = ask
        self._name = name

    async def heard(self, issue: str) -> None:
        """Have the keeper's word about this issue in the ledger.

        Raises a passing error while the keeper does not answer; an alarm says so.
        """
        attendee, reference = await self._ledger.read(lambda c: _asks_for(c, issue))
        if not reference:
            return
        if await self._ask(issue, reference):
            await self._ledger.write(lambda tx: alarms.clear(tx, _WAITS, issue))
            return
        text = _WAITS_TEXT.format(attendee=attendee, box=self._name)
        await self._ledger.write(lambda tx: alarms.raise_alarm(tx, _WAITS, issue, text))
        raise ApplicationError(
            f"{self._name} does not answer",
            type="KeeperNotHeard",
            category=ApplicationErrorCategory.BENIGN,
        )


def _asks_for(connection: sqlite3.Connection, issue: str) -> tuple[int, str]:
    """The issue's attendee; without a reference if nothing has to be asked any more."""
    standing = issues.require(connection, issue)
    number = standing.attendee
    is_known = limit_leases.why_none(connection, issue) is not None
    if standing.state.has_ended or is_known or attendees.rehearses(connection, number):
        return number, ""
    return number, attendees.find(connection, number).reference or ""
