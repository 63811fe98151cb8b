"""The system around an installation: boxd's user, its configuration, systemd's units."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import subprocess
from pathlib import Path

from boxd.errors import BoxdError
from boxd.ledger.replacing import flush
from boxd.upgrade.install_paths import InstallPaths
from boxd.upgrade.release import Release

USER = "boxd"
# The units to enable: the box, and the one that finishes an upgrade after a power cut.
ENABLED = ("boxd.target", "boxd-upgrade.service")
UNITS = ("boxd.service", "boxd-temporal.service")
_UP = ("initializing", "starting", "running", "degraded", "maintenance")


class GoingDown(Exception):
    """The system is shutting down, or losing power: a failure now says nothing."""


def make_user(release: Release) -> bool:
    """Make the box's user and groups; returns whether they were missing."""
    was_there = _user_exists()
    _run("systemd-sysusers", str(release.folder / "systemd/boxd.sysusers"))
    return not was_there


def make_configuration(release: Release, places: InstallPaths) -> bool:
    """Make the configuration; returns whether it was missing. An existing one is never touched."""
    file = places.config_file
    if file.exists():
        return False
    group = group_id()
    file.parent.mkdir(parents=True, exist_ok=True)
    os.chown(file.parent, 0, group)
    file.parent.chmod(0o750)
    new = file.with_name(f".{file.name}.new")
    shutil.copyfile(release.folder / "share/boxd.toml", new)
    os.chown(new, 0, group)
    new.chmod(0o640)
    flush(new)
    new.replace(file)
    flush(file.parent)
    return True


def user_id() -> int:
    """The id of the box's user."""
    return pwd.getpwnam(USER).pw_uid


def group_id() -> int:
    """The id of the box's group."""
    return grp.getgrnam(USER).gr_gid


def make_folder(folder: Path, mode: int) -> None:
    """Make a folder, and its parents, for the box's user, if it does not exist."""
    if not folder.is_dir():
        make_folder(folder.parent, mode)
        folder.mkdir(mode=mode)
        os.chown(folder, user_id(), group_id(), follow_symlinks=False)


def is_running() -> bool:
    """Whether systemd runs on this system; not while an image is being built."""
    return Path("/run/systemd/system").is_dir()


def enable() -> None:
    """Start the box with the system from now on."""
    _run("systemctl", "enable", "--quiet", *ENABLED)


def start() -> None:
    """Start the units as they are now; the caller checks later what became of them."""
    _run("systemctl", "daemon-reload")
    _run("systemctl", "reset-failed", *UNITS, otherwise="")
    _run("systemctl", "start", "--no-block", "boxd.target", *UNITS)


def stop() -> None:
    """Stop the units, and wait until they have ended."""
    _run("systemctl", "stop", *UNITS)


def require_up() -> None:
    """Raises GoingDown if systemd is shutting down, or has ended itself."""
    asking = ["systemctl", "is-system-running"]
    asked = subprocess.run(asking, check=False, capture_output=True, text=True)
    if (state := asked.stdout.strip()) not in _UP:
        raise GoingDown(f"the system goes down ({state or 'systemd does not answer'})")


def start_upgrade() -> None:
    """Let systemd run the journal's upgrade, even if this process ends."""
    _run("systemctl", "daemon-reload")
    _run("systemctl", "start", "--no-block", "boxd-upgrade.service")


def reload_rules() -> None:
    """Apply the udev rules of the release in use to devices that are plugged in already."""
    _run("udevadm", "control", "--reload", otherwise="")
    _run("udevadm", "trigger", otherwise="")


def is_active(unit: str) -> bool:
    """Whether the unit is running."""
    done = subprocess.run(["systemctl", "is-active", "--quiet", unit], check=False)
    return done.returncode == 0


def deaths(unit: str) -> int:
    """How often systemd has restarted the unit."""
    return int(_run("systemctl", "show", "--property=NRestarts", "--value", unit) or 0)


def run_as_box(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command as the box's user, so that the daemon owns the files it makes."""
    return subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        cwd="/",
        env={"PATH": os.environ.get("PATH", os.defpath), "LOGNAME": USER, "HOME": "/"},
        user=USER,
        group=USER,
        extra_groups=(),
        umask=0o027,
    )


def _user_exists() -> bool:
    try:
        pwd.getpwnam(USER)
    except KeyError:
        return False
    return True


def _run(*command: str, otherwise: str | None = None) -> str:
    """The command's output. If it fails: `otherwise`, or BoxdError without one."""
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode == 0:
        return done.stdout.strip()
    if otherwise is not None:
        return otherwise
    raise BoxdError(f"`{' '.join(command)}` failed: {(done.stderr or done.stdout).strip()}")
