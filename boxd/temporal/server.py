"""The embedded Temporal server: started, watched, restarted when it dies, stopped last."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from boxd.computer_trouble import lacking
from boxd.errors import BoxdError, TemporalUnavailable
from boxd.temporal import database as db
from boxd.temporal.binary import find_binary, read_version
from boxd.temporal.clock_set_back import ClockSetBack
from boxd.temporal.command import (
    LOOPBACK,
    SERVING_PRAGMAS,
    configured_ports,
    server_command,
    server_environment,
)
from boxd.temporal.database_making import Maker, prepare, wait_for_namespace
from boxd.temporal.http_api import why_spoilt
from boxd.temporal.pages_gate import PAGES_SOCKET, PagesGate, hidden_address
from boxd.temporal.ports import why_taken
from boxd.temporal.process import ServerProcess

if TYPE_CHECKING:
    from boxd.config.schema import Temporal
    from boxd.temporal.settings import ServerSettings

log = structlog.get_logger("boxd.temporal")

SERVING_DEADLINE_S = 60  # takes 0.2 s; a Pi takes 5 s, more from a cold card with a long log
STEADY_S = 5  # a server that served this long did not die of its start: restart it at once
FIRST_DELAY_S = 0.1
LONGEST_DELAY_S = 5
DISTRUSTED_AFTER = 4  # deaths before serving, in a row, on a file that looks complete
PROBE_EVERY_S = 5
PROBE_DEADLINE_S = 10  # one slow fsync delays every answer; a card may take seconds
SILENT_PROBES = 3
_SILENT = "the Temporal server ran but did not answer any more, and was ended"


class ServerState(StrEnum):
    """Whether the server can be asked anything."""

    STARTING = "starting"
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True)
class ServerStatus:
    """The server's state for people: since when, why it is down, and how often it died."""

    state: ServerState
    since: datetime
    why: str = ""
    restarts: int = 0


@dataclass(frozen=True)
class _Life:
    """One life of the server: why it ended, whether it was started, how long it served.

    `spoilt` says why its database can't be used any more; empty if it can.
    """

    why: str
    was_spawned: bool
    served_s: float
    spoilt: str = ""


