"""The present trouble with upstream: remembered and, if a person can mend it, an alarm."""

from __future__ import annotations

from dataclasses import dataclass

from boxd.ledger import alarms
from boxd.ledger.ledger import Ledger, Transaction
from boxd.words import N_

_TROUBLE = N_(
    "Upstream: {why}. The box works without it, and nothing is lost; this alarm ends by itself once"
    " upstream answers."
)

ALARM = "upstream"


@dataclass(frozen=True)
class DeliveryStatus:
    """Why the last attempt failed, how many have failed in a row, since when; and the next one."""

    why: str = ""
    failures: int = 0
    since: str = ""
    next_at: str = ""


async def raise_trouble(ledger: Ledger, subject: str, why: str) -> None:
    """Raise the alarm about upstream, unless it is active."""
    text = _TROUBLE.format(why=why)
    if not await ledger.read(lambda c: alarms.is_active(c, ALARM, subject)):
        await ledger.write(lambda tx: alarms.raise_alarm(tx, ALARM, subject, text))


def mend(tx: Transaction, subject: str) -> None:
    """Clear the alarm: upstream answers as it should."""
    alarms.clear(tx, ALARM, subject)
