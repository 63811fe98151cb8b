"""The server in a process of its own: `boxd temporal-server`, boxd-temporal.service."""

from __future__ import annotations

import asyncio
import signal
from contextlib import AsyncExitStack

import structlog

from boxd.config.schema import Config
from boxd.service.notify import ALIVE, READY, STOPPING, Notifier, status, watchdog_s
from boxd.temporal.command import LOOPBACK
from boxd.temporal.news import NewsTeller
from boxd.temporal.server import EmbeddedServer, ServerState, ServerStatus

log = structlog.get_logger("boxd.temporal")

_ALIVE_PER_WATCHDOG = 4  # a busy card may delay three of them


async def serve_alone(config: Config, notifier: Notifier) -> None:
    """Run the server until SIGTERM or Ctrl-C; a server that dies is started again.

    Ready as soon as it is looked after: what waits for that needs no server to begin with.
    Raises BoxdError when there is no server program, OSError without the daemon's socket.
    """
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with AsyncExitStack() as closing:
        teller = NewsTeller(config.server_news_file)
        if config.temporal.own_unit:
            await teller.start()
            closing.callback(teller.close)

        def tell(news: ServerStatus) -> None:
            teller.tell(news)
            notifier.tell(status(status_line(config, news)))
            _log(config, news)

        server = EmbeddedServer(config.temporal, config.temporal_dir, tell)
        closing.push_async_callback(server.stop)
        await server.start()
        notifier.tell(READY)
        feeding = asyncio.create_task(_feed_watchdog(notifier, server))
        closing.callback(feeding.cancel)
        await stopping.wait()
        notifier.tell(STOPPING)


def say_unneeded(config: Config, notifier: Notifier) -> None:
    """Tell systemd, and the journal, why its unit has nothing to run."""
    where = f"is {config.temporal.address}" if config.temporal.address else "is boxd's child"
    text = f"not needed: the Temporal server {where} (temporal.own_unit is false)"
    log.info(text)
    notifier.tell(READY, status(text))


def status_line(config: Config, news: ServerStatus) -> str:
    """What `systemctl status boxd-temporal` says of the server."""
    if news.state is ServerState.UP:
        pages = f", its pages http://{LOOPBACK}:{config.temporal.ui_port}"
        text = f"serving on {LOOPBACK}:{config.temporal.port}" + pages * config.temporal.ui
    else:
        text = f"{news.state}: {news.why}" if news.why else str(news.state)
    return f"{text}; restarted {news.restarts} times" if news.restarts else text


async def _feed_watchdog(notifier: Notifier, server: EmbeddedServer) -> None:
    """Say that all is well while this loop runs and somebody looks after the server.

    Whether the server itself answers is the supervision's to ask: it ends one that does not.
    """
    longest_s = watchdog_s()
    while longest_s is not None and server.is_supervised:
        notifier.tell(ALIVE)
        await asyncio.sleep(longest_s / _ALIVE_PER_WATCHDOG)


def _log(config: Config, news: ServerStatus) -> None:
    settings = config.temporal
    log.info(
        f"the Temporal server is {news.state}",
        address=f"{LOOPBACK}:{settings.port}",
        ui=f"http://{LOOPBACK}:{settings.ui_port}" if settings.ui else None,
        why=news.why or None,
    )
