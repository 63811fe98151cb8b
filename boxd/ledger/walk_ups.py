"""Walk-ups: people who take a card by the poster, as many in an hour as the box allows."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from boxd.errors import NotFound, Refused
from boxd.ledger import attendees, audit, closing, switches
from boxd.ledger.ledger import Transaction, as_text
from boxd.ledger.switches import Switch
from boxd.words import N_

MOST_IN_AN_HOUR = 200
OFF = N_("Nobody can take a card here just now. Ask at the booth.")
_OVER = N_("The event is over.")
_FULL = N_("Many people have taken a card in the last hour. Come back a little later.")


def add(tx: Transaction) -> attendees.Attendee:
    """A new attendee, who took a card by themselves.

    Raises NotFound while that is switched off, Refused once the event is over, or after as many as
    are allowed in an hour.
    """
    if not switches.is_on(tx.connection, Switch.WALK_UPS):
        raise NotFound(OFF)
    if closing.is_closed(tx.connection):
        raise Refused(_OVER)
    since = as_text(datetime.fromisoformat(tx.at) - timedelta(hours=1))
    found = tx.connection.execute(
        "SELECT count(*) FROM attendees WHERE walked_up_at > ?", (since,)
    ).fetchone()
    if found[0] >= MOST_IN_AN_HOUR:
        raise Refused(_FULL)
    number = attendees.number_of(tx, f"walk-up-{secrets.token_hex(4)}")
    tx.connection.execute("UPDATE attendees SET walked_up_at = ? WHERE id = ?", (tx.at, number))
    audit.append(tx, audit.Entry("phone", "attendee.walked_up", detail={"attendee": number}))
    return attendees.find(tx.connection, number)
