"""What boxd's own ledger and simulated board leave behind passes the checker, crash included."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from boxd.devices import DoorState
from boxd.ledger import (
    actuations,
    claims,
    codes,
    lockers,
    lockouts,
    redemption_standings,
    redemptions,
    stock,
)
from boxd.ledger.actuations import ActuationOrder, Outcome
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.ledger import Ledger
from boxd.midi import codetv
from boxd.redemption import Answer, AnswerKind, Remedy, Stage
from boxd.sim.board import SimulatedBoard
from boxd.sim.hardware_trace import Trace
from checker import Invariant, check, examine

KEYS = CodeKeys(b"c" * 32, b"r" * 32)
BOARD = "CodeTV Board 0"


class RealBooth:
    """boxd's ledger and one of its simulated boards, driven step by step as the daemon would."""

    def __init__(self, directory: Path) -> None:
        self.file = directory / "ledger.db"
        self.trace = directory / "hardware-trace.jsonl"
        self.now = datetime(2026, 11, 21, 12, tzinfo=UTC)
        self.ledger = Ledger(self.file, now=lambda: self.now)
        self.pulse_ended = asyncio.Event()
        self.board = SimulatedBoard(BOARD, Trace(self.trace), self._latch_changed)
        self.board.power_on()
        prizes = [stock.StockedPrize("mug", "Mug", 9), stock.StockedPrize("pin", "Pin", 5)]
        self.ledger.write_now(lambda tx: lockers.declare(tx, [1, 2]))
        self.ledger.write_now(lambda tx: stock.import_prizes(tx, prizes, "ann"))

    def _latch_changed(self, energised: bool) -> None:
        if not energised:
            self.pulse_ended.set()

    def issue(self, valid_days: int = 7) -> dict[str, object]:
        order = codes.CodeOrder("Zoë", "box-1", 8, valid_days, "ann", "mug")
        return self.ledger.write_now(lambda tx: codes.issue(tx, order, KEYS))

    def claim(self, redemption: str, code: object) -> None:
        asked = claims.Claim(redemption, "bay-1", KEYS.digest(str(code)), well_formed=True)
        rules = claims.ClaimRules(
            box="box-1",
            lockers=[1, 2],
            lockout=lockouts.LockoutRule(5, 30.0, 60.0),
            clock=lockouts.BootClock("boot", 1.0),
        )
        self.ledger.write_now(lambda tx: claims.claim(tx, asked, rules))

    def answer(
        self,
        redemption: str,
        kind: AnswerKind,
        *,
        sku: str = "",
        remedy: Remedy | None = None,
        voids: bool = False,
    ) -> None:
        standing = self.ledger.write_now(
            lambda tx: redemption_standings.find(tx.connection, redemption)
        )
        assert standing is not None
        number = f"{redemption}-{standing.step}"
        answer = Answer(number, redemption, standing.step, kind, "ann", sku=sku, remedy=remedy)
        around = redemptions.AnswerContext(DoorState.CLOSED, [1, 2], voids)
        reply = self.ledger.write_now(lambda tx: redemptions.record_answer(tx, answer, around))
        assert reply.accepted, reply.why

    async def open_locker(self, redemption: str, attempt: int, stage: Stage) -> None:
        standing = self.ledger.write_now(
            lambda tx: redemption_standings.require(tx.connection, redemption)
        )
        order = ActuationOrder(
            id=f"{redemption}/{attempt}",
            locker=standing.locker or 0,
            latch=BOARD,
            actor="boxd",
            reason="loaded",
            redemption=redemption,
        )
        await self.actuate(order, Outcome.DONE)
        self.ledger.write_now(
            lambda tx: redemptions.settle_opening(tx, redemption, attempt, stage, False)
        )

    async def actuate(self, order: ActuationOrder, outcome: Outcome | None) -> None:
        self.ledger.write_now(lambda tx: actuations.intend(tx, order))
        if outcome is not Outcome.FAILED:
            self.pulse_ended.clear()
            self.board.receive(bytes(codetv.unlock().bin()))
            async with asyncio.timeout(5):
                await self.pulse_ended.wait()
        if outcome is not None:
            self.ledger.write_now(lambda tx: actuations.conclude(tx, order, outcome))


async def test_a_day_of_every_kind_of_redemption_has_no_findings(tmp_path: Path) -> None:
    booth = RealBooth(tmp_path)
    await live_through_a_day(booth)
    report = examine(booth.file, booth.trace, at_rest=True)
    assert report.findings == [], "\n".join(map(str, report.findings))
    assert dict(report.verdicts[3].checked) == {"latches": 1, "pulses": 5}
    booth.ledger.close()


async def test_an_order_cut_short_is_clean_until_somebody_repeats_it(tmp_path: Path) -> None:
    booth = RealBooth(tmp_path)
    booth.claim("r-1", booth.issue()["code"])
    booth.answer("r-1", AnswerKind.LOADED)
    order = ActuationOrder("r-1/1", 1, BOARD, "boxd", "loaded", "r-1")
    await booth.actuate(order, None)
    assert check(booth.file, booth.trace) == []
    booth.ledger.write_now(actuations.settle_interrupted)
    assert check(booth.file, booth.trace) == []
    booth.board.receive(bytes(codetv.unlock().bin()))
    findings = check(booth.file, booth.trace)
    assert [finding.invariant for finding in findings] == [Invariant.ONE_PULSE]
    booth.board.power_off()
    booth.ledger.close()


async def live_through_a_day(booth: RealBooth) -> None:
    given, jammed, declined, cancelled, voided = (booth.issue() for _ in range(5))
    short_lived = booth.issue(valid_days=1)
    booth.ledger.write_now(lambda tx: stock.adjust(tx, "pin", -1, "broken", "ann"))
    booth.claim("r-unknown", "00000000")
    booth.claim("r-1", given["code"])
    booth.answer("r-1", AnswerKind.SUBSTITUTED, sku="pin")
    booth.answer("r-1", AnswerKind.LOADED)
    await booth.open_locker("r-1", 1, Stage.TAKE)
    booth.answer("r-1", AnswerKind.COMPLETED)
    booth.claim("r-2", jammed["code"])
    booth.answer("r-2", AnswerKind.LOADED)
    await booth.open_locker("r-2", 1, Stage.JAM)
    booth.answer("r-2", AnswerKind.JAMMED, remedy=Remedy.AGAIN)
    await booth.open_locker("r-2", 2, Stage.JAM)
    booth.answer("r-2", AnswerKind.JAMMED, remedy=Remedy.OTHER_LOCKER)
    booth.answer("r-2", AnswerKind.LOADED)
    await booth.open_locker("r-2", 3, Stage.ASK)
    booth.answer("r-2", AnswerKind.OPENED)
    booth.answer("r-2", AnswerKind.COMPLETED)
    booth.claim("r-3", declined["code"])
    booth.answer("r-3", AnswerKind.DECLINED, voids=True)
    booth.claim("r-4", cancelled["code"])
    booth.answer("r-4", AnswerKind.CANCELLED)
    number = int(str(voided["id"]))
    booth.ledger.write_now(lambda tx: codes.void(tx, number, "lost", "ann"))
    await booth.actuate(ActuationOrder("o-1", 2, BOARD, "ann", "the key is inside"), Outcome.DONE)
    await booth.actuate(ActuationOrder("o-2", 2, BOARD, "ann", "once more"), Outcome.FAILED)
    booth.now += timedelta(days=2)
    booth.claim("r-5", short_lived["code"])
