"""The steps of an upgrade from the stop of the box to its end, in either direction.

Each step is in the journal before it begins and can be repeated: after a kill or a power cut the
upgrade continues with the step in the journal.
"""

from __future__ import annotations

import json
from dataclasses import replace

from boxd.config import Config
from boxd.errors import BoxdError, LedgerDamaged
from boxd.upgrade import health, journal, system, units
from boxd.upgrade.install_paths import InstallPaths
from boxd.upgrade.journal import Step, Upgrade
from boxd.upgrade.ledger_backup import open_redemptions, put_back, written_since
from boxd.upgrade.release import Release, current_release, prune, read_release, switch
from boxd.upgrade.step_output import show
from boxd.upgrade.trial_migration import schema_of

_OLD_READY_WITHIN_S = 120.0


def carry_on(config: Config, places: InstallPaths) -> Upgrade:
    """Finish the upgrade in the journal; returns how it ended.

    Raises units.GoingDown if the system is shutting down: the next start continues.
    """
    upgrade = journal.read(places)
    if upgrade is None:
        raise BoxdError("no upgrade is under way; `sudo boxd upgrade FOLDER` begins one")
    upgrade_run = _UpgradeRun(config, places, upgrade)
    try:
        return upgrade_run.run(upgrade)
    except units.GoingDown:
        raise
    except Exception as error:  # whatever it is, one of the two releases has to run again
        reached = journal.read(places) or upgrade
        if reached.step is Step.GOING_BACK or upgrade_run.forgotten_by_going_back(reached):
            raise  # systemd runs the step again
        show("failed", str(error))
        return upgrade_run.run(replace(reached, step=Step.GOING_BACK, why=str(error)))


