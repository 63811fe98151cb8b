"""The alarm for a Temporal server that stays away: people have to know even if nobody waits."""

from __future__ import annotations

import asyncio

from boxd.ledger import alarms
from boxd.ledger.ledger import Ledger
from boxd.words import N_

_LONG_S = 60.0
_ALARM = ("engine_away", "temporal")
_TEXT = N_(
    "The Temporal server has not answered for a minute. Codes are accepted, but lockers open only"
    " by `boxd lockers open`. Look at `journalctl -u boxd -u boxd-temporal`."
)


class LongAbsence:
    """Raises the alarm when one absence has lasted for long, and clears it when that ends."""

    def __init__(self, ledger: Ledger, long_s: float = _LONG_S) -> None:
        self._ledger = ledger
        self._long_s = long_s
        self._changes = 0

    async def changed(self, is_away: bool) -> None:
        """The server has gone, or is back; returns once this change needs nothing more."""
        self._changes += 1
        change = self._changes
        if not is_away:
            if await self._ledger.read(lambda c: alarms.is_active(c, *_ALARM)):
                await self._ledger.write(lambda tx: alarms.clear(tx, *_ALARM))
            return
        await asyncio.sleep(self._long_s)
        # A later absence is not this one: it has a minute of its own.
        if change == self._changes:
            await self._ledger.write(lambda tx: alarms.raise_alarm(tx, *_ALARM, _TEXT))
