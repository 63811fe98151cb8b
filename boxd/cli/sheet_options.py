"""The options of every command that writes something to print."""

from __future__ import annotations

from pathlib import Path

import click

output_option = click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    help="An .html to print from any browser, a .pdf, or a folder for one PNG each.",
)
paper_option = click.option(
    "--paper",
    type=click.Choice(["A4", "Letter"], case_sensitive=False),
    default="A4",
    show_default=True,
    help="What a .pdf is for; an .html fits both.",
)
