"""Bringing a release into use: at once on a new box, by an upgrade where another one runs."""

from __future__ import annotations

from pathlib import Path

from boxd.config import load
from boxd.errors import BoxdError
from boxd.upgrade import health, journal, system, units
from boxd.upgrade.asking import run_by_systemd
from boxd.upgrade.checks import check
from boxd.upgrade.install_paths import InstallPaths
from boxd.upgrade.journal import Step, Upgrade
from boxd.upgrade.one_at_a_time import one_at_a_time
from boxd.upgrade.release import (
    Release,
    current_release,
    point,
    read_release,
    switch,
    take,
)
from boxd.upgrade.step_output import show


def bring_into_use(folder: Path, places: InstallPaths, patience_s: float) -> None:
    """Install the release beside the others and make it the current one.

    Raises BoxdError with the reason if that fails; the old release is then in use.
    """
    with one_at_a_time(places):
        _mend_links(places)
        units.require_unmasked()
        if journal.read(places) is not None:
            show("earlier upgrade", "was interrupted, and is carried on")
            _tell_end(places, run_by_systemd(places))
        release = _install(folder, places)
        old = current_release(places)
        if old is None or old == release or not system.is_running():
            _begin(old, release, places, patience_s)
        else:
            upgrade(old, release, places, patience_s)


def _mend_links(places: InstallPaths) -> None:
    if mended := units.mend_links(places):
        show("links to releases", f"{mended} in {places.own_units} mended")


def _install(folder: Path, places: InstallPaths) -> Release:
    """The release in its place among the others, and the user and the configuration there."""
    release, is_new = take(read_release(folder), places)
    show("release", f"{release.folder}{'' if is_new else ', already there'}")
    show("user boxd", "made" if system.make_user(release) else "already there")
    made = system.make_configuration(release, places)
    show("configuration", f"{places.config_file}{', made from the template' if made else ', left'}")
    return release


def _begin(old: Release | None, new: Release, places: InstallPaths, patience_s: float) -> None:
    """For a new box, or one that has this release already: nothing is at risk."""
    has_changed = old != new
    if has_changed:
        switch(new, places)
    show("in use", f"boxd {new.version}{'' if has_changed else ', already'}")
    if old is None:
        units.enable()
    if not system.is_running():
        show("units", "start with the system")
    elif old is not None and units.is_out_of_service():
        show("units", "stopped and disabled, and left so")
    elif has_changed or not units.is_active("boxd.service"):
        units.reload_rules()
        units.start()
        health.wait_for_answer(load(places.config_file), new.version, patience_s)
        show("units", "started")
    else:
        show("units", "running already; nothing was changed")


def upgrade(old: Release, new: Release, places: InstallPaths, patience_s: float) -> None:
    """Replace the old release by the new one, or leave everything as it was."""
    begun = check(load(places.config_file), places, old, new, patience_s)
    point(places.incoming, new)
    journal.write(places, begun)
    _tell_end(places, run_by_systemd(places))
    units.reload_rules()


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
