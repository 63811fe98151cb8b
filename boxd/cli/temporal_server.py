"""`boxd temporal-server`: this box's Temporal server alone, in the foreground."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

import click

from boxd.cli.setting import configuration
from boxd.cli.shape import BoxdCommand

if TYPE_CHECKING:
    from boxd.config.schema import Config
    from boxd.temporal.server import ServerStatus


@click.command(
    "temporal-server",
    cls=BoxdCommand,
    examples=("boxd temporal-server", "boxd --config config/sim.toml temporal-server"),
)
def command() -> int:
    """Run this box's Temporal server alone, until it is stopped by SIGTERM or Ctrl-C.

    The same server that `boxd run` starts by itself: its database is checked first, it is
    started again when it dies. A boxd beside it is told so with temporal.address.
    """
    from boxd import logs

    config = configuration()
    logs.set_up()
    return asyncio.run(_serve(config))


async def _serve(config: Config) -> int:
    import structlog

    from boxd.temporal.command import LOOPBACK
    from boxd.temporal.server import EmbeddedServer

    log = structlog.get_logger("boxd.temporal")
    settings = config.temporal

    def tell(status: ServerStatus) -> None:
        log.info(
            f"the Temporal server is {status.state}",
            address=f"{LOOPBACK}:{settings.port}",
            ui=f"http://{LOOPBACK}:{settings.ui_port}" if settings.ui else None,
            why=status.why or None,
        )

    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    server = EmbeddedServer(settings, config.temporal_dir, tell, lambda _: None)
    await server.start()
    try:
        await stopping.wait()
    finally:
        await server.stop()
    return 0