class _UpgradeRun:
    """One upgrade's steps."""

    def __init__(self, config: Config, places: InstallPaths, upgrade: Upgrade) -> None:
        self._config = config
        self._places = places
        self._old = read_release(places.releases / upgrade.old)
        self._new = read_release(places.releases / upgrade.new)
        self._has_stopped = False

    def run(self, upgrade: Upgrade) -> Upgrade:
        steps = {
            Step.STOPPING: self._stop,
            Step.TRYING: self._try,
            Step.GOING_BACK: self._go_back,
        }
        while upgrade.step in steps:
            if upgrade.step is Step.GOING_BACK:
                units.require_up()
            journal.write(self._places, upgrade)
            upgrade = steps[upgrade.step](upgrade)
        journal.end(self._places, upgrade)
        return upgrade

    def _stop(self, upgrade: Upgrade) -> Upgrade:
        units.stop()
        self._has_stopped = True
        show("boxd", "stopped")
        if not upgrade.schema:
            return replace(upgrade, step=Step.TRYING)
        done = system.run_as_box(self._old.command("backup", "create", "--json"))
        if done.returncode != 0:
            why = f"no backup could be made: {done.stderr.strip()}"
            return replace(upgrade, step=Step.GOING_BACK, why=why)
        backup = str(json.loads(done.stdout)["backup"]["file"])
        show("backup", f"{backup}, verified")
        is_open = open_redemptions(self._config.ledger_file)
        return replace(upgrade, step=Step.TRYING, backup=backup, is_open=is_open)

    def _try(self, upgrade: Upgrade) -> Upgrade:
        if current_release(self._places) == self._new:
            show("in use", f"boxd {self._new.version}, since before an interruption")
        elif not self._has_stopped:  # after an interruption the old one may have run
            return replace(upgrade, step=Step.STOPPING)
        self._use(self._new, upgrade)
        try:
            self._prove(upgrade)
        except Exception as error:  # noqa: BLE001 - whatever it is, the release has failed
            return self._failed(upgrade, str(error))
        self._prune()
        return replace(upgrade, step=Step.KEPT)

    def _prove(self, upgrade: Upgrade) -> None:
        """Raises BoxdError if the box is not as good as before."""
        if not upgrade.starts:
            show("not tried", "the box is stopped and disabled, and stays so")
            return
        if not upgrade.was_ready:
            health.wait_for_answer(self._config, self._new.version, upgrade.patience_s)
            show("answers", "as before: the box was not ready")
            return
        seen = health.wait_for_ready(self._config, self._new.version, upgrade.patience_s)
        show("ready", f"boxd {seen.version}")
        health.wait_for_redemptions(self._config, upgrade.is_open)
        show("open redemptions", f"{len(upgrade.is_open)}, all carried on")
        health.wait_for_devices(self._new, upgrade.failing)
        show("devices", "as before")

    def _failed(self, upgrade: Upgrade, why: str) -> Upgrade:
        """Go back, unless that would lose what people did since."""
        show("failed", why)
        if facts := self.forgotten_by_going_back(upgrade):
            why += (
                f"; but people have written {facts} entries into the migrated ledger since, so"
                f" {self._new.version} stays in use: `sudo boxd upgrade --back` goes back without"
                " them"
            )
            show("way back", f"not taken: it would forget {facts} entries")
            return replace(upgrade, step=Step.KEPT, why=why)
        return replace(upgrade, step=Step.GOING_BACK, why=why)

    def _go_back(self, upgrade: Upgrade) -> Upgrade:
        units.stop()
        switch(self._old, self._places)
        try:
            upgrade = self._with_ledger_of_before(upgrade)
        except LedgerDamaged as error:  # the old release says so on the HUD, and what to restore
            show("ledger", f"left as it is: {error}")
            upgrade = replace(upgrade, why=f"{upgrade.why}; {error}")
        self._use(self._old, upgrade)
        show("in use again", f"boxd {self._old.version}")
        self._see_the_old_one_ready(upgrade)
        return replace(upgrade, step=Step.GONE_BACK)

    def _with_ledger_of_before(self, upgrade: Upgrade) -> Upgrade:
        """Make sure that the old release has a ledger that it can read."""
        if not self._is_migrated(upgrade):
            return upgrade
        set_aside = self._give_ledger_back(upgrade)
        show("ledger", f"{upgrade.backup} is back; the migrated one is in {set_aside}")
        return replace(upgrade, set_aside=set_aside)

    def _see_the_old_one_ready(self, upgrade: Upgrade) -> None:
        """Wait for the old release. There is no other: a slow start is only reported."""
        if not upgrade.was_ready or not upgrade.starts:
            return
        try:
            health.wait_for_ready(self._config, self._old.version, _OLD_READY_WITHIN_S)
            show("ready", f"boxd {self._old.version}")
        except BoxdError as error:
            show("not ready yet", str(error))

    def _give_ledger_back(self, upgrade: Upgrade) -> str:
        """If entries are lost, the old release's restore says which, also on the HUD."""
        if not written_since(self._config, upgrade):
            return put_back(self._config, upgrade)
        restore = self._old.command("backup", "restore", upgrade.backup, "--yes", "--json")
        done = system.run_as_box(restore)
        if done.returncode != 0:
            raise BoxdError(f"{upgrade.backup} could not be restored: {done.stderr.strip()}")
        return str(json.loads(done.stdout)["set_aside"])

    def _is_migrated(self, upgrade: Upgrade) -> bool:
        """Whether the old release can't read the ledger any more."""
        return bool(upgrade.backup) and schema_of(self._config.ledger_file) > upgrade.schema

    def forgotten_by_going_back(self, upgrade: Upgrade) -> int:
        """How many entries by people would be lost; 0 if the ledger stays."""
        try:
            return written_since(self._config, upgrade) if self._is_migrated(upgrade) else 0
        except LedgerDamaged:
            return 0

    def _prune(self) -> None:
        """An old release that can't be removed takes space, but is no reason to go back."""
        try:
            prune(self._places, {self._old.name, self._new.name})
        except OSError as error:
            show("older releases", f"not all removed: {error}")

    def _use(self, release: Release, upgrade: Upgrade) -> None:
        switch(release, self._places)
        if upgrade.starts:
            units.start()
