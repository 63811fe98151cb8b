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
    from rich.console import Group
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
_FEW_WORDS = 20  # the narrowest column of sentences


def say_json(value: object) -> None:
    """Print `value` as JSON."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def style_of(word: str) -> str:
    """The colour of a state; empty for words that are no state."""
    return next((colour for colour, words in _COLOURS.items() if word in words), "")


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], nothing: str = "") -> None:
    """Print `rows` below their `columns`; `nothing` instead if there are none.

    A column whose name ends in `#` holds numbers. Cells that are states get their colour. In a
    terminal that is too narrow, the cells of a row stand below each other.
    """
    cells = [[_cell(value) for value in row] for row in rows]
    if not cells and nothing:
        click.echo(nothing)
        return
    from rich.console import Console
    from rich.table import Table

    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, _GAP, 0, 0))
    needed = 0
    for index, column in enumerate(columns):
        name, is_sentence = column.rstrip("#"), column in _SENTENCES
        texts = [name, *(row[index].plain for row in cells)]
        needed += _GAP + _width(texts, is_sentence)
        made.add_column(
            name,
            justify="right" if column.endswith("#") else "left",
            no_wrap=not is_sentence,
        )
    for row in cells:
        made.add_row(*row)
    if sys.stdout.isatty() and needed > Console().width:
        _print(_below_each_other([column.rstrip("#") for column in columns], cells))
    else:
        _print(made)


def _width(texts: Sequence[str], is_sentence: bool) -> int:
    """What a column needs; a sentence is legible in a column that holds a few words."""
    from rich.cells import cell_len

    longest = max(map(cell_len, texts))
    if not is_sentence:
        return longest
    return max(min(longest, _FEW_WORDS), *map(cell_len, " ".join(texts).split()))


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


def _below_each_other(names: Sequence[str], cells: Sequence[Sequence[Text]]) -> Group:
    """The rows for a terminal that is too narrow for them: a cell to a line, wrapped if need be."""
    from rich.console import Group
    from rich.table import Table

    blocks: list[Table | str] = []
    for row in cells:
        block = Table(box=None, pad_edge=False, show_header=False, padding=(0, _GAP, 0, 0))
        block.add_column(style="bold", no_wrap=True, width=max(map(len, names)))
        block.add_column(overflow="fold")
        for name, cell in zip(names, row, strict=True):
            if cell.plain:
                block.add_row(name, cell)
        blocks += [block, ""]
    return Group(*blocks[:-1])


def _print(made: Table | Group) -> None:
    """Print it; what a program reads has a line for each row, however long."""
    from rich.console import Console

    console = Console(highlight=False)
    if not sys.stdout.isatty():
        console.width = _UNBROKEN
    with console.capture() as captured:
        console.print(made)
    click.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))
