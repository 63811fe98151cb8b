"""`python -m bench`: measure, print the table, and write docs/benchmarks.md if asked to."""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import click

from bench import report
from bench.box import ROOT
from bench.measuring import PARTS, measure
from bench.size import FULL, QUICK

NOTES = (
    "Times are the hardware trace's: bytes leaving a simulated board, bytes reaching one.",
    "Bytes written are /proc/PID/io's write_bytes: pages made dirty, without the file system's"
    " own journal.",
    "Enter → verdict at the defaults ends where the lamp's activity begins, without a lamp.",
)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--quick", is_flag=True, help="A short look, in a few minutes.")
@click.option("--long", "is_long", is_flag=True, help="10,000 redemptions, 1,000 before kills.")
@click.option("--redemptions", type=click.IntRange(50), help="So many redemptions in all.")
@click.option("--only", multiple=True, type=click.Choice(list(PARTS)), help="This part alone.")
@click.option("--write", is_flag=True, help="Write the table into docs/benchmarks.md.")
def main(
    quick: bool, is_long: bool, redemptions: int | None, only: tuple[str, ...], write: bool
) -> None:
    """Measure boxd's figures on this machine, beside what they are compared with.

    Each is printed when it is there. Ends with 1 when one could not be measured.
    """
    if only and write:
        raise click.UsageError("--only measures a part of the table, and --write needs it all")
    size = QUICK if quick else FULL
    total = redemptions or (10_000 if is_long else size.total)
    size = replace(size, total=total, calm=min(size.calm, total))
    if is_long:
        size = replace(size, behind_kills=1000, beside_phones=size.calm)
    # A box runs compiled: the package compiles it. Some shells let Python keep nothing compiled.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    notes = (*NOTES, f"Load average of the machine before the run: {os.getloadavg()[0]:.1f}.")
    figures = []
    with tempfile.TemporaryDirectory(prefix="boxd-bench-", dir=_disk()) as folder:
        for figure in measure(Path(folder), size, only):
            report.show(figure)
            figures.append(figure)
    report.show_notes(notes)
    for figure in figures:
        if figure.failed:
            click.echo(f"not measured: {figure.what}: {figure.measured}", err=True)
    if write:
        report.write(ROOT / "docs" / "benchmarks.md", figures, notes)
    sys.exit(any(figure.failed for figure in figures))


def _disk() -> Path:
    """Where a box would keep its files: on a disk, which /tmp often is not."""
    folder = ROOT / "var"
    folder.mkdir(exist_ok=True)
    return folder


if __name__ == "__main__":
    main()
