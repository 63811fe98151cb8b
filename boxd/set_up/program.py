"""The set-up as a program: its pages on every network and on the box's own screen."""

from __future__ import annotations

import asyncio
import signal

from starlette.types import ASGIApp

from boxd.api.server import ListeningServer, bind_tcp, server_settings
from boxd.errors import Refused
from boxd.set_up.course import WANTED
from boxd.set_up.machine import Machine
from boxd.set_up.pages import SetUpPages

_LEAVES_WITHIN_S = 10.0
_STAYS_S = 3600.0  # after the box runs: for the invitation and the change of networks


def run(machine: Machine, port: int, screen_port: int) -> None:
    """Serve until SIGTERM or Ctrl-C; at `screen_port` the kiosk looks for the operator's screen.

    Raises Refused where no set-up is wanted, ConfigError.
    """
    file = machine.root / WANTED
    try:
        key = file.read_text(encoding="utf-8", errors="replace").strip()
    except FileNotFoundError:
        raise Refused(
            f"{file} is not there: this box is set up. Its configuration is /etc/boxd/boxd.toml"
        ) from None
    if not key:
        raise Refused(f"{file} is empty; write a key of your own into it, and start this again")
    asyncio.run(_serve(machine, key, port, screen_port))


async def _serve(machine: Machine, key: str, port: int, screen_port: int) -> None:
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    screen: list[asyncio.Task[None]] = []

    def leave_screen() -> None:
        """Called by the thread that sets the box up."""
        loop.call_soon_threadsafe(loop.call_later, _STAYS_S, over.set)
        asyncio.run_coroutine_threadsafe(_end(screen[0]), loop).result(_LEAVES_WITHIN_S)

    pages = SetUpPages(machine, key, leave_screen)
    screen.append(asyncio.create_task(_listen(pages.for_screen(), "127.0.0.1", screen_port)))
    network = asyncio.create_task(_listen(pages.for_network(), "0.0.0.0", port))  # noqa: S104
    stopped = asyncio.create_task(over.wait())
    await asyncio.wait({network, stopped}, return_when=asyncio.FIRST_COMPLETED)
    for each in (network, screen[0]):
        await _end(each)


async def _listen(app: ASGIApp, host: str, port: int) -> None:
    """Serve until cancelled."""
    with bind_tcp("set-up", host, port) as bound:
        server = ListeningServer(server_settings(app))
        serving = asyncio.create_task(server.serve([bound]))
        try:
            await asyncio.shield(serving)
        finally:
            server.should_exit = True
            await serving


async def _end(task: asyncio.Task[None]) -> None:
    """Cancel it and wait; the error that ended it earlier is raised."""
    task.cancel()
    await asyncio.wait({task})
    if not task.cancelled():
        task.result()
