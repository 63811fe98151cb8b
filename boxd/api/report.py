"""The API of the report of dispensed units, for the commands."""

from __future__ import annotations

from datetime import datetime

from pydantic import AwareDatetime

from boxd.api.queries import Query
from boxd.api.replies import ReplyModel
from boxd.api.request_context import BoxContext
from boxd.ledger.dispensed import by_quarter
from boxd.ledger.ledger import as_text


class StretchQuery(Query):
    """From when on, and until before when, in ISO 8601 with the offset to UTC."""

    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class GivenOutReply(ReplyModel):
    """Units dispensed within the quarter of an hour that begins `at`."""

    at: str
    bay: str
    sku: str
    prize: str
    units: int


class ReportReply(ReplyModel):
    """All dispensed units."""

    given_out: tuple[GivenOutReply, ...]


async def report(context: BoxContext, query: StretchQuery) -> ReportReply:
    """Dispensed units by quarter of an hour, bay and prize."""
    since, until = _as_ledger_time(query.since), _as_ledger_time(query.until)
    found = await context.box.ledger.read(lambda c: by_quarter(c, since, until))
    return ReportReply.of(given_out=found)


def _as_ledger_time(moment: datetime | None) -> str | None:
    """The time in the ledger's form; None if there is none."""
    return as_text(moment) if moment else None
