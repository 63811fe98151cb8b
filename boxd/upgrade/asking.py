"""Asking systemd to run an upgrade, and telling whoever asked how it goes."""

from __future__ import annotations

import subprocess
import time

import click

from boxd.errors import BoxdError
from boxd.upgrade import journal, system, units
from boxd.upgrade.install_paths import InstallPaths
from boxd.upgrade.journal import Upgrade

_BETWEEN_LOOKS_S = 0.2
# Between two tries of its own, and at a boot, the unit is idle for seconds.
_IDLE_FOR_S = 30.0
# Stop, backup, devices' tests, in both directions and on a slow card, are minutes.
_ENDS_WITHIN_S = 3600.0
_LOG_WITHIN_S = 30.0


def run_by_systemd(places: InstallPaths) -> Upgrade:
    """Let systemd run the upgrade, print its output, and return how it ended.

    Raises BoxdError if it does not come to an end; systemd may still bring it there.
    """
    said = _UnitOutput()
    units.start_upgrade()
    begun = seen_at_work = time.monotonic()
    while places.journal.exists():
        time.sleep(_BETWEEN_LOOKS_S)
        said.show()
        now = time.monotonic()
        if units.is_at_work(units.UPGRADE):
            seen_at_work = now
        if now - seen_at_work > _IDLE_FOR_S or now - begun > _ENDS_WITHIN_S:
            raise BoxdError(
                "the upgrade does not come to its end: `systemctl status boxd-upgrade` tells why."
                " The next boot carries it on, and so does `sudo systemctl start boxd-upgrade`"
            )
    system.run("journalctl", "--sync", otherwise="")
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
        """Print what is new. A journal that does not answer is asked again."""
        try:
            done = subprocess.run(
                self._command,
                check=False,
                stdout=subprocess.PIPE,
                text=True,
                errors="replace",
                timeout=_LOG_WITHIN_S,
            )
        except subprocess.TimeoutExpired:
            return
        click.echo(done.stdout[self._shown :], nl=False)
        self._shown = max(self._shown, len(done.stdout))
