"""What commands print: aligned tables with colours that mean something, or JSON.

green works, yellow waits or is unsure, red needs somebody, dim is over or off.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

_COLOURS = {
    "green": {"ready", "closed", "free", "up", "whole", "done", "dispensed", "external", "yes"},
    "yellow": {
        *("connecting", "checking", "starting", "unknown", "in_use", "taken", "busy"),
        *("open", "load", "ask", "take", "voided", "expired", "declined", "cancelled"),
    },
    "red": {
        *("unreachable", "out_of_service", "locked_out", "failed", "jam", "down", "damaged"),
        *("refused", "bad"),
    },
    "dim": {"disabled", "none", "spent"},
}
# Columns whose text may be broken over lines in a narrow terminal; anything else stays whole.
_SENTENCES = ("text", "why", "what", "reason", "detail", "last")
# Wide enough that no line is broken when a program reads it.
_UNBROKEN = 1000


def say_json(value: object) -> None:
    """Print `value` as JSON."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def style_of(word: str) -> str:
    """The colour that a state has; empty for words that are no state."""
    return next((colour for colour, words in _COLOURS.items() if word in words), "")


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], nothing: str = "") -> None:
    """Print `rows` under their `columns`; `nothing` instead when there are none.

    A column whose name ends in `#` holds numbers. Cells that are states get their colour.
    """
    listed = list(rows)
    if not listed and nothing:
        click.echo(nothing)
        return
    from rich.table import Table

    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        made.add_column(
            column.rstrip("#"),
            justify="right" if column.endswith("#") else "left",
            no_wrap=column not in _SENTENCES,
        )
    for row in listed:
        made.add_row(*(_cell(value) for value in row))
    _print(made)


def heading(text: str) -> None:
    """Print the title of what follows, set off from what was before."""
    click.echo()
    click.secho(text, bold=True)


def _cell(value: object) -> Text:
    from rich.text import Text

    text = "" if value is None else str(value)
    return Text(text.replace("_", " ") if style_of(text) else text, style=style_of(text))


def _print(renderable: Table) -> None:
    from rich.console import Console

    console = Console(width=None if sys.stdout.isatty() else _UNBROKEN, highlight=False)
    console.width = max(console.width, console.measure(renderable).minimum)
    with console.capture() as captured:
        console.print(renderable)
    lines = [line.rstrip() for line in captured.get().splitlines()]
    click.echo("\n".join(lines))
