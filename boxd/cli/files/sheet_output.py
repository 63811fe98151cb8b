"""Checks the destination of sheets before any link is made."""

from __future__ import annotations

from pathlib import Path

import click

from boxd.cli.files.atomic_write import prove_writable

_LINK_BYTES = 20_000  # a QR code with its surroundings, in any of the forms
_SIGNS_AT_MOST = 100  # the real number is only known later


def check(output: Path | None, links: int = _SIGNS_AT_MOST) -> None:
    """Check the output before anything is asked.

    Links that are renewed but not written would help nobody: people's cards and signs would have
    ended for nothing.
    """
    if output is None:
        return
    if output.suffix == "":
        _check_folder(output, links)
        return
    if output.suffix.lower() not in {".html", ".pdf"}:
        raise click.UsageError(
            f"--output {output}: give an .html or a .pdf, or a folder for PNG files"
        )
    if not output.absolute().parent.is_dir():
        raise click.UsageError(f"--output {output}: there is no folder {output.parent}")
    prove_writable(output, links * _LINK_BYTES)
    if output.suffix.lower() == ".pdf":
        from boxd.cli.files.pdf import chromium

        chromium()


def _check_folder(folder: Path, links: int) -> None:
    """Check a folder that is created with the files, if it does not exist."""
    there = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())
    if not there.is_dir():
        raise click.UsageError(f"--output {folder}: {there} is a file and no folder")
    prove_writable(there / "0.png", links * _LINK_BYTES)
