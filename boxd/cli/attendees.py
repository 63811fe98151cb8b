"""`boxd attendees`: whom tasks and codes are for, and forgetting them."""

from __future__ import annotations

import click

from boxd.cli.shape import BoxdGroup
from boxd.cli.sheets import link


@click.group(
    "attendees",
    cls=BoxdGroup,
    examples=("boxd attendees list", "boxd attendees link badge-1042"),
)
def command() -> None:
    """List, show and forget attendees."""


command.add_command(link)
