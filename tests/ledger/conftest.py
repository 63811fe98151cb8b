"""A real ledger in a temporary folder, with two lockers and a few prizes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from boxd.devices import DoorState
from boxd.ledger import claims, codes, lockers, lockouts, redemptions, stock
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.ledger import Ledger
from boxd.redemption import Answer, AnswerKind, RedemptionStanding, Remedy, Reply

ACTOR = "tester"


@dataclass
class Hands:
    """What the tests do with a ledger, in few words."""

    ledger: Ledger
    keys: CodeKeys
    file: Path
    now: datetime = datetime(2030, 5, 1, 9, 0, tzinfo=UTC)
    boot: str = "boot-1"
    seconds: float = 1000.0
    rule: lockouts.LockoutRule = field(default_factory=lambda: lockouts.LockoutRule(3, 30.0, 100.0))
    answered: int = field(default=0)

    def issue(
        self, sku: str | None = "mug", box: str = "box-1", valid_days: int = 7
    ) -> dict[str, object]:
        order = codes.CodeOrder("attendee 1", box, 8, valid_days, ACTOR, sku)
        return self.ledger.write_now(lambda tx: codes.issue(tx, order, self.keys))

    def claim(self, code: str | None, redemption: str, bay: str = "bay-1") -> RedemptionStanding:
        asked = claims.Claim(redemption, bay, self.keys.digest(code or "1"), code is not None)
        free = [1, 2] if bay == "bay-1" else [3]
        clock = lockouts.BootClock(self.boot, self.seconds)
        rules = claims.ClaimRules("box-1", free, self.rule, clock)
        return self.ledger.write_now(lambda tx: claims.claim(tx, asked, rules))

    def answer(
        self,
        standing: RedemptionStanding,
        kind: AnswerKind,
        *,
        door: DoorState | None = DoorState.CLOSED,
        voids: bool = False,
        sku: str = "",
        remedy: Remedy | None = None,
        answer_id: str = "",
    ) -> Reply:
        self.answered += 1
        answer = Answer(
            answer_id or f"answer-{self.answered}",
            standing.redemption,
            standing.step,
            kind,
            ACTOR,
            sku=sku,
            remedy=remedy,
        )
        around = redemptions.AnswerContext(door, [1, 2], voids)
        return self.ledger.write_now(lambda tx: redemptions.record_answer(tx, answer, around))

    def stock(self, sku: str) -> dict[str, object]:
        return self.ledger.write_now(lambda tx: stock.find(tx.connection, sku))

    def code_state(self, code: object) -> object:
        number = int(str(code))
        return self.ledger.write_now(lambda tx: codes.find(tx.connection, number)["state"])


@pytest.fixture
def open_hands(tmp_path: Path) -> Iterator[Callable[[], Hands]]:
    """Opens the same ledger file anew each time it is called, as a restart does."""
    opened: list[Hands] = []

    def opener() -> Hands:
        for before in opened:
            before.ledger.close()
        hands: Hands
        moment = opened[-1].now if opened else Hands.now
        clock = {"now": moment}
        ledger = Ledger(tmp_path / "ledger.db", now=lambda: hands.now)
        hands = Hands(ledger, CodeKeys(b"c" * 32, b"r" * 32), tmp_path / "ledger.db", clock["now"])
        opened.append(hands)
        return hands

    yield opener
    if opened:
        opened[-1].ledger.close()


@pytest.fixture
def hands(open_hands: Callable[[], Hands]) -> Hands:
    """A new ledger with lockers 1 to 3 and two prizes."""
    made = open_hands()
    prizes = [stock.StockedPrize("mug", "Mug", 3), stock.StockedPrize("pin", "Pin", 2)]
    made.ledger.write_now(lambda tx: lockers.declare(tx, [1, 2, 3]))
    made.ledger.write_now(lambda tx: stock.import_prizes(tx, prizes, ACTOR))
    return made


def later(hands: Hands, **by: float) -> None:
    """Let the wall clock of the ledger go on."""
    hands.now += timedelta(**by)
