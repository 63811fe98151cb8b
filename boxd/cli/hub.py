"""`boxd hub`: one screen for all boxes of an event, in the foreground."""

from __future__ import annotations

import asyncio
import secrets
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from boxd.cli.command_classes import BoxdCommand
from boxd.errors import BadInput

if TYPE_CHECKING:
    from boxd.fleet_invitation import FleetInvitation
    from boxd.hub.hub import Hub

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command(
    "hub",
    cls=BoxdCommand,
    examples=(
        "sudo boxd fleet invite 2>/dev/null | boxd hub -",
        "boxd hub invitation.txt --port 4400",
    ),
)
@click.argument("invitation", metavar="FILE|-")
@click.option("--port", type=click.IntRange(1, 65535), default=4400, help="[default: 4400]")
@click.option("--api-key-file", type=_FILE, help="The key of the event's service.")
@click.option("--tls-ca-file", type=_FILE, help="Who signed the service's certificate.")
@click.option("--tls-cert-file", type=_FILE, help="The hub's own certificate there.")
@click.option("--tls-key-file", type=_FILE, help="The key of that certificate.")
def command(
    invitation: str,
    port: int,
    api_key_file: Path | None,
    tls_ca_file: Path | None,
    tls_cert_file: Path | None,
    tls_key_file: Path | None,
) -> None:
    """Show all boxes of an event on a page of this computer, until Ctrl-C.

    FILE holds the word of `boxd fleet invite`; - reads it from standard input. Open the address
    that is printed: it has the key. The hub keeps nothing: when it is started again, or a second
    one on another computer, it asks the boxes.
    """
    from boxd.config.schema import Temporal
    from boxd.fleet_invitation import from_token
    from boxd.hub.hub import Hub
    from boxd.temporal.seal import Seal

    invited = from_token(_word(invitation))
    service = Temporal(
        address=invited.address,
        namespace=invited.namespace,
        tls=invited.tls,
        api_key_file=api_key_file,
        tls_ca_file=tls_ca_file,
        tls_cert_file=tls_cert_file,
        tls_key_file=tls_key_file,
    )
    hub = Hub(invited.event, service, Seal(bytes.fromhex(invited.key)))
    key = secrets.token_urlsafe(12)
    click.echo(f"the hub of {invited.event}: http://127.0.0.1:{port}/?key={key}")
    asyncio.run(_serve(hub, invited, port, key))


def _word(file: str) -> str:
    if file == "-":
        return sys.stdin.read()
    try:
        return Path(file).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"the invitation can't be read: {error}") from None


async def _serve(hub: Hub, invited: FleetInvitation, port: int, key: str) -> None:
    import uvicorn

    from boxd.hub.pages import Pages

    pages = Pages(hub, invited, key).application()
    # On loopback alone: whoever sees the pages can bring prizes to every box. The key is printed
    # here and nowhere else, and a hub that is started again has another one.
    server = uvicorn.Server(uvicorn.Config(pages, "127.0.0.1", port, log_level="warning"))
    working = asyncio.create_task(hub.run())
    working.add_done_callback(lambda _: server.handle_exit(signal.SIGTERM, None))  # it never ends
    await server.serve()
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working
