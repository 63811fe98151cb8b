"""Keeps the snapshot up to date that HUD, commands and API show of a running box."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, replace
from typing import Any

from boxd.bays.devices_view import devices_view
from boxd.bays.prompts import OfferedPrize, Prompt, prompt_for
from boxd.config.addresses import split
from boxd.config.schema import OnDecline
from boxd.daemon import assembly
from boxd.daemon.change_signal import ChangeSignal
from boxd.daemon.parts import Parts
from boxd.daemon.shown_health import ShownHealth
from boxd.devices import DeviceState
from boxd.errors import LedgerUnusable
from boxd.ledger import overview
from boxd.ledger.ledger import as_text
from boxd.ledger.overview import Overview
from boxd.ledger.stock import REHEARSAL
from boxd.machine_clock import utc_now
from boxd.redemption import RedemptionStanding
from boxd.web.snapshot import SnapshotInput, snapshot
from boxd.words import translate
from boxd.words.own_names import own_names

Json = dict[str, Any]

# Changes within this time become one snapshot: quick for an eye, slow for a Pi.
_GATHER_S = 0.03
# How long to wait before a ledger that can't be read is read again.
_TROUBLED_S = 1.0


class Snapshots:
    """The snapshots of a running box; the operator's keys answer the prompts in them."""

    def __init__(self, parts: Parts, changes: ChangeSignal, health: ShownHealth) -> None:
        self._parts = parts
        self._changes = changes
        self.health = health
        self._overview = Overview([], {}, [], [], [])
        self._prompts: list[Prompt] = []
        self._snapshot: Json = {}
        self._version = 0
        self._next = asyncio.Event()

    async def keep_fresh(self) -> None:
        """Make a new snapshot whenever something has changed; for ever."""
        while True:
            await self._changes.wait()
            await asyncio.sleep(_GATHER_S)
            try:
                await self.refresh()
            except LedgerUnusable:
                # The ledger's listeners report it; the HUD keeps its last state.
                self._draw()
                self._changes.note_ledger()
                await asyncio.sleep(_TROUBLED_S)

    async def refresh(self) -> None:
        """Read what has changed, and make the next snapshot."""
        if self._changes.take():
            self._overview = await self._parts.ledger.read(overview.read)
            own_names().replace(self._overview.prize_names)
            lights, show = self._parts.config.lights, self._overview.light_show
            assembly.show_event(self._parts.bays, lights, show, self._overview.is_closed)
        self._draw()

    def snapshot(self) -> Json:
        """The latest snapshot."""
        return self._snapshot

    async def wait_for_change(self, version: int, timeout_s: float) -> None:
        """Return when the snapshot's version differs from `version`, or after the timeout."""
        if self._version != version:
            return
        try:
            await asyncio.wait_for(self._next.wait(), timeout_s)
        except TimeoutError:
            return

    def ready(self) -> tuple[bool, str]:
        """Whether the box takes codes, and the reason if it does not."""
        return self.health.now.state == "ready", self.health.now.why

    def _draw(self) -> None:
        """Make the next snapshot from what is known."""
        self._prompts = [self._prompt(s) for s in self._overview.open_redemptions]
        self._parts.operator.update(self._prompts, self._overview.questions)
        self._version += 1
        self._snapshot = snapshot(self._picture(), self._version, as_text(utc_now()))
        woken, self._next = self._next, asyncio.Event()
        woken.set()

    def _prompt(self, standing: RedemptionStanding) -> Prompt:
        units = [
            OfferedPrize(str(p["sku"]), translate(str(p["name"])), int(str(p["on_hand"])))
            for p in self._overview.stock
            if standing.sku != REHEARSAL
        ]
        reminders = sum(
            alarm["kind"] == "nobody_comes" and alarm["subject"] == standing.redemption
            for alarm in self._overview.alarms
        )
        door = self._parts.opener.door_state(standing.locker)
        name = next((b.name for b in self._parts.config.bays if b.id == standing.bay), "")
        return prompt_for(
            standing=replace(standing, prize=translate(standing.prize)),
            door=door,
            stock=units,
            reminders=reminders,
            bay_name=name,
            why_no_latch=self._why_no_latch(standing),
            latch_let_go=self._parts.opener.has_let_go(standing.locker),
            decline_voids=self._parts.config.codes.on_decline is OnDecline.VOID_CODE,
        )

    def _why_no_latch(self, standing: RedemptionStanding) -> str:
        """Why the latch of a redemption's locker can't be reached; empty if it can."""
        locker = next((x for x in self._parts.config.lockers if x.id == standing.locker), None)
        if locker is None:
            return ""
        status = self._parts.registry.device(split(locker.latch)[0]).status
        return "" if status.state is DeviceState.READY else status.why or status.state.value

    def _picture(self) -> SnapshotInput:
        parts = self._parts
        return SnapshotInput(
            config=parts.config,
            box_name=parts.label.shown(),
            health=self.health.now,
            overview=self._overview,
            prompts=self._prompts,
            bays=[bay.view() for bay in parts.bays.values()],
            devices=devices_view(parts.config, parts.device_tests),
            doors={
                locker.id: parts.opener.door_state(locker.id) for locker in parts.config.lockers
            },
            operator=asdict(parts.operator.state())
            | {
                "key_labels": dict(parts.operator.key_labels),
                "recovery": parts.operator.recovery(),
            },
            upstream=parts.upstream.view(self._overview.outbox) if parts.upstream else None,
        )
