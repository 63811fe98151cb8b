"""Forgetting attendees: nothing personal is left in the ledger's bytes, and the trail verifies."""

from __future__ import annotations

import asyncio
import random
import re
from pathlib import Path

import pytest

from boxd.errors import NotFound
from boxd.ledger import attendees, audit, erasure, requests, task_standings
from boxd.ledger.ledger import Ledger, Transaction
from boxd.ledger.requests import RequestKey
from boxd.task import TaskState
from tests.ledger.conftest import ACTOR, Hands
from tests.ledger.earning import Earner

NAME = "Zoë Quuxington <zoe@example.org>"
WORDS = "what Zoë made: https://example.org/~quuxington"
REASON = "Ms Quuxington's demonstration does not run"


@pytest.fixture
def earner(hands: Hands) -> Earner:
    return Earner(hands)


def remains(file: Path, *texts: str) -> list[str]:
    """The texts that can be found in the ledger's files, its log among them."""
    files = [each for each in file.parent.glob(f"{file.name}*") if each.is_file()]
    content = b"\n".join(each.read_bytes() for each in files)
    content = re.sub(rb"\0{100,}", b"\0", content)  # the log has its size from the start
    return [
        text for text in texts if text.encode() in content or text.encode("utf-16-le") in content
    ]


def forget(hands: Hands, number: int) -> attendees.Attendee:
    return hands.ledger.write_now(lambda tx: erasure.forget(tx, number, ACTOR))


def number_of(hands: Hands, reference: str) -> int:
    return hands.ledger.write_now(lambda tx: attendees.number_of(tx, reference))


def test_nothing_personal_is_left_in_the_bytes_of_the_ledger(hands: Hands, earner: Earner) -> None:
    task = earner.start("build", NAME)
    earner.scan(task, "workshop")
    earner.submit(task, WORDS)
    earner.refuse(task, REASON)
    asked = RequestKey(0, "key-1", b"d" * 32)
    hands.ledger.write_now(lambda tx: requests.note_answer(tx, asked, 200, NAME.encode()))
    assert remains(hands.file, NAME, WORDS, REASON) == [NAME, WORDS, REASON]

    forget(hands, number_of(hands, NAME))
    asyncio.run(hands.ledger.erase_remains())

    assert remains(hands.file, NAME, WORDS, REASON, "Quuxington", "quuxington") == []


def test_of_hundreds_none_is_left_in_pages_that_were_split(tmp_path: Path) -> None:
    """What is deleted where it stands is not all: pages keep copies of what moved away."""
    chance = random.Random(4)
    file = tmp_path / "ledger.db"
    ledger = Ledger(file)
    names = [f"{chance.getrandbits(64):016x}" * chance.randint(1, 8) for _ in range(1000)]

    def meet(tx: Transaction) -> None:
        for name in names:
            attendees.number_of(tx, name)

    ledger.write_now(meet)
    forgotten = names[::2]

    def forget_half(tx: Transaction) -> None:
        for name in forgotten:
            erasure.forget(tx, attendees.named(tx.connection, name).number, ACTOR)

    ledger.write_now(forget_half)
    asyncio.run(ledger.erase_remains())
    assert remains(file, *forgotten) == []
    assert len(remains(file, *names)) == len(names) - len(forgotten)
    ledger.close()


def test_the_trail_keeps_the_pseudonym_and_verifies(hands: Hands, earner: Earner) -> None:
    earner.start("hunt", NAME)
    before = hands.ledger.write_now(lambda tx: attendees.named(tx.connection, NAME))
    after = forget(hands, before.number)
    asyncio.run(hands.ledger.erase_remains())
    assert (after.reference, after.pseudonym) == (None, before.pseudonym)
    rows = hands.ledger.write_now(lambda tx: audit.rows_after(tx.connection, 0, 1000))
    told = [row["detail"] for row in rows if row["action"] == "attendee.forgotten"]
    assert told == [{"attendee": before.number, "pseudonym": before.pseudonym}]
    assert hands.ledger.write_now(lambda tx: audit.verify(tx.connection)).holds


def test_an_open_task_is_withdrawn_and_a_code_stays_good(hands: Hands, earner: Earner) -> None:
    task = earner.start("hunt", "attendee 1")
    code = hands.issue()
    forget(hands, number_of(hands, "attendee 1"))
    standing = hands.ledger.write_now(lambda tx: task_standings.require(tx.connection, task))
    assert standing.state is TaskState.WITHDRAWN
    assert hands.claim(str(code["code"]), "r-1").refusal is None


def test_forgetting_again_changes_nothing(hands: Hands, earner: Earner) -> None:
    earner.start("hunt", NAME)
    number = number_of(hands, NAME)
    assert forget(hands, number) == forget(hands, number)


def test_nobody_unknown_is_forgotten(hands: Hands) -> None:
    with pytest.raises(NotFound, match="no attendee number 99"):
        forget(hands, 99)


def test_a_name_met_again_is_somebody_new(hands: Hands, earner: Earner) -> None:
    earner.start("hunt", NAME)
    before = number_of(hands, NAME)
    forget(hands, before)
    assert number_of(hands, NAME) != before
