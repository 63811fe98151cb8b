"""What both ways of an upgrade check before they stop anything; most faults show here."""

from __future__ import annotations

import subprocess
from dataclasses import replace

from boxd.config import Config
from boxd.errors import BoxdError
from boxd.upgrade import health, system, units
from boxd.upgrade.install_paths import InstallPaths
from boxd.upgrade.journal import Step, Upgrade
from boxd.upgrade.release import Release
from boxd.upgrade.step_output import show


def check(
    config: Config, places: InstallPaths, old: Release, new: Release, patience_s: float
) -> Upgrade:
    """The upgrade, ready to begin. Raises BoxdError if the new release can't be used."""
    _require(new.command("version"), "the new release does not start")
    show("program", f"boxd {new.version} starts here")
    _require(
        new.command("--config", str(places.config_file), "config", "check"),
        "the configuration does not fit the new release; correct it, then upgrade again",
    )
    show("configuration", "fits the new release")
    starts = not units.is_out_of_service()
    upgrade = Upgrade(Step.STOPPING, old.name, new.name, patience_s, starts=starts)
    return _with_standing(config, places, old, new, _with_schema(config, new, upgrade))


def _with_schema(config: Config, new: Release, upgrade: Upgrade) -> Upgrade:
    if not config.ledger_file.exists():
        show("ledger", "none yet")
        return upgrade
    said = _require(
        new.module("boxd.upgrade.trial_migration", str(config.ledger_file)),
        "the new release can't take over the ledger; the old one goes on with it",
    )
    before, after = (int(number) for number in said.split())
    what = f"schema {before} to {after}" if after > before else f"schema {before} stays"
    show("ledger", f"{what}: tried on a copy")
    return replace(upgrade, schema=before)


def _with_standing(
    config: Config, places: InstallPaths, old: Release, new: Release, upgrade: Upgrade
) -> Upgrade:
    try:
        seen = health.look(config)
    except BoxdError:
        show("running", "no: the old release does not answer")
        return upgrade
    if not seen.is_ready:
        show("running", f"not ready: {seen.why}")
        return upgrade
    replayed = _require(
        new.module("boxd.upgrade.replay_check", str(places.config_file)),
        "what is open does not fit the new release; end it, then upgrade again",
    )
    show("open workflows", f"{replayed.strip()} replay on the new release")
    failing = health.failing_parts(old)
    show("devices", f"{len(failing)} parts fail their test" if failing else "all pass their test")
    return replace(upgrade, was_ready=True, failing=failing)


def check_way_back(
    config: Config, places: InstallPaths, old: Release, *, keeps_ledger: bool
) -> str:
    """What of all that is open the old release can't carry on, in words; empty if nothing.

    Raises BoxdError if the old release can't be used.
    """
    _require(old.command("version"), f"boxd {old.version} does not start any more")
    _require(
        old.command("--config", str(places.config_file), "config", "check"),
        f"the configuration does not fit boxd {old.version}; correct it, then go back again",
    )
    show("configuration", f"fits boxd {old.version}")
    if not keeps_ledger or not _is_ready(config):
        return ""
    replayed = system.run_as_box(old.module("boxd.upgrade.replay_check", str(places.config_file)))
    if replayed.returncode != 0:
        return (replayed.stderr or replayed.stdout).strip()
    show("open workflows", f"{replayed.stdout.strip()} replay on boxd {old.version}")
    return ""


def _is_ready(config: Config) -> bool:
    """Whether there is a running box whose open workflows can be looked at."""
    try:
        seen = health.look(config)
    except BoxdError:
        show("open workflows", "not looked at: the box does not answer")
        return False
    if not seen.is_ready:
        show("open workflows", f"not looked at, the box is not ready: {seen.why}")
    return seen.is_ready


def _require(command: list[str], otherwise: str) -> str:
    """The output of a command, run as the box's user. Raises BoxdError if it fails."""
    done: subprocess.CompletedProcess[str] = system.run_as_box(command)
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().removeprefix("boxd: ")
        raise BoxdError(f"{otherwise}: {said}. Nothing was stopped or changed")
    return done.stdout
