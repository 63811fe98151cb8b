"""The roles that a token of the API can have; what each may do is in `boxd/api/table.py`."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """The role of a token's owner."""

    ATTENDEE_APP = "attendee_app"  # the phones' backend, for attendees
    ATTENDANT = "attendant"
    OPERATOR = "operator"
    ORGANISER = "organiser"
