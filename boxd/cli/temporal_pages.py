"""`boxd temporal-pages`: what lets Temporal's own pages show what boxd has sealed."""

from __future__ import annotations

import signal

import click

from boxd.cli.command_classes import BoxdCommand
from boxd.cli.context import configuration
from boxd.service_user import become_owner_of


@click.command(
    "temporal-pages",
    cls=BoxdCommand,
    examples=("sudo boxd temporal-pages", "sudo boxd temporal-pages --port 8234"),
)
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8234, help="On loopback [default: 8234]."
)
def command(port: int) -> None:
    """Show sealed payloads in Temporal's pages, until it is stopped by Ctrl-C.

    It prints an address with a token; in the pages, below the glasses at the top, it is the
    remote codec endpoint. Over ssh both ports are forwarded. Needs the box's key: root.
    """
    from boxd.temporal.codec_endpoint import codec_endpoint
    from boxd.temporal.seal import existing_seal

    config = configuration()
    become_owner_of(config.box.state_dir)
    seal = existing_seal(config.sealing_key_file)
    pages = f"http://localhost:{config.temporal.ui_port}"
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with codec_endpoint(seal, config.temporal.namespace, pages, port) as address:
        click.echo(f"Temporal's pages: {pages}")
        click.echo(f"Their remote codec endpoint, while this runs: {address}")
        try:
            signal.pause()
        except KeyboardInterrupt:
            click.echo("sealed again")
