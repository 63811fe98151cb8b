"""The running box: its snapshot, and all that the HUD, the API and the commands ask of it."""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

import structlog

from boxd.bays.bay import Bay
from boxd.bays.device_registry import DeviceRegistry
from boxd.bays.device_tests import DeviceTests
from boxd.bays.devices_view import devices_view
from boxd.bays.opening import Opener
from boxd.bays.operator_console import OperatorConsole
from boxd.bays.prompts import OfferedPrize, Prompt, prompt_for
from boxd.clock_keeper import ClockKeeper
from boxd.config import Config
from boxd.config.addresses import split
from boxd.daemon.change_signal import ChangeSignal
from boxd.daemon.phones import PhoneSide
from boxd.daemon.tasks import Tasks
from boxd.devices import DeviceState
from boxd.errors import LedgerUnusable
from boxd.ledger import alarms, audit, codes, lockers, overview, redemptions, stock
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.ledger import Ledger, as_text
from boxd.ledger.overview import Overview
from boxd.machine_clock import utc_now
from boxd.organiser.keyed_answers import Requests
from boxd.organiser.service import Organiser
from boxd.organiser.tokens import Tokens
from boxd.redemption import Answer, RedemptionStanding, Reply
from boxd.web.box import CodesWanted, PrizeRow
from boxd.web.snapshot import Health, SnapshotInput, snapshot
from boxd.workflows.housekeeping.service import Housekeeping
from boxd.workflows.redemption.service import RedemptionService
from boxd.workflows.server_connection import ServerConnection
from boxd.workflows.tasks.service import TaskService
from boxd.workflows.upstream.service import NoUpstream, Upstream

Json = dict[str, Any]
T = TypeVar("T")
log = structlog.get_logger(__name__)

# ChangeSignal within this time become one snapshot: quick for an eye, slow for a Pi.
_GATHER_S = 0.03
# How long to wait before a ledger that can't be read is read again.
_TROUBLED_S = 1.0


@dataclass(frozen=True)
class Parts:
    """What a running box consists of."""

    config: Config
    ledger: Ledger
    keys: CodeKeys
    registry: DeviceRegistry
    bays: Mapping[str, Bay]
    opener: Opener
    redemptions: RedemptionService
    operator: OperatorConsole
    device_tests: DeviceTests
    tasks: TaskService
    housekeeping: Housekeeping
    clock: ClockKeeper
    connection: ServerConnection
    upstream: Upstream | None = None


