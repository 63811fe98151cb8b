"""The API of recoveries: the playbooks, what is under way, and the answers to its questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field
from starlette.responses import Response

from boxd.api.bodies import WHOLE, Body, Step, Words
from boxd.api.replies import ReplyModel
from boxd.api.request_context import BoxContext
from boxd.ledger import recoveries as ledger_recoveries
from boxd.recovery import LONGEST_NOTE, MOST_COUNTED, RecoveryAnswer
from boxd.text_fields import Line
from boxd.web import problems
from boxd.words import translate

_MOST_LISTED = 50
RecoveryId = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9_.-]+$")]
Name = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9_.-]+$")]
LockerNumber = Annotated[int, Field(ge=0, le=2**31), WHOLE]
Count = Annotated[int, Field(ge=0, le=MOST_COUNTED), WHOLE]


class StartBody(Body):
    """Which playbook, and what it is about."""

    example = '{"playbook": "jammed-locker", "locker": 2}'

    playbook: Name
    locker: LockerNumber | None = None
    sku: Line | None = None


class RecoveryAnswerBody(Body):
    """One of the choices, or give-up. `number` is the question's; without it, the present one."""

    example = '{"choice": "yes", "number": 1, "note": "the hinge was bent"}'

    choice: Name
    number: Step | None = None
    count: Count | None = None
    note: Words = Field("", max_length=LONGEST_NOTE)


class PlaybookReply(ReplyModel):
    """A playbook: when to start it, and what it needs to know first."""

    id: str
    title: str
    when: str
    needs: tuple[str, ...]
    steps: int


class PlaybooksReply(ReplyModel):
    """Every playbook."""

    playbooks: tuple[PlaybookReply, ...]


class ChoiceReply(ReplyModel):
    """One answer that can be given."""

    id: str
    text: str


class GivenAnswerReply(ReplyModel):
    """An answer that was given, and what it booked."""

    step: str
    question: str
    choice: str
    answer: str
    count: int | None
    note: str
    booked: str
    actor: str
    at: str


class RecoveryReply(ReplyModel):
    """A recovery: its present question with the choices, and what was answered before."""

    id: str
    playbook: str
    title: str
    locker: int | None
    sku: str
    prize: str
    left_prize: str
    parent: str | None
    children: tuple[str, ...]
    number: int
    step: str
    question: str
    found: str
    runs: str
    counts: bool
    choices: tuple[ChoiceReply, ...]
    actor: str
    started_at: str
    since: str
    ended_at: str | None
    outcome: str
    answers: tuple[GivenAnswerReply, ...]


class OneRecoveryReply(ReplyModel):
    """A recovery as it is now."""

    recovery: RecoveryReply


class RecoveriesReply(ReplyModel):
    """Several recoveries."""

    recoveries: tuple[RecoveryReply, ...]


def _in_words(seen: Mapping[str, Any]) -> dict[str, Any]:
    """A recovery with its texts in the reader's language."""
    choices = [{**each, "text": translate(each["text"])} for each in seen["choices"]]
    texts = {name: translate(seen[name]) for name in ("title", "question", "found", "outcome")}
    answers = [
        {**each, **{name: translate(each[name]) for name in ("question", "answer", "note")}}
        for each in seen["answers"]
    ]
    return {**seen, **texts, "choices": choices, "answers": answers}


async def playbooks(context: BoxContext) -> PlaybooksReply:
    """Every playbook that can be started."""
    found = [
        PlaybookReply(
            id=each.id,
            title=translate(each.title),
            when=translate(each.when),
            needs=tuple(need.value for need in each.needs),
            steps=len(each.steps),
        )
        for each in context.box.recoveries.playbooks().values()
    ]
    return PlaybooksReply(playbooks=tuple(found))


async def recoveries(context: BoxContext) -> RecoveriesReply:
    """The open recoveries, then the newest of those that have ended."""
    found = await context.box.ledger.read(lambda c: ledger_recoveries.listing(c, _MOST_LISTED))
    return RecoveriesReply.of(recoveries=[_in_words(each) for each in found])


async def start_recovery(context: BoxContext, body: StartBody) -> OneRecoveryReply:
    """Start a playbook; its first question comes back."""
    started = await context.box.recoveries.start(
        body.playbook, context.actor(body.actor), body.locker, body.sku or ""
    )
    return OneRecoveryReply.of(recovery=_in_words(started))


async def recovery(context: BoxContext, recovery: RecoveryId) -> OneRecoveryReply:
    """A recovery with its present question."""
    return OneRecoveryReply.of(recovery=_in_words(await context.box.recoveries.seen(recovery)))


async def recovery_record(context: BoxContext, recovery: RecoveryId) -> RecoveriesReply:
    """A recovery and all that it has called, with every question and its answer."""
    found = await context.box.ledger.read(lambda c: ledger_recoveries.record_of(c, recovery))
    return RecoveriesReply.of(recoveries=[_in_words(each) for each in found])


async def answer_recovery(
    context: BoxContext, recovery: RecoveryId, body: RecoveryAnswerBody
) -> OneRecoveryReply | Response:
    """Answer the present question; what the answer means is booked in the same transaction."""
    given = RecoveryAnswer(
        id=context.key,
        recovery=recovery,
        choice=body.choice,
        actor=context.actor(body.actor),
        number=body.number or 0,
        count=body.count,
        note=body.note,
    )
    reply = await context.box.recoveries.answer(given)
    now = OneRecoveryReply.of(recovery=_in_words(await context.box.recoveries.seen(recovery)))
    if reply.accepted:
        return now
    return problems.problem(409, "refused", "Refused", reply.why, **now.model_dump(mode="json"))
