"""Whether the box serves, and why not: the one place that decides its health."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import partial
from pathlib import Path

import structlog

from boxd.bays.bay import Bay
from boxd.daemon.long_absence import LongAbsence
from boxd.daemon.shown_health import ShownHealth
from boxd.errors import LedgerUnusable
from boxd.ledger import alarms, lockouts
from boxd.ledger.ledger import Ledger, as_text
from boxd.machine_clock import boot_s
from boxd.temporal.server import ServerState, ServerStatus
from boxd.temporal.set_aside import forget_note, unreported
from boxd.words import N_

log = structlog.get_logger("boxd")

# How often a ledger that could not be written is tried again.
_TRY_LEDGER_EVERY_S = 2.0
# A start shows no question for so long; a server that takes longer is called away.
_STARTS_WITHIN_S = 5.0
_CODES_ARE_TAKEN = N_("codes are accepted; lockers open later: {why}")
_REMEDY = N_("boxd restarts it by itself; if this stays, look at `journalctl -u boxd`")
_SET_ASIDE = N_(
    "Temporal's database was set aside as {file} ({reason}). Open redemptions continue from the"
    " ledger. `boxd alarms clear` ends this alarm."
)


class Readiness:
    """Receives the states of server and worker, and updates the bays and the HUD."""

    def __init__(
        self, health: ShownHealth, bays: Mapping[str, Bay], ledger: Ledger, temporal_dir: Path
    ) -> None:
        self._health = health
        self._bays = bays
        self._ledger = ledger
        self._absence = LongAbsence(ledger)
        self._temporal_dir = temporal_dir
        self._noting: set[asyncio.Task[object]] = set()
        self._is_stopping = False
        self._are_bays_open = False
        self._why_worker_rests = N_("the Temporal server is starting")
        self._has_engine_run = False
        self._began_s = boot_s()
        self._why_server_rests = ""
        self._why_ledger_rests = ""
        self._on_server_down: Callable[[], None] = lambda: None
        self.is_serving = asyncio.Event()

    def open_bays(self) -> None:
        """From now on codes are taken whenever the ledger can be written."""
        self._are_bays_open = True
        self._tell()

    def worker_serves(self, serves: bool, why: str) -> None:
        """Workflows go on now, or don't: codes are taken all the same, answers wait."""
        was_away = bool(self._why_worker_rests)
        self._why_worker_rests = "" if serves else why or N_("no reason known")
        self._has_engine_run = self._has_engine_run or serves
        self._tell()
        if serves == was_away:
            self._note(self._absence.changed(is_away=not serves))

    def ledger_troubled(self, trouble: LedgerUnusable) -> None:
        """The ledger can't be used: nothing is decided until it can be written again."""
        if not self._why_ledger_rests:
            self._note(self._until_writable())
        self._why_ledger_rests = str(trouble)
        self._tell()

    async def _until_writable(self) -> None:
        while self._why_ledger_rests:
            await asyncio.sleep(_TRY_LEDGER_EVERY_S)
            try:
                await self._ledger.prove_writable()
            except LedgerUnusable:
                continue
            self._why_ledger_rests = ""
        self._tell()

    def _tell(self) -> None:
        """Update the bays (are codes taken?) and the HUD (are answers carried out?).

        The server's process knows better why it is down than the worker that can't reach it.
        """
        away = self._why_worker_rests and (self._why_server_rests or self._why_worker_rests)
        why = self._why_ledger_rests or (_CODES_ARE_TAKEN.format(why=away) if away else "")
        if bool(why) == self.is_serving.is_set():
            log.info("box.not_serving" if why else "box.serving", why=why or None)
        (self.is_serving.clear if why else self.is_serving.set)()
        if self._are_bays_open:
            for bay in self._bays.values():
                bay.availability.serve(not self._why_ledger_rests, self._why_ledger_rests)
        self._health.change(
            state=self._state(away),
            why=why,
            remedy=_REMEDY if away and not self._why_ledger_rests else "",
            ledger="unusable" if self._why_ledger_rests else "whole",
            ledger_why=self._why_ledger_rests,
        )

    def _state(self, away: str) -> str:
        if self._why_ledger_rests:
            return "out_of_service"
        if not away:
            return "ready"
        is_late = boot_s() - self._began_s >= _STARTS_WITHIN_S
        if self._has_engine_run or self._why_server_rests or is_late:
            return "answers_wait"
        return "starting"

    def on_server_down(self, callback: Callable[[], None]) -> None:
        """Call `callback` whenever the box's own server has died."""
        self._on_server_down = callback

    def server_changed(self, status: ServerStatus) -> None:
        """The box's own server has started, serves, or has died."""
        self._health.change(
            temporal=status.state.value,
            temporal_why=status.why,
            temporal_since=as_text(status.since),
        )
        is_down = status.state is ServerState.DOWN and not self._is_stopping
        self._why_server_rests = status.why if is_down else ""
        if status.state is ServerState.UP:
            self._note(self._tell_what_was_set_aside())
        if is_down:
            self.worker_serves(False, status.why or N_("the Temporal server is down"))
            self._on_server_down()

    def external_server(self, address: str) -> None:
        """The box has no server of its own."""
        self._health.change(temporal="external", temporal_why=address)

    async def _tell_what_was_set_aside(self) -> None:
        """Raise an alarm for each server database that was set aside.

        A note stays until its alarm is in the ledger.
        """
        for kept in await asyncio.to_thread(unreported, self._temporal_dir):
            text = _SET_ASIDE.format(file=kept.path.name, reason=kept.why)
            alarm = partial(
                alarms.raise_alarm, kind="temporal_set_aside", subject=kept.path.name, text=text
            )
            await self._ledger.write(alarm)
            await asyncio.to_thread(forget_note, kept)

    async def undecided(self, bays: Sequence[str]) -> None:
        """Ask again for codes whose Enter an earlier release had not decided, at their bays."""
        for bay in bays:
            if bay in self._bays:
                self._bays[bay].ask_to_retype()

    def lock(self, bay: str, seconds: float) -> None:
        """Lock a bay's keypad, and record the end of the lock."""
        if bay in self._bays:  # the bay may be gone from the configuration
            self._bays[bay].lock(seconds)
        self._note(self._end_lock(bay, seconds))

    def _note(self, work: Coroutine[None, None, object]) -> None:
        task = asyncio.create_task(work)
        self._noting.add(task)
        task.add_done_callback(self._noting.discard)

    async def _end_lock(self, bay: str, seconds: float) -> None:
        await asyncio.sleep(seconds)
        clock = lockouts.boot_clock()
        if await self._ledger.read(partial(lockouts.remaining_s, bay=bay, clock=clock)) <= 0:
            await self._ledger.write(lambda tx: lockouts.end_lock(tx, bay))

    async def stop(self) -> None:
        """Cancel what is planned for later, and expect the server's end."""
        self._is_stopping = True
        for task in tuple(self._noting):
            task.cancel()
        await asyncio.gather(*self._noting, return_exceptions=True)
