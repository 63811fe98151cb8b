"""Going back to the previous release on request, not because an upgrade failed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from boxd.config import load
from boxd.errors import BoxdError, NotFound, Refused
from boxd.upgrade import journal, units
from boxd.upgrade.asking import run_by_systemd
from boxd.upgrade.checks import check_way_back
from boxd.upgrade.install_paths import InstallPaths
from boxd.upgrade.journal import Step, Upgrade
from boxd.upgrade.ledger_backup import written_since
from boxd.upgrade.one_at_a_time import one_at_a_time
from boxd.upgrade.release import current_release, point, read_release
from boxd.upgrade.step_output import show
from boxd.upgrade.trial_migration import schema_of

_BEGUN_AGAIN = (
    "it is begun again from the ledger after the way back, with a record of each: nothing is lost,"
    " nothing is paid or opened twice"
)


def return_to_previous(
    places: InstallPaths, patience_s: float, agrees: Callable[[str], bool]
) -> None:
    """Return to the release before the last upgrade, with a ledger that it can read.

    Raises NotFound if there is none, Refused without a yes, or while an upgrade is running.
    """
    units.require_unmasked()
    with one_at_a_time(places):
        _return_to_previous(places, patience_s, agrees)


def _return_to_previous(
    places: InstallPaths, patience_s: float, agrees: Callable[[str], bool]
) -> None:
    if journal.read(places) is not None:
        raise Refused("an upgrade is under way: wait for its end (journalctl -fu boxd-upgrade)")
    config = load(places.config_file)
    last = _last(places)
    is_migrated = schema_of(config.ledger_file) > last.schema > 0
    if is_migrated and not Path(last.backup).exists():
        raise NotFound(
            f"boxd {last.old} can't read the ledger of {last.new}, and the backup that it could"
            f" read is gone: {last.backup}. Is it on a stick that is not there? Else there is no"
            " way back: only the newest are kept ([backups] keep)"
        )
    old = read_release(places.releases / last.old)
    left = check_way_back(config, places, old, keeps_ledger=not is_migrated)
    if is_migrated:
        question = (
            f"boxd {last.old} can't read the ledger of {last.new}: {last.backup} takes its place,"
            f" and {written_since(config, last)} entries made since are forgotten. Codes used since"
            " are good again, codes made since are unknown. Go back?"
        )
    else:
        begun_again = f" {left}; otherwise {_BEGUN_AGAIN}" if left else ""
        question = (
            f"Go back from boxd {last.new} to {last.old}? The ledger stays as it is.{begun_again}"
        )
    if not agrees(question):
        raise Refused("nothing was changed")
    current = current_release(places)
    if current is not None:
        point(places.incoming, current)
    asked_for = replace(last, step=Step.GOING_BACK, patience_s=patience_s, why="somebody asked")
    starts = not units.is_out_of_service()
    journal.write(places, replace(asked_for, was_ready=True, starts=starts))
    ended = run_by_systemd(places)
    if ended.step is not Step.GONE_BACK:
        raise BoxdError(f"the box did not go back ({ended.step}); see journalctl -u boxd-upgrade")
    show("gone back", f"boxd {last.new} to {last.old}")


def _last(places: InstallPaths) -> Upgrade:
    last = journal.last(places)
    if last is None or last.step is not Step.KEPT or not (places.releases / last.old).is_dir():
        raise NotFound(
            "there is no release to go back to: the last upgrade left none. Install the older"
            " package (sudo apt install ./boxd_VERSION_….deb)"
        )
    return last
