"""What a caller hears of a request agrees with what the ledger does of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest

from boxd.errors import NotKnownYet, TemporalUnavailable
from boxd.fates import Fate, Fates
from boxd.machine_clock import boot_s


@dataclass(frozen=True)
class Question:
    """A request about nothing."""

    id: str
    deadline_s: float


def open_fate(within_s: float = 30) -> Fate[Question, str]:
    return Fate[Question, str](Question("k-1", boot_s() + within_s))


def delivery(reply: str) -> asyncio.Task[str]:
    async def deliver() -> str:
        return reply

    return asyncio.create_task(deliver())


async def test_a_workflow_refuses_what_the_ledger_has_not_begun() -> None:
    assert await open_fate().known(delivery("refused")) == "refused"


async def test_a_workflow_that_ends_does_not_refuse_what_is_being_committed() -> None:
    fate = open_fate()
    assert fate.begin()
    waiting = asyncio.create_task(fate.known(delivery("refused")))
    await asyncio.wait({waiting}, timeout=0.1)
    fate.tell("accepted")
    assert await waiting == "accepted"


async def test_what_a_workflow_has_refused_can_not_begin_any_more() -> None:
    fate = open_fate()
    await fate.known(delivery("refused"))
    assert not fate.begin()


async def test_what_its_caller_hears_is_not_taken_can_not_begin_any_more() -> None:
    fate = open_fate(within_s=0.05)
    silent = asyncio.create_task(asyncio.sleep(60, ""))
    with pytest.raises(TemporalUnavailable, match="will not be later"):
        await fate.known(silent)
    silent.cancel()
    fate.deadline_s = boot_s() + 30  # a clock that reads a little less in the ledger's thread
    assert not fate.begin()


async def test_why_it_is_not_taken_names_one_remedy() -> None:
    async def fail() -> str:
        raise TemporalUnavailable("the server does not answer (unavailable); then try again")

    with pytest.raises(TemporalUnavailable) as caught:
        await open_fate(within_s=0.05).known(asyncio.create_task(fail()))
    assert "again when the box is ready" in str(caught.value)
    assert "try again" not in str(caught.value)


async def test_a_transaction_that_was_rolled_back_has_not_begun() -> None:
    fate = open_fate()
    fate.begin()
    fate.roll_back()
    assert await fate.known(delivery("refused")) == "refused"


async def test_a_commit_that_takes_long_is_not_known_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("boxd.fates.COMMITTED_WITHIN_S", 0.05)
    fate = open_fate(within_s=0.05)
    fate.begin()
    with pytest.raises(NotKnownYet):
        await fate.known(delivery("refused"))


async def test_two_requests_under_one_id_have_a_fate_each() -> None:
    fates = Fates[Question, str]("this run")
    early, late = Question("k-1", 100.0), Question("k-1", 101.0)
    first, second = fates.expect(early), fates.expect(late)
    assert (fates.of(early), fates.of(late)) == (first, second)
    fates.forget(early)
    assert fates.of(late) is second


async def test_who_can_not_be_accepted_any_more_hears_it_while_the_workflow_is_silent() -> None:
    fate = open_fate()
    silent = asyncio.create_task(asyncio.sleep(60, ""))
    waiting = asyncio.create_task(fate.known(silent))
    fate.refuse("another was taken")
    assert await waiting == "another was taken"
    assert not fate.begin()
    silent.cancel()


async def test_what_is_being_committed_is_not_refused() -> None:
    fate = open_fate()
    fate.begin()
    fate.refuse("another was taken")
    assert not fate.reply.done()
