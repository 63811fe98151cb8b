"""systemd's units in an upgrade: whether they may run, and starting and stopping them."""

from __future__ import annotations

import subprocess
from pathlib import Path

from boxd.errors import BoxdError
from boxd.ledger.replacing import flush
from boxd.upgrade.install_paths import InstallPaths
from boxd.upgrade.system import run

# What is enabled: the box as a whole.
TARGET = "boxd.target"
SERVICES = ("boxd.service", "boxd-temporal.service")
# A release of before may be without it, so nothing depends on it here.
_PHONES = "boxd-phones.service"
UPGRADE = "boxd-upgrade.service"
_ANSWERS_WITHIN_S = 60.0
_UP = ("initializing", "starting", "running", "degraded", "maintenance")


class GoingDown(Exception):
    """The system is shutting down, or losing power: a failure now says nothing."""


def require_unmasked() -> None:
    """Raises BoxdError naming the units that systemd may not start."""
    masked = [unit for unit in (TARGET, *SERVICES, UPGRADE) if state(unit).startswith("masked")]
    if masked:
        named = " ".join(masked)
        raise BoxdError(
            f"{named} is masked (systemctl mask), and boxd can't be upgraded without it. Nothing"
            f" was stopped or changed. `sudo systemctl unmask {named}`, then upgrade again"
        )


def state(unit: str) -> str:
    """`enabled`, `disabled`, `masked`, `static` or another word of `systemctl is-enabled`."""
    return _told("is-enabled", unit)


def is_out_of_service() -> bool:
    """Whether an administrator has disabled and stopped the box: an upgrade leaves it so."""
    return state(TARGET) == "disabled" and not any(map(is_at_work, (TARGET, *SERVICES)))


def enable() -> None:
    """Start the box with the system from now on."""
    run("systemctl", "enable", "--quiet", TARGET)


def mend_links(places: InstallPaths) -> int:
    """Mend what `systemctl enable` wrote while the units were links; returns how much that was.

    It wrote the path of the release of that day into /etc: when that release goes, the link there
    masks the unit. What is enabled stays enabled.
    """
    units = [*places.own_units.glob("boxd*"), *places.own_units.glob("*.wants/boxd*")]
    wrong = [unit for unit in units if unit.is_symlink() and _leads_to_a_release(unit)]
    for link in wrong:
        if link.parent == places.own_units:
            link.unlink()
        else:
            new = link.with_name(f".{link.name}.new")
            new.unlink(missing_ok=True)
            new.symlink_to(f"/usr/lib/systemd/system/{link.name}")
            new.replace(link)
        flush(link.parent)
    return len(wrong)


def _leads_to_a_release(link: Path) -> bool:
    return str(link.readlink()).startswith("/opt/boxd/")


def start() -> None:
    """Start the units as they are now; the caller checks later what became of them."""
    run("systemctl", "daemon-reload")
    run("systemctl", "reset-failed", *SERVICES, otherwise="")
    run("systemctl", "start", "--no-block", TARGET, *SERVICES)
    run("systemctl", "start", "--no-block", _PHONES, otherwise="")


def stop() -> None:
    """Stop the units, and wait until they have ended."""
    run("systemctl", "stop", _PHONES, otherwise="")
    run("systemctl", "stop", *SERVICES)


def require_up() -> None:
    """Raises GoingDown if systemd is shutting down, or has ended itself."""
    if (told := _told("is-system-running")) not in _UP:
        raise GoingDown(f"the system goes down ({told or 'systemd does not answer'})")


def start_upgrade() -> None:
    """Let systemd run the journal's upgrade, even if this process ends."""
    run("systemctl", "daemon-reload")
    run("systemctl", "start", "--no-block", UPGRADE)


def reload_rules() -> None:
    """Apply the udev rules of the release in use to devices that are plugged in already."""
    run("udevadm", "control", "--reload", otherwise="")
    run("udevadm", "trigger", otherwise="")


def is_active(unit: str) -> bool:
    """Whether the unit is running."""
    return run("systemctl", "is-active", unit, otherwise="") == "active"


def is_at_work(unit: str) -> bool:
    """Whether the unit runs, or is about to be started."""
    shown = run("systemctl", "show", "--property=ActiveState,Job", unit)
    told = dict(line.partition("=")[::2] for line in shown.splitlines())
    is_idle = told.get("ActiveState") in ("inactive", "failed")
    return not is_idle or told.get("Job", "0") not in ("", "0")


def deaths(unit: str) -> int:
    """How often systemd has restarted the unit."""
    return int(run("systemctl", "show", "--property=NRestarts", "--value", unit) or 0)


def _told(*question: str) -> str:
    """What systemctl prints, whatever it ends with; empty if it does not come to an end."""
    try:
        done = subprocess.run(
            ["systemctl", *question],
            check=False,
            capture_output=True,
            text=True,
            timeout=_ANSWERS_WITHIN_S,
        )
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout.strip()
