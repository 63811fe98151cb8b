"""A locker opens first, and its lights follow: no show is on the way to the latch."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from boxd.bays.bay import Bay, BayDevices
from boxd.bays.locker_parts import LockerParts
from boxd.bays.opening import Opener
from boxd.config import schema
from boxd.devices import DeviceState, Lamp, LampName
from boxd.ledger import claims, codes, lockers, lockouts, redemption_standings, stock
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.ledger import Ledger, Transaction
from boxd.lights.shows import ShowName, show_named
from boxd.machine_clock import boot_s
from boxd.redemption import Answer, AnswerKind
from boxd.workflows.redemption.announcing import Announcer
from boxd.workflows.redemption.decisions import RedemptionDecisions, RedemptionRules
from tests.bays.devices import LatchInMemory
from tests.bays.parts import Fingers, HandClock, ScriptedDesk
from tests.workflows.event import BOX, until

RUN = "this run"
KEYS = CodeKeys(b"c" * 32, b"r" * 32)
LOCKOUT = lockouts.LockoutRule(3, 30.0, 100.0)


class CountedLamp(Lamp):
    """A lamp that writes down what it is sent, in the order of all devices."""

    def __init__(self, name: LampName, sent: list[str]) -> None:
        self._name, self._sent = name, sent

    def set(self, lit: bool) -> None:
        """Note it."""
        self._sent.append(f"{self._name.value} {'on' if lit else 'off'}")


class CountedLatch(LatchInMemory):
    """A latch that writes its pulse down there, too."""

    def __init__(self, sent: list[str]) -> None:
        super().__init__("x", None)
        self._sent = sent

    async def pulse(self) -> None:
        """Note it."""
        self._sent.append("pulse")
        await super().pulse()


def claimed(tx: Transaction) -> None:
    """Redemption r1 waits for the operator, a mug in locker 1."""
    lockers.declare(tx, [1])
    stock.import_prizes(tx, [stock.StockedPrize("mug", "Mug", 3)], "tester")
    code = codes.issue(tx, codes.CodeOrder("attendee 1", BOX, 8, 7, "tester", "mug"), KEYS)
    rules = claims.ClaimRules(BOX, [1], LOCKOUT, lockouts.BootClock("boot", 1.0))
    claims.claim(tx, claims.Claim("r1", "bay-1", KEYS.digest(str(code["code"])), True), rules)


@pytest.mark.parametrize("show", ShowName)
async def test_between_the_operators_word_and_the_pulse_no_lamp_is_sent_anything(
    tmp_path: Path, show: ShowName
) -> None:
    ledger, sent, clock = Ledger(tmp_path / "ledger.db"), list[str](), HandClock()
    ledger.write_now(claimed)
    bay = Bay(
        schema.BaySection(id="bay-1", name="Left", keypad="b", lamps="b"),
        schema.Timeouts(),
        BayDevices(Fingers(clock), {name: CountedLamp(name, sent) for name in LampName}),
        ScriptedDesk(),
        on_change=lambda: None,
        timers=clock,
        now=lambda: datetime.now(UTC),
        lights=show_named(show),
    )
    opener = Opener(
        ledger,
        [LockerParts(1, "bay-1", CountedLatch(sent), lambda: DeviceState.READY, None)],
        door_opens_s=3.0,
    )
    announcer = Announcer(ledger, {"bay-1": bay})
    rules = RedemptionRules(BOX, RUN, LOCKOUT, False)
    decisions = RedemptionDecisions(ledger, opener, announcer, rules)
    try:
        announcer.show(await ledger.read(lambda c: redemption_standings.require(c, "r1")))
        sent.clear()
        deadline_s = boot_s() + 60
        loaded = Answer(
            "anna", "r1", 1, AnswerKind.LOADED, "anna", daemon=RUN, deadline_s=deadline_s
        )
        assert (await decisions.answer(loaded)).accepted
        await until(lambda: _is_followed(sent), "the pulse and the lights after it")
    finally:
        await decisions.finish()
        await opener.finish()
        ledger.close()
    assert sent[0] == "pulse"
    assert sent.count("pulse") == 1


async def _is_followed(sent: list[str]) -> bool:
    return len(sent) > 1
