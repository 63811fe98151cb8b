"""Bringing a release into use: at once on a new box, by an upgrade where another one runs."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import click

from boxd.config import load
from boxd.errors import BoxdError
from boxd.upgrade import health, journal, system
from boxd.upgrade.checks import check
from boxd.upgrade.install_paths import InstallPaths
from boxd.upgrade.journal import Step, Upgrade
from boxd.upgrade.release import (
    Release,
    current_release,
    point,
    read_release,
    switch,
    take,
)
from boxd.upgrade.step_output import show

_BETWEEN_LOOKS_S = 0.2


def bring_into_use(folder: Path, places: InstallPaths, patience_s: float) -> None:
    """Install the release beside the others and make it the current one.

    Raises BoxdError with the reason if that fails; the old release is then in use.
    """
    if journal.read(places) is not None:
        show("earlier upgrade", "was interrupted, and is carried on")
        _tell_end(places, run_by_systemd(places))
    release, is_new = take(read_release(folder), places)
    show("release", f"{release.folder}{'' if is_new else ', already there'}")
    show("user boxd", "made" if system.make_user(release) else "already there")
    made = system.make_configuration(release, places)
    show("configuration", f"{places.config_file}{', made from the template' if made else ', left'}")
    old = current_release(places)
    if old is None or old == release or not system.is_running():
        _begin(release, places, patience_s, has_changed=old != release)
    else:
        upgrade(old, release, places, patience_s)


def _begin(release: Release, places: InstallPaths, patience_s: float, *, has_changed: bool) -> None:
    """For a new box, or one that has this release already: nothing is at risk."""
    if has_changed:
        switch(release, places)
    show("in use", f"boxd {release.version}{'' if has_changed else ', already'}")
    system.enable()
    if not system.is_running():
        show("units", "enabled; they start with the system")
        return
    if has_changed or not system.is_active("boxd.service"):
        system.reload_rules()
        system.start()
        health.wait_for_answer(load(places.config_file), release.version, patience_s)
        show("units", "enabled and started")
    else:
        show("units", "running already; nothing was changed")


def upgrade(old: Release, new: Release, places: InstallPaths, patience_s: float) -> None:
    """Replace the old release by the new one, or leave everything as it was."""
    begun = check(load(places.config_file), places, old, new, patience_s)
    point(places.incoming, new)
    journal.write(places, begun)
    _tell_end(places, run_by_systemd(places))
    system.enable()
    system.reload_rules()


def run_by_systemd(places: InstallPaths) -> Upgrade:
    """Let systemd run the upgrade, print its output, and return how it ended."""
    said = _UnitOutput()
    system.start_upgrade()
    while places.journal.exists():
        time.sleep(_BETWEEN_LOOKS_S)
        said.show()
    subprocess.run(["journalctl", "--sync"], check=False, capture_output=True)
    said.show()
    ended = journal.last(places)
    if ended is None:
        raise BoxdError("the upgrade left no word of its end; see journalctl -u boxd-upgrade")
    return ended


class _UnitOutput:
    """The output of the upgrade's unit since it was last printed.

    It is a page at most and read whole each time: newer systemds allow no cursor beside `--since`.
    """

    def __init__(self) -> None:
        self._command = [
            "journalctl",
            "--quiet",
            "--output=cat",
            "--no-pager",
            "_SYSTEMD_UNIT=boxd-upgrade.service",
            f"--since=@{time.time():.3f}",
        ]
        self._shown = 0

    def show(self) -> None:
        done = subprocess.run(
            self._command, check=False, stdout=subprocess.PIPE, text=True, errors="replace"
        )
        click.echo(done.stdout[self._shown :], nl=False)
        self._shown = max(self._shown, len(done.stdout))


def _tell_end(places: InstallPaths, ended: Upgrade) -> None:
    """Raises BoxdError if the new release failed."""
    if ended.step is Step.KEPT and not ended.why:
        show("upgraded", f"boxd {ended.old} to {ended.new}; {places.releases / ended.old} is kept")
        return
    if ended.step is Step.KEPT:
        raise BoxdError(f"boxd {ended.new} is in use, but {ended.why}")
    raise BoxdError(
        f"boxd {ended.new} did not do: {ended.why}. boxd {ended.old} is in use again, with the"
        " ledger that it had; nothing is lost"
    )
