"""`boxd logs`: what the box has logged, from the system's journal."""

from __future__ import annotations

import os
import shutil

import click

from boxd.cli.command_classes import BoxdCommand
from boxd.errors import NotFound

_UNITS = "boxd*"
_UNIT_FILE_FOLDERS = ("/etc/systemd/system", "/usr/lib/systemd/system")


@click.command(
    "logs",
    cls=BoxdCommand,
    examples=(
        "boxd logs",
        "boxd logs -f",
        "boxd logs --since '10 min ago'",
        "boxd logs -n 500 --json",
    ),
)
@click.option("-n", "--lines", type=click.IntRange(1), default=200, help="[default: 200]")
@click.option("-f", "--follow", is_flag=True, help="Go on showing what comes, until Ctrl-C.")
@click.option("--since", metavar="TIME", help="From then on, as in '10 min ago' or 'today 9:00'.")
@click.option("--json", "as_json", is_flag=True, help="Every field, one JSON object a line.")
def command(lines: int, follow: bool, since: str | None, as_json: bool) -> None:
    """Show what boxd, its Temporal server and its other units have logged, oldest first."""
    journalctl = shutil.which("journalctl")
    if journalctl is None or not _is_installed():
        raise NotFound(
            "no boxd is installed as a unit of systemd here, so the journal has nothing of it; a "
            "box that `make run` or `boxd run` started logs to its own terminal"
        )
    words = [journalctl, f"--unit={_UNITS}", f"--lines={lines}"]
    words += ["--follow"] if follow else ["--no-pager"] if not os.isatty(1) else []
    words += [f"--since={since}"] if since else []
    words += ["--output=json"] if as_json else []
    os.execv(journalctl, words)  # noqa: S606 - the options are ours, no shell reads them


def _is_installed() -> bool:
    return any(os.path.lexists(f"{folder}/boxd.service") for folder in _UNIT_FILE_FOLDERS)
