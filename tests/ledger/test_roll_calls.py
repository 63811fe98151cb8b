"""Two real ledgers, one of which is put back from an old copy: what it learns from the other."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import TypeVar

import pytest

from boxd.ledger import (
    claims,
    codes,
    lockers,
    lockouts,
    redemption_standings,
    redemptions,
    rights,
    roll_calls,
    stock,
    visits,
)
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.ledger import Ledger
from boxd.ledger.restore import restore
from boxd.machine_clock import utc_now
from boxd.redemption import Answer, AnswerKind, RedemptionStanding, Refusal, Stage
from boxd.spending_right import Given, RightWanted, RollCall, VisitOutcome
from checker.fleet import findings

T = TypeVar("T")
_RULE = lockouts.LockoutRule(3, 30.0, 100.0)


@dataclass
class Box:
    """A box's ledger and keys, with two mugs."""

    number: int
    file: Path
    run: str = "first"
    ledger: Ledger = field(init=False)
    names: count[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.keys = CodeKeys(bytes([self.number]) * 32, b"r" * 32)
        self.ledger = Ledger(self.file)
        mugs = [stock.StockedPrize("mug", "Mug", 2)]
        self.ledger.write_now(lambda tx: stock.import_prizes(tx, mugs, "organiser"))
        self.ledger.write_now(lambda tx: lockers.declare(tx, [1]))

    def read(self, look: Callable[[sqlite3.Connection], T]) -> T:
        return self.ledger.write_now(lambda tx: look(tx.connection))

    def issue(self) -> str:
        order = codes.CodeOrder("ada", f"box-{self.number}", 8, 7, "organiser", "mug", home=1)
        return str(self.ledger.write_now(lambda tx: codes.issue(tx, order, self.keys))["code"])

    def give(self, digits: str, move: str) -> Given:
        """Give the right to box 2."""
        wanted, digest = RightWanted(move, digits, 2), self.keys.digest(digits)
        given = self.ledger.write_now(lambda tx: rights.give(tx, wanted, digest, "box-1", 1))
        return Given(**{**given.__dict__, "run": self.run})

    def take_in(self, given: Given, digits: str) -> bool:
        return self.ledger.write_now(
            lambda tx: visits.take_in(tx, given, digits, "box-2", self.keys)
        ).is_taken

    def outcome(self, given: Given) -> VisitOutcome | None:
        """What became of the code; one that nobody used is given back now."""
        return self.ledger.write_now(lambda tx: visits.outcome(tx, given, timedelta(0)))

    def settle(self, move: str, outcome: VisitOutcome) -> None:
        self.ledger.write_now(lambda tx: rights.settle(tx, move, outcome, 2))

    def enter(self, digits: str, *, in_doubt: int = 0) -> RedemptionStanding:
        asked = claims.Claim(
            f"r{next(self.names)}", "bay-1", self.keys.digest(digits), True, in_doubt=in_doubt
        )
        rules = claims.ClaimRules(f"box-{self.number}", [1], _RULE, lockouts.boot_clock())
        return self.ledger.write_now(lambda tx: claims.claim(tx, asked, rules))

    def give_out(self, digits: str) -> None:
        standing = self._answer(self.enter(digits), AnswerKind.LOADED)
        self.ledger.write_now(
            lambda tx: tx.connection.execute(
                "UPDATE redemptions SET stage = 'take', step = step + 1 WHERE id = ?",
                (standing.redemption,),
            )
        )
        opened = self.read(lambda c: redemption_standings.require(c, standing.redemption))
        self._answer(opened, AnswerKind.COMPLETED)

    def _answer(self, standing: RedemptionStanding, kind: AnswerKind) -> RedemptionStanding:
        given = Answer(kind.value, standing.redemption, standing.step, kind, "op")
        context = redemptions.AnswerContext(None, [1], decline_voids_code=False)
        reply = self.ledger.write_now(lambda tx: redemptions.record_answer(tx, given, context))
        assert reply.accepted, reply.why
        return reply.standing

    def back_up(self) -> Path:
        copy = self.file.with_suffix(".copy")
        with closing(sqlite3.connect(self.file)) as source, closing(sqlite3.connect(copy)) as to:
            source.backup(to)
        return copy

    def restore(self, copy: Path) -> None:
        self.ledger.close()
        restore(copy, self.file, "operator", utc_now())
        self.ledger = Ledger(self.file)
        self.run = "second"

    def ask(self, other: Box) -> bool:
        """Call the roll at the other box; returns whether there was something to remember."""
        visiting = self.read(lambda c: roll_calls.visiting(c, self.number))
        call = RollCall(self.number, self.run, visiting.get(other.number, ()))
        answer = other.ledger.write_now(
            lambda tx: roll_calls.answer(tx, call, other.number, other.keys)
        )
        was_behind = self.ledger.write_now(
            lambda tx: roll_calls.hear(tx, answer, self.number, self.keys)
        )
        self.ledger.write_now(roll_calls.note_all_heard)
        return was_behind

    def has_forgotten(self) -> bool:
        return self.read(roll_calls.has_forgotten)


@pytest.fixture
def boxes(tmp_path: Path) -> Iterator[tuple[Box, Box]]:
    found = Box(1, tmp_path / "1.db"), Box(2, tmp_path / "2.db")
    yield found
    for box in found:
        box.ledger.close()


def found_in(boxes: tuple[Box, Box]) -> list[str]:
    return findings({box.number: box.file for box in boxes})


def spent_at_the_other_and_forgotten(boxes: tuple[Box, Box]) -> str:
    """A code that was given out at box 2, and that box 1's ledger has as ready again."""
    home, other = boxes
    code = home.issue()
    old = home.back_up()
    given = home.give(code, "m1")
    other.take_in(given, code)
    other.give_out(code)
    home.settle("m1", VisitOutcome.SPENT)
    home.restore(old)
    return code


def test_a_code_that_was_spent_elsewhere_is_not_paid_again(boxes: tuple[Box, Box]) -> None:
    code = spent_at_the_other_and_forgotten(boxes)
    home, other = boxes
    assert home.has_forgotten()
    newest = home.read(roll_calls.newest_code)
    assert home.enter(code, in_doubt=newest).refusal is Refusal.UNSURE

    assert home.ask(other)

    assert not home.has_forgotten()
    assert home.enter(code).refusal is Refusal.VOIDED
    assert not home.ask(other)
    assert found_in(boxes) == []


def test_the_control_a_box_that_does_not_ask_pays_twice(boxes: tuple[Box, Box]) -> None:
    code = spent_at_the_other_and_forgotten(boxes)
    boxes[0].give_out(code)
    assert "its prize was given out 2 times" in "".join(found_in(boxes))


def test_a_code_that_is_at_the_other_box_is_away_again(boxes: tuple[Box, Box]) -> None:
    home, other = boxes
    code = home.issue()
    old = home.back_up()
    given = home.give(code, "m1")
    other.take_in(given, code)
    home.restore(old)

    assert home.ask(other)

    assert home.enter(code).refusal is Refusal.IN_USE
    assert found_in(boxes) == []
    outcome = other.outcome(given)
    assert outcome is VisitOutcome.BACK
    home.settle("m1", outcome)
    assert home.enter(code).stage is Stage.LOAD
    assert found_in(boxes) == []


def test_a_code_that_came_home_has_its_epoch_again(boxes: tuple[Box, Box]) -> None:
    home, other = boxes
    code = home.issue()
    old = home.back_up()
    given = home.give(code, "m1")
    other.take_in(given, code)
    home.settle("m1", other.outcome(given) or VisitOutcome.SPENT)
    home.restore(old)

    assert home.ask(other)

    assert found_in(boxes) == []
    assert home.give(code, "m2").epoch == given.epoch + 2


def test_what_was_given_before_and_is_not_there_yet_is_not_taken_in(
    boxes: tuple[Box, Box],
) -> None:
    home, other = boxes
    code = home.issue()
    old = home.back_up()
    under_way = home.give(code, "m1")
    home.restore(old)
    assert not home.ask(other)

    assert not other.take_in(under_way, code)

    assert home.enter(code).stage is Stage.LOAD


def test_the_restored_other_box_does_not_pay_again_what_its_home_has_settled(
    boxes: tuple[Box, Box],
) -> None:
    home, other = boxes
    code = home.issue()
    other.take_in(home.give(code, "m1"), code)
    old = other.back_up()
    other.give_out(code)
    home.settle("m1", VisitOutcome.SPENT)
    other.restore(old)

    assert other.ask(home)

    assert other.enter(code).refusal is Refusal.VOIDED
    assert found_in(boxes) == []


def test_a_box_that_forgot_a_visit_counts_it_as_spent(boxes: tuple[Box, Box]) -> None:
    home, other = boxes
    code = home.issue()
    old = other.back_up()
    given = home.give(code, "m1")
    other.take_in(given, code)
    other.restore(old)
    assert other.outcome(given) is VisitOutcome.SPENT
