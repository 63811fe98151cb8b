"""The shapes of what the commands ask on behalf of an organiser, and of the answers."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AwareDatetime, Field, StringConstraints

from boxd.api.bodies import ActorBody, Body, Shape
from boxd.api.queries import Query, RowsQuery, Text
from boxd.api.replies import ReplyModel
from boxd.api.task_replies import TaskStandingReply
from boxd.text_fields import Line, Sku

Json = dict[str, Any]
BatchId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{12}$")]
Digits = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,32}$")]
MOST_STAGED = 1000


class AttendeesQuery(RowsQuery):
    """Which attendees: a stretch of the list, or those of some numbers, as in `3,17`."""

    numbers: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,10}(,[0-9]{1,10})*$")] | None = (
        None
    )


class NameQuery(Query):
    """Whom: a reference or a pseudonym."""

    name: Text


class StretchQuery(Query):
    """From when on, and until before when, in ISO 8601 with the distance to UTC."""

    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class ForgetBody(Body):
    """Whom to forget, by reference or pseudonym; or everybody."""

    example = '{"attendees": ["badge-1234"]}'

    attendees: tuple[Line, ...] = Field((), max_length=1000)
    everybody: bool = False


class StagedBody(Shape):
    """One code that is wanted; without digits it is made by the box, without sku drawn."""

    line: int = Field(ge=1, le=2**31)
    attendee: Line
    code: Digits | None = None
    sku: Sku | None = None
    expires_at: AwareDatetime | None = None


class StageBody(Shape):
    """Codes that are wanted, a part of a batch."""

    example = '{"codes": [{"line": 2, "attendee": "badge-1234", "sku": "mug"}]}'

    codes: tuple[StagedBody, ...] = Field(min_length=1, max_length=MOST_STAGED)


class BeginBody(ActorBody):
    """A batch to begin."""


class AttendeeReply(ReplyModel):
    """An attendee; of tasks and codes how many are open, and how many there are."""

    number: int
    reference: str | None
    pseudonym: str
    forgotten_at: str | None
    tasks_open: int
    tasks: int
    codes_open: int
    codes: int


class AttendeesReply(ReplyModel):
    """Attendees by number; `next` is the cursor of what follows, null at the end."""

    attendees: tuple[AttendeeReply, ...]
    next: int | None


class AttendeeDetailsReply(ReplyModel):
    """An attendee with their tasks and codes."""

    attendee: AttendeeReply
    tasks: tuple[TaskStandingReply, ...]
    codes: tuple[Json, ...]


class ForgottenReply(ReplyModel):
    """How many are forgotten, and the pseudonyms of those who were named."""

    forgotten: int
    pseudonyms: tuple[str, ...]


class BatchReply(ReplyModel):
    """A batch that was begun."""

    batch: str


class FaultReply(ReplyModel):
    """What stands against a batch, and the line of the file; 0 for all of it."""

    line: int
    why: str


class ShareReply(ReplyModel):
    """How many codes go to a prize (null: drawn), of which so many are on hand."""

    sku: str | None
    codes: int
    on_hand: int


class LookReply(ReplyModel):
    """How a batch falls on the prizes, and what stands against it."""

    shares: tuple[ShareReply, ...]
    faults: tuple[FaultReply, ...]
    faults_in_all: int


class MadeBatchReply(ReplyModel):
    """Whether the codes were made, and what stood against it."""

    made: bool
    faults: tuple[FaultReply, ...]
    faults_in_all: int


class MadeCodeReply(ReplyModel):
    """A code of a batch with its digits."""

    line: int
    id: int
    code: str
    attendee: str
    sku: str
    prize: str
    expires_at: str


class MadeCodesReply(ReplyModel):
    """Codes of a batch by line; `next` is the cursor of what follows, null at the end."""

    codes: tuple[MadeCodeReply, ...]
    next: int | None


class GivenOutReply(ReplyModel):
    """Units given out within the quarter of an hour that begins `at`."""

    at: str
    bay: str
    sku: str
    prize: str
    units: int


class ReportReply(ReplyModel):
    """All that was given out."""

    given_out: tuple[GivenOutReply, ...]
