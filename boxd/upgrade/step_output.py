"""What an installation says of each of its steps: one aligned line."""

from __future__ import annotations

import click

_WIDTH = 24


def tell(step: str, outcome: str) -> None:
    """Say what a step did, at once: the next one may take a while."""
    click.echo(f"  {step:<{_WIDTH}} {outcome}")
