"""`boxd temporal-server`: only this box's Temporal server, in the foreground."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NoReturn

import click

from boxd.cli.command_classes import BoxdCommand
from boxd.cli.context import configuration
from boxd.cli.program import USED_WRONGLY

if TYPE_CHECKING:
    from boxd.config.schema import Config
    from boxd.service.notify import Notifier


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
    """Run only this box's Temporal server, until it is stopped by SIGTERM or Ctrl-C.

    The same server that `boxd run` starts by itself: its database is checked first, it is
    restarted when it dies. For a boxd beside it, set temporal.own_unit.
    """
    from boxd.service.back_off import wait_if_restarted
    from boxd.service.notify import READY, Notifier, status

    # Left in the environment: the program that this one becomes sends the rest.
    notifier = Notifier(os.environ.get("NOTIFY_SOCKET", ""))
    wait_if_restarted(notifier)
    # At once: boxd.service starts after this one, and needs no server to begin with.
    notifier.tell(READY, status("starting"))
    from boxd.temporal.settings import StandaloneServer

    config = configuration()
    if unit and not config.temporal.own_unit:
        _say_unneeded(config, notifier)
        return USED_WRONGLY
    return _become(StandaloneServer.of(config).command_line())


def _become(program: list[str]) -> NoReturn:
    os.execv(program[0], program)  # noqa: S606 - boxd's own words, and no shell is wanted


def _say_unneeded(config: Config, notifier: Notifier) -> None:
    """Tell systemd, and the journal, why its unit has nothing to run."""
    from boxd.service.notify import status

    where = f"is {config.temporal.address}" if config.temporal.address else "is boxd's child"
    text = f"not needed: the Temporal server {where} (temporal.own_unit is false)"
    click.echo(text)
    notifier.tell(status(text))
