"""`boxd attendees`: whom tasks and codes are for, and forgetting them."""

from __future__ import annotations

import click

from boxd.cli.shape import BoxdGroup


@click.group(
    "attendees",
    cls=BoxdGroup,
    examples=("boxd attendees list", "boxd attendees show badge-1042"),
)
def command() -> None:
    """List, show and forget attendees."""
