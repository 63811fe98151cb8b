"""Typed codes: decided in the ledger, whether or not Temporal is there or even loaded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from boxd.ledger import claims, redemption_standings
from boxd.ledger.claims import Claim
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.home_number import Homes
from boxd.ledger.ledger import Ledger
from boxd.machine_clock import utc_now
from boxd.redemption import RedemptionStanding, Refusal
from boxd.workflows.redemption.decisions import RedemptionDecisions
from boxd.workflows.redemption.ids import id_after

if TYPE_CHECKING:
    from boxd.workflows.fleet.service import FleetLink


@dataclass(frozen=True)
class _Undecided:
    """A code whose claim may or may not be in the ledger."""

    digest: bytes
    redemption: str


class Claiming:
    """Decides codes in the ledger; an accepted one gets its workflow afterwards.

    The owner sets `on_open`, which is called with each redemption that is open then. Until it is
    set, the reconciliation at the server's first answer gives them their workflows.
    """

    def __init__(
        self,
        ledger: Ledger,
        keys: CodeKeys,
        decisions: RedemptionDecisions,
        homes: Homes,
        fleet: FleetLink | None = None,
    ) -> None:
        self._ledger = ledger
        self._keys = keys
        self._decisions = decisions
        self._homes = homes
        self._fleet = fleet
        self._undecided: dict[str, _Undecided] = {}
        self._newest: str | None = None  # an id; None until the first one is made
        self.on_open: Callable[[RedemptionStanding], None] = lambda _: None

    async def begin(self, bay: str, typed: str) -> None:
        """Decide the digits typed at `bay`, and show the verdict; a repeated call returns the same.

        Nobody at a keypad waits for the server. Raises LedgerUnusable if nothing was decided.
        """
        digest = self._keys.digest(typed)
        is_here, why_not = await self._bring(typed, digest)
        redemption = await self._undecided_redemption(bay, digest) or await self._new_id()
        mine = self._undecided[bay] = _Undecided(digest, redemption)
        claim = Claim(
            redemption,
            bay,
            digest,
            well_formed=self._homes.home_of(typed) is not None,
            home="" if is_here else self._homes.elsewhere(typed),
            why_at_home=why_not,
            in_doubt=self._fleet.in_doubt if self._fleet is not None else 0,
        )
        standing = await self._decisions.claim(claim)
        if not standing.stage.has_ended:
            self.on_open(standing)
        if self._undecided.get(bay) is mine:
            del self._undecided[bay]

    async def _bring(self, typed: str, digest: bytes) -> tuple[bool, Refusal | None]:
        """Move a code here that is at home at another box, unless it is here already.

        Returns whether it was moved, and why its home refused.
        """
        home = self._homes.home_of(typed)
        if self._fleet is None or not self._homes.elsewhere(typed) or home is None:
            return False, None
        if await self._ledger.read(lambda c: claims.knows(c, digest)):
            return True, None
        brought = await self._fleet.bring(typed, home)
        return brought.is_here, Refusal(brought.why_not) if brought.why_not else None

    async def _undecided_redemption(self, bay: str, digest: bytes) -> str:
        """The redemption that these digits got before, unless it was decided since."""
        before = self._undecided.get(bay)
        if before is None or before.digest != digest:
            return ""
        known = await self._ledger.read(lambda c: redemption_standings.find(c, before.redemption))
        return "" if known else before.redemption

    async def _new_id(self) -> str:
        if self._newest is None:
            self._newest = await self._ledger.read(redemption_standings.newest_id)
        self._newest = id_after(self._newest, utc_now())
        return self._newest