class RunningBox:
    """Implements `boxd.web.box.BoxServices` over the parts of a running box."""

    def __init__(self, parts: Parts, changes: ChangeSignal) -> None:
        self._parts = parts
        self._changes = changes
        self._health = Health("starting", "boxd is starting")
        self._overview = Overview([], {}, [], [], [])
        self._prompts: list[Prompt] = []
        self._snapshot: Json = {}
        self._version = 0
        self._next = asyncio.Event()
        self.tasks = Tasks(parts.ledger, parts.tasks)
        self.housekeeping = parts.housekeeping
        self.clock = parts.clock
        self.upstream = parts.upstream or NoUpstream()
        self.organiser = Organiser(parts.config, parts.ledger, parts.keys, parts.tasks)
        self.tokens = Tokens(parts.ledger)
        self.requests = Requests(parts.ledger, parts.keys)
        self.phones = PhoneSide(parts.config, parts.ledger, self.tasks, parts.keys)
        self.links = self.phones.links

    async def keep_fresh(self) -> None:
        """Make a new snapshot whenever something has changed; for ever."""
        while True:
            await self._changes.wait()
            await asyncio.sleep(_GATHER_S)
            try:
                await self.refresh()
            except LedgerUnusable:
                # Said by whoever listens to the ledger; the HUD keeps what it showed last.
                self._draw()
                self._changes.note_ledger()
                await asyncio.sleep(_TROUBLED_S)

    async def refresh(self) -> None:
        """Read what has changed, and make the next snapshot."""
        if self._changes.take():
            self._overview = await self._parts.ledger.read(overview.read)
        self._draw()

    def set_health(self, **changes: str) -> None:
        """Change what the HUD says of the box's health."""
        self._health = replace(self._health, **changes)
        self._changes.note()

    def snapshot(self) -> Json:
        """The latest snapshot."""
        return self._snapshot

    async def wait_for_change(self, version: int, timeout_s: float) -> None:
        """Return when the snapshot's version is another than `version`, or after the timeout."""
        if self._version != version:
            return
        try:
            await asyncio.wait_for(self._next.wait(), timeout_s)
        except TimeoutError:
            return

    def ready(self) -> tuple[bool, str]:
        """Whether the box takes codes, and the reason when it does not."""
        return self._health.state == "ready", self._health.why

    @property
    def device_tests(self) -> DeviceTests:
        """Watching and testing the devices."""
        return self._parts.device_tests

    async def answer(self, answer: Answer) -> Reply:
        """Deliver a person's answer to its redemption."""
        reply = await self._parts.redemptions.answer(answer)
        log.info(
            "answer.accepted" if reply.accepted else "answer.refused",
            redemption=answer.redemption,
            bay=reply.standing.bay,
            locker=reply.standing.locker,
            answer=answer.kind.value,
            actor=answer.actor,
            why=reply.why or None,
        )
        return reply

    async def redemptions(
        self, open_only: bool, limit: int, before: str | None = None
    ) -> list[Json]:
        """Redemptions, newest first; `before` leaves out that one and all newer."""
        return await self._read(lambda c: redemptions.listing(c, open_only, limit, before))

    async def redemption(self, redemption_id: str) -> Json:
        """One redemption with all that belongs to it."""
        return await self._read(lambda c: redemptions.details(c, redemption_id))

    async def prizes(self) -> list[Json]:
        """Every prize with its stock."""
        return await self._read(stock.listing)

    async def import_prizes(self, rows: Sequence[PrizeRow], actor: str) -> list[Json]:
        """Add prizes and receive their units: all rows or none."""
        prizes = [stock.StockedPrize(row.sku, row.name, row.units, row.weight) for row in rows]
        await self._parts.ledger.write(lambda tx: stock.import_prizes(tx, prizes, actor))
        return await self.prizes()

    async def adjust_prize(self, sku: str, units: int, reason: str, actor: str) -> Json:
        """Receive or write off units of a prize."""
        await self._parts.ledger.write(lambda tx: stock.adjust(tx, sku, units, reason, actor))
        return await self._read(lambda c: stock.find(c, sku))

    async def issue_codes(
        self, attendee: str, sku: str | None, count: int, valid_days: int | None, actor: str
    ) -> list[Json]:
        """Make codes for an attendee: all or none."""
        config = self._parts.config
        days = valid_days if valid_days is not None else config.codes.valid_days
        order = codes.CodeOrder(
            attendee=attendee,
            box=config.box.id,
            length=config.codes.length,
            valid_days=days,
            actor=actor,
            sku=sku,
            per_attendee=config.codes.per_attendee,
        )
        keys = self._parts.keys
        return await self._parts.ledger.write(
            lambda tx: [codes.issue(tx, order, keys) for _ in range(count)]
        )

    async def codes(self, wanted: CodesWanted) -> list[Json]:
        """Codes without their digits, newest first."""
        return await self._read(
            lambda c: codes.listing(c, wanted.state, wanted.limit, wanted.attendee, wanted.before)
        )

    async def code(self, code_id: int, reveal: bool, actor: str) -> Json:
        """One code; with its digits when they are to be revealed."""
        known = await self._read(lambda c: codes.find(c, code_id))
        if not reveal:
            return known
        keys = self._parts.keys
        digits = await self._parts.ledger.write(lambda tx: codes.reveal(tx, code_id, keys, actor))
        return known | {"code": digits}

    async def void_code(self, code_id: int, reason: str, actor: str) -> Json:
        """End a code that was not used and release its unit."""
        await self._parts.ledger.write(lambda tx: codes.void(tx, code_id, reason, actor))
        return await self._read(lambda c: codes.find(c, code_id))

    async def open_locker(self, locker: int, reason: str, actor: str) -> Json:
        """Open a locker by a recorded override, with or without Temporal."""
        order = f"override/{secrets.token_hex(8)}"
        log.warning("locker.overridden", locker=locker, actor=actor, reason=reason)
        done = await self._parts.opener.override(locker, order, actor, reason)
        return {"outcome": done.outcome.value, "note": done.note, "actuation": order}

    async def set_locker_service(
        self, locker: int, in_service: bool, reason: str, actor: str
    ) -> Json:
        """Take a locker out of service or back in."""
        await self._parts.ledger.write(
            lambda tx: lockers.set_service(tx, locker, in_service, reason, actor)
        )
        return (await self._read(lockers.listing))[locker]

    async def audit(self, after: int, limit: int) -> list[Json]:
        """Rows of the audit trail after `after`, oldest first."""
        return await self._read(lambda c: audit.rows_after(c, after, limit))

    async def alarms(self) -> list[Json]:
        """The alarms that stand."""
        return await self._read(alarms.active)

    async def clear_alarm(self, alarm: int, actor: str) -> Json:
        """Clear an alarm by its number."""
        return await self._parts.ledger.write(lambda tx: alarms.clear_by_id(tx, alarm, actor))

    async def _read(self, look: Callable[[sqlite3.Connection], T]) -> T:
        return await self._parts.ledger.read(look)

    def _draw(self) -> None:
        """Make the next snapshot from what is known."""
        self._prompts = [self._prompt(s) for s in self._overview.open_redemptions]
        self._parts.operator.update(self._prompts)
        self._version += 1
        self._snapshot = snapshot(self._picture(), self._version, as_text(utc_now()))
        woken, self._next = self._next, asyncio.Event()
        woken.set()

    def _prompt(self, standing: RedemptionStanding) -> Prompt:
        units = [
            OfferedPrize(str(p["sku"]), str(p["name"]), int(str(p["on_hand"])))
            for p in self._overview.stock
        ]
        reminders = sum(
            alarm["kind"] == "nobody_comes" and alarm["subject"] == standing.redemption
            for alarm in self._overview.alarms
        )
        door = self._parts.opener.door_state(standing.locker)
        name = next((b.name for b in self._parts.config.bays if b.id == standing.bay), "")
        return prompt_for(
            standing=standing,
            door=door,
            stock=units,
            reminders=reminders,
            bay_name=name,
            why_no_latch=self._why_no_latch(standing),
            latch_let_go=self._parts.opener.has_let_go(standing.locker),
        )

    def _why_no_latch(self, standing: RedemptionStanding) -> str:
        """Why the latch of a redemption's locker can't be reached; empty when it can."""
        locker = next((x for x in self._parts.config.lockers if x.id == standing.locker), None)
        if locker is None:
            return ""
        status = self._parts.registry.device(split(locker.latch)[0]).status
        return "" if status.state is DeviceState.READY else status.why or status.state.value

    def _picture(self) -> SnapshotInput:
        parts = self._parts
        return SnapshotInput(
            config=parts.config,
            health=self._health,
            overview=self._overview,
            prompts=self._prompts,
            bays=[bay.view() for bay in parts.bays.values()],
            devices=devices_view(parts.config, parts.device_tests),
            doors={
                locker.id: parts.opener.door_state(locker.id) for locker in parts.config.lockers
            },
            operator=asdict(parts.operator.state()),
            upstream=parts.upstream.view(self._overview.outbox) if parts.upstream else None,
        )
