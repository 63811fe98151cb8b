"""`boxd run`: the daemon itself, in the foreground, as systemd and `make run` start it."""

from __future__ import annotations

import gc

import click

from boxd.cli.command_classes import BoxdCommand
from boxd.cli.context import config_path
from boxd.cli.program import FAILED
from boxd.errors import BoxdError


@click.command(
    "run",
    cls=BoxdCommand,
    examples=("boxd run", "boxd --config config/sim.toml run", "sudo systemctl start boxd"),
)
def command() -> int:
    """Run the box, until it is stopped by SIGTERM or Ctrl-C.

    Starts the Temporal server (unless another one is configured), the bays, the HUD and the socket
    for the other commands. Only one boxd can run for a state directory.
    """
    path = config_path()
    from boxd.service.lean_structlog import import_structlog

    # Each collection walks through all that was imported so far, a tenth of the start, and finds
    # nothing. The daemon collects again once it has started.
    gc.disable()
    import_structlog()
    import structlog

    from boxd.computer_trouble import lacking
    from boxd.daemon import run

    try:
        return run(path)
    except BoxdError:
        raise
    except OSError as error:
        if lacks := lacking(error):
            raise BoxdError(f"boxd can't run: {lacks}") from error
        structlog.get_logger("boxd").exception("boxd.crashed")
        return FAILED
    except Exception:  # noqa: BLE001 - the journal must hold what ended the box
        structlog.get_logger("boxd").exception("boxd.crashed")
        return FAILED
