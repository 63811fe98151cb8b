"""Telling whoever typed a name that somebody else is spelled nearly so."""

from __future__ import annotations

from typing import Any

import click

_MOST_TOLD = 20


def tell_near_twins(body: dict[str, Any]) -> None:
    """Print on stderr what an answer says of near-twins."""
    twins = body.get("near_twins", ())
    for each in twins[:_MOST_TOLD]:
        click.echo(
            f"'{each['attendee']}' is spelled nearly like '{each['like']}', who is another"
            " attendee; limits count them together. Is that the same person?",
            err=True,
        )
    if len(twins) > _MOST_TOLD:
        click.echo(f"... and {len(twins) - _MOST_TOLD} more", err=True)
