"""The daemon's side of the phones' network: its sockets, its process, and the alarms about it.

On an installed box the gateway is a unit of its own; elsewhere it is the daemon's child, which ends
with it. A box whose gateway does not run serves the attendees in front of it all the same.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import structlog

from boxd.api.server import WebServer
from boxd.config import Config
from boxd.daemon.gateway_link import GatewayLink, Report
from boxd.errors import ConfigError, LedgerUnusable
from boxd.gateway.settings import USUAL, Deadlines, link_socket, opened_mark, requests_socket
from boxd.gateway.starting import command_line, settings_in_memory
from boxd.ledger import alarms
from boxd.ledger.ledger import Ledger
from boxd.phones.gateway_settings import gateway_settings
from boxd.temporal import die_with_parent
from boxd.web.templates import compile_all
from boxd.words import N_

log = structlog.get_logger("boxd")

_FOLDER_MODE = 0o700
_LOOK_EVERY_S = 0.5
_MISSED_AFTER_S = 10.0  # a gateway starts within one second
_CALM_AFTER_S = 300.0
_QUICK_DEATH_S = 5.0
_LONGEST_PAUSE_S = 10.0
_LISTENER_ALARM = "phones_listener"
_CROWD_ALARM = "phones_crowd"
_MISSING = N_(
    "The process for the phones' network is not running: phones can't reach the box."
    " Look at `journalctl -u boxd-phones -u boxd`."
)
_CROWD = N_(
    "Someone is opening very many connections to the phones' network, most recently {address}:"
    " {count} were refused or ended within a minute. Keypads and HUD are not affected. If phones"
    " are slow, take that device off the WLAN."
)


class PhonesGateway:
    """Looks after the gateway."""

    def __init__(
        self,
        config: Config,
        server: WebServer,
        ledger: Ledger,
        address: str,
        box_name: Callable[[], str],
        deadlines: Deadlines = USUAL,
    ) -> None:
        self._config = config
        self._box_name = box_name
        self._deadlines = deadlines
        self._folder = config.gateway_dir
        self._is_own_unit = config.temporal.own_unit
        self._server = server
        self._ledger = ledger
        self._settings = self._settings_at(address)
        self.link = GatewayLink(self._settings, self._heard)
        self._trouble: str | None = None
        self._told: dict[str, str | None] = {_LISTENER_ALARM: None, _CROWD_ALARM: None}
        self._crowd = ""
        self._calm_at = 0.0
        self._missed_at = float("inf")

    async def keep(self) -> None:
        """Open the sockets, see that a gateway runs, and tell what is wrong; for ever."""
        self._ledger.on_cards = self.link.cards_changed
        loop = asyncio.get_running_loop()
        self._missed_at = loop.time() + _MISSED_AFTER_S
        running = None if self._is_own_unit else asyncio.create_task(self._keep_child())
        try:
            await self._open()
            while True:
                await self._look(loop.time())
                await asyncio.sleep(_LOOK_EVERY_S)
        finally:
            self.link.close()
            if running is not None:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)

    def move_to(self, address: str) -> None:
        """Phones reach the box at this address, and under its present name, from now on."""
        self._settings = self._settings_at(address)
        self.link.use(self._settings)

    def _settings_at(self, address: str) -> str:
        found = gateway_settings(self._config, address, self._box_name())
        return replace(found, deadlines=self._deadlines).to_json()

    async def _open(self) -> None:
        """Open both sockets, with retries."""
        while True:
            try:
                self._folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
                opened_mark(self._folder).touch()  # systemd waits for it
                await self._server.listen_to_gateway(requests_socket(self._folder))
                await asyncio.to_thread(compile_all, "phones")  # no phone waits for its template
                await self.link.listen(link_socket(self._folder))
            except (ConfigError, OSError) as error:
                await self._tell(_LISTENER_ALARM, str(error))
                await asyncio.sleep(_MISSED_AFTER_S)
            else:
                return

    async def _look(self, now: float) -> None:
        """Raise and clear the alarms by what was heard."""
        if self.link.is_up:
            self._missed_at = now + _MISSED_AFTER_S
            if self._trouble is not None:
                await self._tell(_LISTENER_ALARM, self._trouble)
        elif now > self._missed_at:
            await self._tell(_LISTENER_ALARM, _MISSING)
        if now > self._calm_at:
            self._crowd = ""
        await self._tell(_CROWD_ALARM, self._crowd)

    def _heard(self, report: Report) -> None:
        """A line from the gateway."""
        if "trouble" in report:
            self._trouble = str(report["trouble"])
        if "refused" in report:
            count = int(report["refused"]) + int(report["ended"])
            self._calm_at = asyncio.get_running_loop().time() + _CALM_AFTER_S
            self._crowd = self._crowd or _CROWD.format(count=count, address=report["address"])

    async def _tell(self, kind: str, why: str) -> None:
        """Raise the alarm, or clear it, if its text has changed."""
        if why == self._told[kind]:
            return
        try:
            await self._ledger.write(lambda tx: alarms.clear(tx, kind, "phones"))
            if why:
                log.error("phones_listener.failed", kind=kind, why=why)
                await self._ledger.write(lambda tx: alarms.raise_alarm(tx, kind, "phones", why))
        except LedgerUnusable:
            return  # the ledger's listeners report it; tried again the next time
        self._told[kind] = why

    async def _keep_child(self) -> None:
        """Run the gateway as a child, and again whenever it ends, for ever."""
        loop = asyncio.get_running_loop()
        pause_s = 0.0
        while True:
            began = loop.time()
            code = await self._run_child()
            died_quickly = loop.time() - began < _QUICK_DEATH_S
            pause_s = min(_LONGEST_PAUSE_S, 2 * pause_s or 0.25) if died_quickly else 0.0
            log.warning("phones_gateway.ended", exit_code=code, again_in_s=pause_s)
            await asyncio.sleep(pause_s)

    async def _run_child(self) -> int:
        descriptor = settings_in_memory(self._settings)
        tied = ["-I", "-S", str(Path(die_with_parent.__file__)), str(os.getpid())]
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *tied,
                *command_line(descriptor),
                stdin=asyncio.subprocess.DEVNULL,
                pass_fds=[descriptor],
                start_new_session=True,  # Ctrl-C in a terminal is for boxd, which stops it
            )
        finally:
            os.close(descriptor)
        try:
            return await process.wait()
        finally:
            with suppress(ProcessLookupError):
                process.terminate()
            await process.wait()
