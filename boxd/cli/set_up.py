"""`boxd set-up`: the page that sets a freshly flashed card up."""

from __future__ import annotations

from pathlib import Path

import click

from boxd.cli.command_classes import BoxdCommand


@click.command("set-up", cls=BoxdCommand, examples=("sudo systemctl start boxd-set-up",))
@click.option("--port", type=click.IntRange(1, 65535), default=80, show_default=True)
@click.option("--screen-port", type=click.IntRange(1, 65535), default=4321, hidden=True)
@click.option("--root", type=click.Path(path_type=Path, file_okay=False), default="/", hidden=True)
def command(port: int, screen_port: int, root: Path) -> None:
    """Serve the set-up page of a freshly flashed card, until it is stopped.

    Runs as root while /etc/boxd/set-up is there, which holds the key that the page asks for. The
    page writes the configuration, the network and the time zone, and starts the box.
    """
    from boxd.set_up.machine import Machine
    from boxd.set_up.program import run

    run(Machine(root), port, screen_port)
