"""`boxd temporal-server`: this box's Temporal server alone, in the foreground."""

from __future__ import annotations

import asyncio

import click

from boxd.cli.program import DONE, USED_WRONGLY
from boxd.cli.setting import configuration
from boxd.cli.shape import BoxdCommand


@click.command(
    "temporal-server",
    cls=BoxdCommand,
    examples=(
        "boxd temporal-server",
        "boxd --config config/sim.toml temporal-server",
        "sudo systemctl start boxd-temporal",
    ),
)
@click.option(
    "--unit",
    is_flag=True,
    help="Exit with 2, and do nothing, unless temporal.own_unit is true: for the systemd unit.",
)
def command(unit: bool) -> int:
    """Run this box's Temporal server alone, until it is stopped by SIGTERM or Ctrl-C.

    The same server that `boxd run` starts by itself: its database is checked first, it is
    started again when it dies. A boxd beside it is told so with temporal.own_unit.
    """
    from boxd import logs
    from boxd.service.back_off import wait_if_restarted
    from boxd.service.notify import Notifier
    from boxd.temporal.alone import say_unneeded, serve_alone

    logs.set_up()
    notifier = Notifier.of_this_process()
    wait_if_restarted(notifier)
    config = configuration()
    if unit and not config.temporal.own_unit:
        say_unneeded(config, notifier)
        return USED_WRONGLY
    asyncio.run(serve_alone(config, notifier))
    return DONE
