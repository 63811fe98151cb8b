"""`boxd upgrade`: bring a release into use. The package and `make install` call it."""

from __future__ import annotations

import os
from pathlib import Path

import click

from boxd.cli.shape import BoxdCommand
from boxd.errors import BoxdError


@click.command("upgrade", cls=BoxdCommand, examples=("sudo /usr/lib/boxd/bin/boxd upgrade",))
@click.argument(
    "folder", required=False, type=click.Path(path_type=Path, file_okay=False, resolve_path=True)
)
def command(folder: Path | None) -> None:
    """Bring the release in FOLDER into use; without FOLDER the one that this program is of.

    On a new box it makes the user, the configuration and the units.
    """
    if os.geteuid() != 0:
        raise BoxdError("an upgrade takes root: sudo boxd upgrade")
    from boxd.upgrade.activation import bring_into_use
    from boxd.upgrade.places import Places, own_release

    bring_into_use(folder or own_release(), Places())
