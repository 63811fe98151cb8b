"""The server in a process of its own: `python -m boxd.temporal.standalone NEIGHBOUR`, as JSON.

`boxd temporal-server` reads the configuration and becomes this smaller process.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import AsyncExitStack

import structlog

from boxd import logs
from boxd.errors import BoxdError
from boxd.service.notify import ALIVE, STOPPING, Notifier, status, watchdog_s
from boxd.temporal.command import LOOPBACK
from boxd.temporal.server import EmbeddedServer, ServerState, ServerStatus
from boxd.temporal.server_status_link import StatusPublisher
from boxd.temporal.settings import ServerSettings, StandaloneServer

log = structlog.get_logger("boxd.temporal")

_ALIVE_PER_WATCHDOG = 4  # a slow card may delay three of them


async def serve(standalone: StandaloneServer, notifier: Notifier) -> None:
    """Run the server until SIGTERM or Ctrl-C, and restart it if it dies.

    Raises BoxdError if there is no server program, OSError without the daemon's socket.
    """
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with AsyncExitStack() as closing:
        publisher = StatusPublisher()
        if standalone.status_socket is not None:
            await publisher.listen(standalone.status_socket)
            closing.callback(publisher.close)

        def tell(server: ServerStatus) -> None:
            publisher.publish(server)
            notifier.tell(status(status_line(standalone.settings, server)))
            _log(standalone.settings, server)

        server = EmbeddedServer(standalone.settings, standalone.directory, tell)
        closing.push_async_callback(server.stop)
        await server.start()
        feeding = asyncio.create_task(_feed_watchdog(notifier, server))
        closing.callback(feeding.cancel)
        await stopping.wait()
        notifier.tell(STOPPING)


def status_line(settings: ServerSettings, server: ServerStatus) -> str:
    """The server's line in `systemctl status boxd-temporal`."""
    if server.state is ServerState.UP:
        pages = f", its pages http://{LOOPBACK}:{settings.ui_port}" if settings.ui else ""
        text = f"serving on {LOOPBACK}:{settings.port}{pages}"
    else:
        text = f"{server.state}: {server.why}" if server.why else str(server.state)
    return f"{text}; restarted {server.restarts} times" if server.restarts else text


async def _feed_watchdog(notifier: Notifier, server: EmbeddedServer) -> None:
    """Feed the watchdog while this loop runs and the server is supervised.

    The supervision itself checks whether the server answers, and ends one that does not.
    """
    longest_s = watchdog_s()
    while longest_s is not None and server.is_supervised:
        notifier.tell(ALIVE)
        await asyncio.sleep(longest_s / _ALIVE_PER_WATCHDOG)


def _log(settings: ServerSettings, server: ServerStatus) -> None:
    log.info(
        f"temporal_server.{server.state}",
        address=f"{LOOPBACK}:{settings.port}",
        ui=f"http://{LOOPBACK}:{settings.ui_port}" if settings.ui else None,
        why=server.why or None,
    )


def main() -> None:
    """Run the server that the command line describes; exit with 0, or with 1 after an error."""
    logs.set_up()
    code = 0
    try:
        asyncio.run(serve(StandaloneServer.from_json(sys.argv[1]), Notifier.of_this_process()))
    except (BoxdError, OSError) as error:
        log.error("temporal_server.failed", why=str(error))
        code = 1
    os._exit(code)


if __name__ == "__main__":
    main()
