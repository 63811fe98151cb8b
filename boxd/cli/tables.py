"""The output of commands: aligned tables with colours that mean something, or JSON.

green works, yellow waits or is unsure, red needs a person, dim is over or off.
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
    "green": {
        "ready",
        "closed",
        "free",
        "up",
        "whole",
        "done",
        "dispensed",
        "external",
        "yes",
        "passed",
    },
    "yellow": {
        "connecting",
        "checking",
        "starting",
        "unknown",
        "in_use",
        "taken",
        "busy",
        "open",
        "load",
        "ask",
        "take",
        "voided",
        "expired",
        "declined",
        "cancelled",
        "warned",
    },
    "red": {
        "unreachable",
        "out_of_service",
        "locked_out",
        "failed",
        "jam",
        "down",
        "damaged",
        "refused",
        "bad",
    },
    "dim": {"disabled", "none", "spent", "skipped"},
}
# Columns whose text may be wrapped in a narrow terminal; all others stay whole.
_SENTENCES = ("text", "why", "what", "reason", "detail", "last", "parts", "remark")
# Wide enough that no line is wrapped when a program reads it.
_UNBROKEN = 1000
_GAP = 2  # blanks between columns


def say_json(value: object) -> None:
    """Print `value` as JSON."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def style_of(word: str) -> str:
    """The colour of a state; empty for words that are no state."""
    return next((colour for colour, words in _COLOURS.items() if word in words), "")


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], nothing: str = "") -> None:
    """Print `rows` below their `columns`; `nothing` instead if there are none.

    A column whose name ends in `#` holds numbers. Cells that are states get their colour.
    """
    cells = [[_cell(value) for value in row] for row in rows]
    if not cells and nothing:
        click.echo(nothing)
        return
    from rich.table import Table

    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, _GAP, 0, 0))
    needed = 0
    for index, column in enumerate(columns):
        name, is_sentence = column.rstrip("#"), column in _SENTENCES
        texts = [name, *(row[index].plain for row in cells)]
        needed += _GAP + max(map(len, " ".join(texts).split() if is_sentence else texts))
        made.add_column(
            name,
            justify="right" if column.endswith("#") else "left",
            no_wrap=not is_sentence,
        )
    for row in cells:
        made.add_row(*row)
    _print(made, needed)


def counted(number: int, one: str, many: str = "") -> str:
    """`number` with its noun, in the plural where it has to be."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def heading(text: str) -> None:
    """Print the title of the next part, after a blank line."""
    click.echo()
    click.secho(text, bold=True)


def _cell(value: object) -> Text:
    from rich.text import Text

    text = "" if value is None else str(value)
    return Text(text.replace("_", " ") if style_of(text) else text, style=style_of(text))


def _print(made: Table, needed: int) -> None:
    """Print the table; one that is wider than the terminal stays whole."""
    from rich.console import Console

    console = Console(highlight=False)
    if needed > console.width or not sys.stdout.isatty():
        console.width = _UNBROKEN
    with console.capture() as captured:
        console.print(made)
    click.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))
