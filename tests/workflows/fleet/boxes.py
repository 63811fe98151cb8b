"""Boxes of one event: each a real ledger with keys of its own, linked at a real server."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from temporalio.client import Client

from boxd.config.schema import Temporal
from boxd.ledger import (
    claims,
    codes,
    lockers,
    lockouts,
    redemption_standings,
    redemptions,
    stock,
)
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.ledger import Ledger
from boxd.ledger.restore import restore
from boxd.machine_clock import utc_now
from boxd.redemption import Answer, AnswerKind, RedemptionStanding, Refusal
from boxd.temporal.seal import Seal
from boxd.workflows.fleet.activities import FleetActivities, FleetBox
from boxd.workflows.fleet.lease_activities import LeaseActivities, LimitRules
from boxd.workflows.fleet.messages import CodeArrival, box_of_event
from boxd.workflows.fleet.service import FleetLink, FleetPlace
from boxd.workflows.fleet.stock_activities import StockActivities
from boxd.workflows.place.installation import Installation
from boxd.workflows.place.service import hold
from checker.fleet import findings
from tests.temporal.conftest import serving
from tests.workflows.event import until

EVENT = "fair"
SEAL = Seal(b"e" * 32)
UNUSED_AFTER_S = 0.5
_RULE = lockouts.LockoutRule(3, 30.0, 100.0)

MakeLeases = Callable[[Ledger, str, int, LimitRules], LeaseActivities]
MakeActivities = Callable[[Ledger, CodeKeys, FleetBox], FleetActivities]


@dataclass
class LinkedBox:
    """A box: what people do at it. Its link can be cut, and made again as after a restart."""

    number: int
    folder: Path
    port: int  # the event's service answers here, or a line to it
    ledger: Ledger = field(init=False)
    link: FleetLink = field(init=False)
    _running: asyncio.Task[None] | None = None
    _names: count[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.keys = CodeKeys(bytes([self.number]) * 32, b"r" * 32)
        self.open()

    @property
    def file(self) -> Path:
        return self.folder / "ledger.db"

    def open(self) -> None:
        self.ledger = Ledger(self.file)
        self.ledger.write_now(lambda tx: lockers.declare(tx, [1]))

    async def connect(
        self,
        make: MakeActivities = FleetActivities,
        make_stock: Callable[[Ledger, str, int], StockActivities] = StockActivities,
        make_leases: MakeLeases = LeaseActivities,
        *,
        until_all_are_heard: bool = True,
        per_attendee: int = 1,
        for_the_hub: Sequence[Callable[..., object]] = (),
    ) -> None:
        """Start the link, and wait until its worker polls."""
        service = Temporal(address=f"127.0.0.1:{self.port}")
        box = FleetBox(f"box-{self.number}", self.number, UNUSED_AFTER_S)
        place = FleetPlace(EVENT, self.number, service)
        self.link = FleetLink(
            place,
            SEAL,
            make(self.ledger, self.keys, box),
            self._hold_place,
            make_stock(self.ledger, EVENT, self.number),
            make_leases(self.ledger, EVENT, self.number, LimitRules(per_attendee, 1)),
        )
        self.link.for_the_hub = for_the_hub
        self._running = asyncio.create_task(self.link.run())

        async def is_connected() -> bool:
            is_sure = self.link.in_doubt == 0 or not until_all_are_heard
            return self.link.state.is_connected and is_sure

        await until(is_connected, f"box {self.number} at the event's service")

    async def _hold_place(self, client: Client) -> None:
        name = f"box {self.number}"
        await hold(client, box_of_event(EVENT, self.number), Installation(name[-1], name))

    async def cut(self) -> None:
        """End the link at once."""
        if self._running is not None:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running
            self._running = None

    def back_up(self) -> Path:
        """A copy of the ledger as it is now."""
        copy = self.folder / "copy.db"
        with closing(sqlite3.connect(self.file)) as source, closing(sqlite3.connect(copy)) as to:
            source.backup(to)
        return copy

    def restore(self, copy: Path) -> None:
        """Put the copy in the ledger's place, as `boxd backup restore` does."""
        self.ledger.close()
        restore(copy, self.file, "operator", utc_now())
        self.open()

    async def stock(self, units: int) -> None:
        mug = stock.StockedPrize("mug", "Mug", max(units, 0))
        await self.ledger.write(lambda tx: stock.import_prizes(tx, [mug], "organiser"))
        if units < 0:
            await self.ledger.write(lambda tx: stock.adjust(tx, "mug", units, "lost", "organiser"))

    async def issue(self, attendee: str = "ada") -> str:
        order = codes.CodeOrder(
            attendee, f"box-{self.number}", 8, 7, "organiser", "mug", home=self.number
        )
        return str((await self.ledger.write(lambda tx: codes.issue(tx, order, self.keys)))["code"])

    async def bring(self, digits: str, home: int) -> CodeArrival:
        """Ask for the code, again if its home took too long: this machine may be busy."""
        found = CodeArrival(False)

        async def is_answered() -> bool:
            nonlocal found
            found = await self.link.bring(digits, home)
            return found.why_not not in {Refusal.OTHER_BOX, Refusal.UNSURE}

        await until(is_answered, "the home's answer")
        return found

    async def enter(self, digits: str, arrival: CodeArrival | None = None) -> RedemptionStanding:
        """Claim the code at this box's bay."""
        name = f"{self.number}-{next(self._names)}"
        home = "" if arrival is None or arrival.is_here else "elsewhere"
        asked = claims.Claim(
            name,
            "bay-1",
            self.keys.digest(digits),
            well_formed=True,
            home=home,
            in_doubt=self.link.in_doubt if self._running else 0,
        )
        rules = claims.ClaimRules(f"box-{self.number}", [1], _RULE, lockouts.boot_clock())
        return await self.ledger.write(lambda tx: claims.claim(tx, asked, rules))

    async def answer(self, standing: RedemptionStanding, kind: AnswerKind) -> RedemptionStanding:
        answer = Answer(f"a{next(self._names)}", standing.redemption, standing.step, kind, "op")
        context = redemptions.AnswerContext(None, [1], decline_voids_code=False)
        reply = await self.ledger.write(lambda tx: redemptions.record_answer(tx, answer, context))
        assert reply.accepted, reply.why
        return reply.standing

    async def give_out(self, standing: RedemptionStanding) -> None:
        standing = await self.answer(standing, AnswerKind.LOADED)
        await self.ledger.write(
            lambda tx: tx.connection.execute(
                "UPDATE redemptions SET stage = 'take', step = step + 1 WHERE id = ?",
                (standing.redemption,),
            )
        )
        standing = await self.ledger.read(
            lambda c: redemption_standings.require(c, standing.redemption)
        )
        await self.answer(standing, AnswerKind.COMPLETED)

    async def units(self) -> dict[str, object]:
        found = await self.ledger.read(lambda c: stock.find(c, "mug"))
        return {name: found[name] for name in ("on_hand", "held", "dispensed")}

    async def are_away(self) -> bool:
        """Whether a right is given away, and its fate not known yet."""
        found = await self.ledger.read(
            lambda c: c.execute(
                "SELECT 1 FROM rights JOIN codes ON codes.id = code"
                " WHERE is_here = 0 AND state = 'in_use' LIMIT 1"
            ).fetchone()
        )
        return found is not None

    async def states(self) -> list[str]:
        rows = await self.ledger.read(
            lambda c: c.execute("SELECT state FROM codes ORDER BY id").fetchall()
        )
        return [str(row[0]) for row in rows]


@asynccontextmanager
async def fleet(folder: Path, settings: Temporal, boxes: int) -> AsyncIterator[list[LinkedBox]]:
    """Unconnected boxes with two mugs each; at the end nothing may be found over all ledgers."""
    async with serving(settings, folder):
        found = [
            LinkedBox(number, folder / f"{number}", settings.port) for number in range(1, boxes + 1)
        ]
        for box in found:
            await box.stock(2)
        try:
            yield found
        finally:
            for box in found:
                await box.cut()
            assert findings({box.number: box.file for box in found}) == []
            for box in found:
                box.ledger.close()


async def at_rest(boxes: list[LinkedBox]) -> None:
    """Wait until every right is somewhere, and every home knows it."""

    async def rests() -> bool:
        away = [await box.are_away() for box in boxes]
        return not any(away) and not findings({box.number: box.file for box in boxes}, at_rest=True)

    await until(rests, "the end of every move")
