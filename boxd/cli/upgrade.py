"""`boxd upgrade`: brings a release into use, or returns to the last; installers call it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from boxd.cli.command_classes import BoxdCommand, say_nothing_changed
from boxd.cli.program import DONE, FAILED
from boxd.errors import BoxdError

if TYPE_CHECKING:
    from boxd.upgrade.install_paths import InstallPaths


@click.command(
    "upgrade",
    cls=BoxdCommand,
    examples=("sudo /usr/lib/boxd/bin/boxd upgrade", "sudo boxd upgrade --back"),
)
@click.argument(
    "folder", required=False, type=click.Path(path_type=Path, file_okay=False, resolve_path=True)
)
@click.option("--back", is_flag=True, help="Go back to the release before, with its ledger.")
@click.option("--yes", is_flag=True, help="With --back: don't ask first.")
@click.option("--dry-run", is_flag=True, help="With --back: only show what would be lost.")
@click.option("--carry-on", is_flag=True, help="Carry on what was interrupted; systemd does that.")
@click.option(
    "--within",
    "patience_s",
    type=click.FloatRange(min=1),
    default=120,
    show_default=True,
    metavar="SECONDS",
    help="How long the new release may take to get ready.",
)
def command(
    folder: Path | None,
    *,
    back: bool,
    yes: bool,
    dry_run: bool,
    carry_on: bool,
    patience_s: float,
) -> int | None:
    """Bring the release in FOLDER into use; without FOLDER the release of this program.

    On a new box it makes user and configuration, and starts the box. If another release is in use,
    first everything is tried that needs no stop (the ledger's migration on a copy, open
    redemptions replayed). Then boxd stops, the ledger is backed up, and the new release starts; it
    has to become ready, continue what is open, and find the devices. If anything fails the old
    release runs again on the old ledger, and this exits with 1. After an interruption systemd
    continues the upgrade. A release that is in use already is not touched.
    """
    if dry_run and not back:
        raise click.UsageError("--dry-run goes with --back")
    if os.geteuid() != 0:
        raise BoxdError("an upgrade takes root: sudo boxd upgrade")
    from boxd.upgrade.install_paths import InstallPaths, own_release

    if carry_on:
        return _carry_on(InstallPaths())
    if back:
        from boxd.upgrade.rollback import return_to_previous

        return_to_previous(
            InstallPaths(), patience_s, lambda text: _agrees(text, yes=yes, dry_run=dry_run)
        )
        return None
    from boxd.upgrade.activation import bring_into_use

    bring_into_use(folder or own_release(), InstallPaths(), patience_s)
    return None


def _agrees(question: str, *, yes: bool, dry_run: bool) -> bool:
    """Whether the release before is wanted; a dry run ends here, with the question told."""
    if dry_run:
        click.echo(question)
        say_nothing_changed()
        raise click.exceptions.Exit(DONE)
    return yes or click.confirm(question, err=True)


def _carry_on(places: InstallPaths) -> int:
    from boxd.config import load
    from boxd.upgrade.journal import Step
    from boxd.upgrade.runner import carry_on
    from boxd.upgrade.step_output import show
    from boxd.upgrade.units import GoingDown

    try:
        ended = carry_on(load(places.config_file), places)
    except GoingDown as interruption:
        show("interrupted", f"{interruption}; the next start carries the upgrade on")
        return FAILED
    return FAILED if ended.step is Step.KEPT and ended.why else DONE
