"""The daemon: starts one box, keeps it running until told to stop, and ends it in reverse order."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from boxd import logs
from boxd.computer_trouble import lacking
from boxd.config import Config, load
from boxd.daemon.instance_lock import only_one
from boxd.daemon.latest_server_status import LatestServerStatus
from boxd.errors import HeldByAnother, KeysMissing, LedgerDamaged, LedgerTooNew, LedgerUnusable
from boxd.service.back_off import wait_if_restarted
from boxd.service.notify import STOPPING, Notifier, status
from boxd.temporal.server import EmbeddedServer
from boxd.temporal.server_status_link import follow_status
from boxd.words import speaking
from boxd.words.catalogue import words_in
from boxd.words.own_names import OwnNames, naming

if TYPE_CHECKING:
    from boxd.bays.opening import Actuated

log = structlog.get_logger("boxd")

# The ledger names attendees: only the box's own user and group may read it.
_UMASK = 0o027
_MUST_NOT_DISPENSE = (LedgerDamaged, LedgerTooNew, LedgerUnusable, KeysMissing, HeldByAnother)


def run(config_path: Path) -> int:
    """Run the box until it is told to stop; returns the process's exit code.

    Raises BoxdError if it can't start at all.
    """
    logs.set_up()
    os.umask(_UMASK)
    manager = Notifier.of_this_process()
    wait_if_restarted(manager)
    config = load(config_path)
    words = words_in(config.box.language)
    with only_one(config.lock_file), speaking(words), naming(OwnNames()):
        return asyncio.run(_run(config, manager))


@dataclass
class _Ending:
    """When the box has to stop, and with which exit code."""

    asked: asyncio.Event
    code: int = 0

    def fail(self) -> None:
        """An essential part has ended: stop, so that systemd restarts boxd."""
        self.code = 1
        self.asked.set()


async def _run(config: Config, manager: Notifier) -> int:
    ending = _Ending(asyncio.Event())
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ending.asked.set)
    async with AsyncExitStack() as closing:
        server_status = await _start_server(config, closing)
        # The heavy imports follow once the server's process is starting.
        from boxd.daemon import startup
        from boxd.daemon.running import Running

        box = await closing.enter_async_context(AsyncExitStack())
        running = Running(box, ending.fail)
        try:
            with _saying_what_is_lacking():
                await startup.start(config, server_status, running, manager)
        except _MUST_NOT_DISPENSE as error:
            ending.code = 1
            log.error("dispensing.refused", why=str(error))
            await box.aclose()  # the devices may be open already, and the box that refuses has them
            await startup.start_refusing(config, error, server_status, running, manager)
        gc.enable()
        await ending.asked.wait()
        manager.tell(STOPPING, status("stopping: what is at work may finish"))
        log.info("boxd.stopping")
    log.info("boxd.stopped", exit_code=ending.code)
    return ending.code


@contextmanager
def _saying_what_is_lacking() -> Iterator[None]:
    """Raise LedgerUnusable for a full disk or too few descriptors: the box refuses, with that."""
    try:
        yield
    except OSError as error:
        if not (lacks := lacking(error)):
            raise
        raise LedgerUnusable(f"boxd can't begin: {lacks}; nothing is dispensed") from error


async def _start_server(config: Config, closing: AsyncExitStack) -> LatestServerStatus:
    """Start the box's own server, and stop it last; or listen to the unit that runs it."""
    server_status = LatestServerStatus()
    if config.temporal.own_unit:
        hearing = asyncio.create_task(
            follow_status(config.server_status_socket, server_status.server_changed)
        )
        closing.callback(hearing.cancel)
    elif config.temporal.address is None:
        server = EmbeddedServer(config.temporal, config.temporal_dir, server_status.server_changed)
        closing.push_async_callback(server.stop)
        await server.start()
    return server_status


def open_directly(config: Config, locker: int, actor: str, reason: str) -> Actuated:
    """Open a locker without the daemon; returns its `Actuated`. Raises BoxdError."""
    from boxd.daemon import offline_open

    logs.set_up()
    with only_one(config.lock_file):
        return asyncio.run(offline_open.open_locker(config, locker, actor, reason))
