"""`boxd guard-ports`: the Temporal server's ports, for boxd's user and root alone."""

from __future__ import annotations

import os

import click

from boxd.cli.command_classes import BoxdCommand
from boxd.cli.context import configuration
from boxd.errors import BoxdError


@click.command("guard-ports", cls=BoxdCommand, examples=("sudo boxd guard-ports",))
def command() -> None:
    """Let only boxd's user and root reach the Temporal server's ports.

    boxd-temporal.service calls it. The owner of the state directory is boxd's user. With a server
    elsewhere nothing is closed. Needs root, and the package nftables.
    """
    from boxd.service.port_guard import apply
    from boxd.temporal.command import configured_ports

    if os.geteuid() != 0:
        raise BoxdError("a rule of the kernel takes root: sudo boxd guard-ports")
    config = configuration()
    if config.temporal.address is not None:
        apply((), ())
        return
    ports = configured_ports(config.temporal).named()
    apply(tuple(ports.values()), (0, config.box.state_dir.stat().st_uid))
    click.echo(f"only boxd's user and root reach {', '.join(ports)}")
