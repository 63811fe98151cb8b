"""Shows what the ledger has decided, at once: at the bay, and in the log."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import structlog

from boxd.bays.bay import Bay
from boxd.ledger import lockouts
from boxd.ledger.ledger import Ledger
from boxd.machine_clock import boot_s
from boxd.redemption import RedemptionStanding
from boxd.workflows.redemption.question_ages import QuestionAges

log = structlog.get_logger(__name__)


class Announcer:
    """Follows each commit about a redemption. `on_lock` gets how long a keypad is locked.

    `bays` may be filled later: the bays need the service that announces to them.
    """

    def __init__(self, ledger: Ledger, bays: Mapping[str, Bay]) -> None:
        self.ages = QuestionAges(boot_s)
        self.on_lock: Callable[[str, float], None] = lambda bay, seconds: None
        self._ledger = ledger
        self._bays = bays

    def show(self, standing: RedemptionStanding) -> None:
        """Show a redemption's standing; a bay ignores one that is older than its own."""
        self.ages.asked(standing)
        log.info(
            f"redemption.{standing.stage}",
            redemption=standing.redemption,
            bay=standing.bay,
            locker=standing.locker,
            prize=standing.sku or None,
            refusal=standing.refusal,
        )
        if standing.bay in self._bays:
            self._bays[standing.bay].follow(standing)

    def remind(self, bay: str) -> None:
        """Beep and flash at a bay where someone has to act."""
        if bay in self._bays:
            self._bays[bay].remind()

    async def show_lock(self, bay: str, clock: lockouts.BootClock) -> None:
        """Lock the bay's keypad if the last wrong code was one too many."""
        remaining_s = await self._ledger.read(lambda c: lockouts.remaining_s(c, bay, clock))
        if remaining_s > 0:
            self.on_lock(bay, remaining_s)