class EmbeddedServer:
    """A Temporal server as this process's child, on loopback, with its database in `directory`."""

    def __init__(
        self,
        settings: Temporal | ServerSettings,
        directory: Path,
        on_change: Callable[[ServerStatus], None],
    ) -> None:
        """Starts nothing yet; `on_change` is called on the event loop."""
        self._settings = settings
        self._database = directory / db.NAME
        self._on_change = on_change
        self._status = ServerStatus(ServerState.DOWN, datetime.now(UTC), "not started")
        self._up = asyncio.Event()
        self._process: ServerProcess | None = None
        self._gate: PagesGate | None = None
        self._supervision: asyncio.Task[None] | None = None

    @property
    def status(self) -> ServerStatus:
        """The present state."""
        return self._status

    @property
    def pid(self) -> int | None:
        """The server's process id, while there is one."""
        return None if self._process is None else self._process.pid

    async def start(self) -> None:
        """Start the server and its supervision; returns at once, use `serving` to wait.

        Raises BoxdError if there is no server program.
        """
        binary = find_binary(self._settings)
        self._database.parent.mkdir(parents=True, exist_ok=True)
        self._become(ServerState.STARTING, "")
        self._supervision = asyncio.create_task(self._supervise(binary))
        self._supervision.add_done_callback(self._note_end)

    @property
    def is_supervised(self) -> bool:
        """Whether a server that dies now would be restarted."""
        return self._supervision is not None and not self._supervision.done()

    async def serving(self) -> None:
        """Wait, for ever if need be, until it answers and its namespace is as configured."""
        await self._up.wait()

    async def stop(self) -> None:
        """Stop supervising, then stop the server; kill it after a deadline."""
        if self._supervision is not None:
            self._supervision.cancel()
            await asyncio.wait({self._supervision})
        if self._process is not None:
            if await self._process.end():
                await asyncio.to_thread(db.mark_stopped, self._database)
            self._process = None
        self._become(ServerState.DOWN, "stopped")

    async def _supervise(self, binary: Path) -> None:
        quick_deaths = unserved = 0
        distrusted = ""
        while True:
            if unserved >= DISTRUSTED_AFTER:
                distrusted = f"the server ended {unserved} times on it before it served"
                unserved = 0
            life = await self._live(binary, distrusted)
            distrusted = life.spoilt
            self._process = None
            quick_deaths = 0 if life.served_s >= STEADY_S else quick_deaths + 1
            if life.was_spawned:
                unserved = 0 if life.served_s else unserved + 1
            if life.why != self._status.why:
                log.error("temporal_server.down", why=life.why)
            self._become(ServerState.DOWN, life.why, self._status.restarts + life.was_spawned)
            await asyncio.sleep(_delay_s(quick_deaths))

    async def _live(self, binary: Path, distrusted: str) -> _Life:
        clock = ClockSetBack()
        try:
            await self._spawn(binary, distrusted)
            assert self._process is not None  # noqa: S101 - spawned above
            return await self._serve(self._process, clock)
        except (BoxdError, OSError) as error:
            # Its pages could not be opened: a server that is left running keeps the ports.
            if self._process is not None:
                await self._process.kill()
            why = lacking(error) if isinstance(error, OSError) else ""
            return _Life(why or str(error), was_spawned=False, served_s=0)
        finally:
            if self._gate is not None:
                self._gate.close()
                self._gate = None

    async def _serve(self, process: ServerProcess, clock: ClockSetBack) -> _Life:
        settings = self._settings
        try:
            await wait_for_namespace(process, settings.http_port, settings, SERVING_DEADLINE_S)
        except TemporalUnavailable as error:
            await process.kill()
            return _Life(str(error), was_spawned=True, served_s=0)
        self._become(ServerState.UP, "")
        began = time.monotonic()
        why, spoilt = await self._until_end(process, clock)
        served_s = time.monotonic() - began
        return _Life(why, was_spawned=True, served_s=served_s, spoilt=spoilt or clock.why())

    async def _spawn(self, binary: Path, distrusted: str) -> None:
        settings = self._settings
        ports = replace(configured_ports(settings), pages_at=hidden_address())
        taken = await asyncio.to_thread(why_taken, LOOPBACK, ports.named())
        if taken:
            raise BoxdError(taken)
        maker = Maker(binary, await read_version(binary), settings)
        kept = await prepare(self._database, maker, distrusted)
        if kept is not None:
            log.error("temporal_database.set_aside", path=str(kept.path), why=kept.why)
        await asyncio.to_thread(db.mark_running, self._database)
        self._become(ServerState.STARTING, self._status.why)
        self._process = await ServerProcess.spawn(
            server_command(binary, self._database, ports, SERVING_PRAGMAS, settings.namespace),
            server_environment(settings.memory_mib, self._database.parent),
        )
        self._gate = None
        if ports.ui is not None and ports.pages_at != LOOPBACK:
            socket = self._database.with_name(PAGES_SOCKET)
            self._gate = PagesGate(ports.pages_at, ports.ui, socket)
            await self._gate.open()

    async def _until_end(self, process: ServerProcess, clock: ClockSetBack) -> tuple[str, str]:
        """Wait until the process ends; end it if it is silent, or its database is spoilt.

        Returns why it ended, and why its database can't be used any more; empty if it can.
        """
        ended = asyncio.ensure_future(process.wait())
        silent, spoilt = 0, ""
        try:
            while silent < SILENT_PROBES and not spoilt:
                if (await asyncio.wait({ended}, timeout=PROBE_EVERY_S))[0]:
                    return ended.result(), ""
                try:
                    spoilt = clock.why() or await self._why_spoilt()
                    silent = 0
                except TemporalUnavailable:
                    silent += 1
        finally:
            ended.cancel()
        await process.kill()
        return spoilt or _SILENT, spoilt

    async def _why_spoilt(self) -> str:
        settings = self._settings
        return await why_spoilt(settings.http_port, settings.namespace, PROBE_DEADLINE_S)

    def _become(self, state: ServerState, why: str, restarts: int | None = None) -> None:
        count = self._status.restarts if restarts is None else restarts
        changed = ServerStatus(state, datetime.now(UTC), why, count)
        if (changed.state, changed.why) == (self._status.state, self._status.why):
            return
        self._status = changed
        if state is ServerState.UP:
            self._up.set()
        else:
            self._up.clear()
        self._on_change(changed)

    def _note_end(self, supervision: asyncio.Task[None]) -> None:
        """Report it if the supervision itself failed: then nobody restarts the server."""
        if not supervision.cancelled() and (error := supervision.exception()) is not None:
            log.error("temporal_supervision.crashed", exc_info=error)
            self._become(ServerState.DOWN, f"its supervision broke ({error!r}); restart boxd")


def _delay_s(quick_deaths: int) -> float:
    """How long to wait before the next start; after the first death not at all."""
    if quick_deaths <= 1:
        return 0
    return min(LONGEST_DELAY_S, FIRST_DELAY_S * 2.0 ** min(quick_deaths - 2, 10))
