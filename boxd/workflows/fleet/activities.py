"""The activities of a moving code: each decides in one transaction of this box's ledger."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from boxd.ledger import claims, rights, roll_calls, visits
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.ledger import Ledger, Transaction
from boxd.redemption import Refusal
from boxd.spending_right import (
    Given,
    RightWanted,
    RollAnswer,
    RollCall,
    TakenIn,
    VisitOutcome,
)
from boxd.workflows.activity_errors import as_activity_errors
from boxd.workflows.fleet.doubt import Doubt
from boxd.workflows.fleet.messages import CodeVisit, Settlement
from boxd.workflows.fleet.roll_call import CallingBox, call_the_roll
from boxd.workflows.fleet.signatures import FleetSignatures


@dataclass(frozen=True)
class FleetBox:
    """A box: its id in its ledger, its number in the fleet.

    A code that was brought here and not claimed goes home after `unused_after_s`: the Enter that
    brought it claims it within a second, and a box that restarts in between takes a few. `run` is
    another one at each start of boxd.
    """

    id: str
    number: int
    unused_after_s: float = 30.0
    run: str = field(default_factory=lambda: secrets.token_hex(8))


class FleetActivities(FleetSignatures):
    """What this box does for itself and for others."""

    def __init__(self, ledger: Ledger, keys: CodeKeys, box: FleetBox) -> None:
        self._ledger = ledger
        self._keys = keys
        self._box = box
        self.doubt = Doubt(ledger)
        self._arriving: dict[str, asyncio.Event] = {}

    @contextmanager
    def arriving(self, move: str) -> Iterator[asyncio.Event]:
        """An event that is set as soon as this box has taken in the code of the move."""
        self._arriving[move] = asyncio.Event()
        try:
            yield self._arriving[move]
        finally:
            del self._arriving[move]

    async def call_the_roll(self, client: Client, event: str) -> None:
        """Ask all other boxes of the event what this one may have forgotten."""
        caller = CallingBox(event, self._box.number, self._box.run)
        await call_the_roll(client, caller, self._ledger, self.doubt)

    def all(self) -> Sequence[Callable[..., object]]:
        """The activities, for the worker."""
        return (
            self.give_right,
            self.take_in,
            self.outcome_here,
            self.settle_move,
            self.answer_roll_call,
            self.hear_answer,
        )

    @activity.defn
    async def give_right(self, wanted: RightWanted) -> Given:
        """Give the right to spend a code away, or say why not."""
        with as_activity_errors():
            given = await self._ledger.write(lambda tx: self._give(tx, wanted))
        return replace(given, run=self._box.run)

    def _give(self, tx: Transaction, wanted: RightWanted) -> Given:
        digest = self._keys.digest(wanted.digits)
        code = claims.code_with(tx.connection, digest)
        if code is not None and code["id"] <= self.doubt.up_to:
            return Given(wanted.move, self._box.number, why_not=Refusal.UNSURE.value)
        return rights.give(tx, wanted, digest, self._box.id, self._box.number)

    @activity.defn
    async def take_in(self, visit: CodeVisit) -> TakenIn:
        """Take the code in, or say why not."""
        with as_activity_errors():
            taken = await self._ledger.write(
                lambda tx: visits.take_in(tx, visit.given, visit.digits, self._box.id, self._keys)
            )
        if taken.is_taken and (waiting := self._arriving.get(visit.given.move)) is not None:
            waiting.set()
        return taken

    @activity.defn
    async def outcome_here(self, visit: CodeVisit) -> VisitOutcome:
        """What became of the code; fails for as long as that is open."""
        unused_after = timedelta(seconds=self._box.unused_after_s)
        with as_activity_errors():
            found = await self._ledger.write(
                lambda tx: visits.outcome(tx, visit.given, unused_after)
            )
        if found is None:
            raise ApplicationError(
                "somebody is at the box with this code",
                type="StillOpen",
                category=ApplicationErrorCategory.BENIGN,
            )
        return found

    @activity.defn
    async def settle_move(self, settlement: Settlement) -> None:
        """End the move."""
        with as_activity_errors():
            await self._ledger.write(
                lambda tx: rights.settle(tx, settlement.move, settlement.outcome, settlement.by)
            )

    @activity.defn
    async def answer_roll_call(self, call: RollCall) -> RollAnswer:
        """What this box knows about the calling one's codes, and about its own there."""
        with as_activity_errors():
            return await self._ledger.write(
                lambda tx: roll_calls.answer(tx, call, self._box.number, self._keys)
            )

    @activity.defn
    async def hear_answer(self, heard: RollAnswer) -> None:
        """Learn what another box knows; having forgotten something makes the doubt certain."""
        with as_activity_errors():
            is_behind = await self._ledger.write(
                lambda tx: roll_calls.hear(tx, heard, self._box.number, self._keys)
            )
        if is_behind:
            self.doubt.is_certain = True
