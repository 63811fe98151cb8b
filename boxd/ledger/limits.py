"""How many codes one attendee may have: [codes] per_attendee, and what counts towards it.

All spellings of a reference are counted together. Codes that were voided or have expired don't
count; a unit that an issue holds counts as the code that it is about to be. In a fleet one box
keeps the limits: a code counts where it was issued, wherever it is used, and what this box lets
another one issue counts as well.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from boxd.ledger import attendees
from boxd.words import N_

# Of the attendees {spellings}, with what the issue {issue} holds left out.
_HAD = (
    "((SELECT count(*) FROM codes LEFT JOIN rights ON rights.code = codes.id"
    " WHERE codes.attendee IN {spellings}"
    # A code that visits has its home as the other box, and counts there.
    " AND (rights.code IS NULL OR rights.home <> rights.other)"
    # One that was used elsewhere is voided here.
    " AND (state IN ('ready', 'in_use', 'spent') OR rights.is_here = 0))"
    " + (SELECT count(*) FROM limit_leases WHERE limit_leases.attendee IN {spellings}"
    " AND is_ours = 1 AND state IN ('given', 'used')) + (SELECT count(*) FROM holds"
    " JOIN issues ON issues.id = holds.issue WHERE holds.state = 'open'"
    " AND issues.attendee IN {spellings} AND issues.id <> {issue}))"
)

_SPELLINGS = attendees.SPELLINGS.format(attendee=":attendee")


@dataclass(frozen=True)
class OverLimit:
    """The last line of a batch that names an attendee who would have too many codes, and why."""

    line: int
    why: str


def why_over_limit(
    connection: sqlite3.Connection, attendee: int, per_attendee: int, issue: str = ""
) -> str:
    """Why the attendee gets no further code; empty when one is due. 0 sets no limit.

    What another issue than `issue` holds for the attendee counts as a code.
    """
    if not per_attendee:
        return ""
    had = connection.execute(
        f"SELECT {_HAD.format(spellings=_SPELLINGS, issue=':issue')}",
        {"attendee": attendee, "issue": issue},
    ).fetchone()[0]
    return _why(had, 1, per_attendee)


def over_limit_in_batch(
    connection: sqlite3.Connection, batch: str, per_attendee: int
) -> list[OverLimit]:
    """The attendees of a staged batch who would have more codes than one may have."""
    if not per_attendee:
        return []
    same = "(SELECT id FROM attendees WHERE attendees.folded = name)"
    found = connection.execute(
        "SELECT last, wanted, " + _HAD.format(spellings=same, issue="''") + " FROM (SELECT"
        " max(line) AS last, count(*) AS wanted, folded AS name FROM staged WHERE batch = ?"
        " GROUP BY folded)",
        (batch,),
    )
    weighed = [OverLimit(line, _why(had, wanted, per_attendee)) for line, wanted, had in found]
    return [each for each in weighed if each.why]


def _why(had: int, wanted: int, most: int) -> str:
    """Why somebody who has `had` so many codes can't get as many as `wanted`; empty if they can."""
    if had + wanted <= most:
        return ""
    text = N_(
        "this attendee would have {count} codes, and {most} is the most for one"
        " ([codes] per_attendee)"
    )
    return text.format(count=had + wanted, most=most)
