"""What boxes of a fleet tell each other about how many codes an attendee may still get."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LeaseWanted:
    """The box `by` asks for one code of an attendee's limit, for one issue of its own."""

    lease: str
    issue: str
    attendee: str
    by: int


@dataclass(frozen=True)
class LeaseReply:
    """The keeper's word: given, or `why_not`. `is_reached` is False if it did not answer."""

    lease: str
    why_not: str = ""
    is_reached: bool = True
