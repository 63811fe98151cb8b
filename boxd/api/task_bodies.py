"""The bodies that the API of tasks takes."""

from __future__ import annotations

from pydantic import Field

from boxd.api.bodies import Body, Days, Step, Words
from boxd.task import LONGEST_REASON, LONGEST_TEXT
from boxd.text_fields import Line, Sku


class TaskBody(Body):
    """A task to start."""

    example = '{"kind": "hunt", "attendee": "badge-1234"}'

    kind: Line
    attendee: Line


class ScanBody(Body):
    """A checkpoint that was scanned."""

    example = '{"checkpoint": "entrance"}'

    checkpoint: Line


class SubmissionBody(Body):
    """What an attendee hands in."""

    example = '{"text": "https://example.org/what-i-made"}'

    text: Words = Field(max_length=LONGEST_TEXT)


class VerdictBody(Body):
    """An attendant's word; a refusal needs a reason."""

    example = '{"approved": false, "reason": "it does not run yet", "step": 3}'

    approved: bool
    reason: Words = Field("", max_length=LONGEST_REASON)
    step: Step | None = None


class IssueBody(Body):
    """A code to issue, drawn among these prizes, or all."""

    example = '{"attendee": "badge-1234", "prizes": ["mug", "sticker"]}'

    attendee: Line
    prizes: tuple[Sku, ...] = Field((), max_length=100)
    valid_days: Days | None = None
