"""The output of an installation: one aligned line for each step."""

from __future__ import annotations

import click

_WIDTH = 24


def show(step: str, outcome: str) -> None:
    """Print what a step did, at once: the next one may take a while."""
    click.echo(f"  {step:<{_WIDTH}} {outcome}")
