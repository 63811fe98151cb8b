"""The system around boxd while it is installed: user, configuration, systemd's units."""

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
# What is enabled: the box, and whatever carries on an upgrade that a power cut interrupted.
ENABLED = ("boxd.target", "boxd-upgrade.service")
UNITS = ("boxd.service", "boxd-temporal.service")
_UP = ("initializing", "starting", "running", "degraded", "maintenance")


class GoingDown(Exception):
    """The system is being shut down, or its power is going: what fails now says nothing."""


def make_user(release: Release) -> bool:
    """Whether the box's user and groups had to be made."""
    was_there = _user_exists()
    _run("systemd-sysusers", str(release.folder / "systemd/boxd.sysusers"))
    return not was_there


def make_configuration(release: Release, places: InstallPaths) -> bool:
    """Whether the configuration had to be made; one that is there is never touched."""
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
    """The box's own user."""
    return pwd.getpwnam(USER).pw_uid


def group_id() -> int:
    """The box's own group."""
    return grp.getgrnam(USER).gr_gid


def make_folder(folder: Path, mode: int) -> None:
    """Make a folder of the box's user where there is none, and what it lies in."""
    if not folder.is_dir():
        make_folder(folder.parent, mode)
        folder.mkdir(mode=mode)
        os.chown(folder, user_id(), group_id())


def is_running() -> bool:
    """Whether systemd runs this system; it does not while an image is made."""
    return Path("/run/systemd/system").is_dir()


def enable() -> None:
    """Let the box start with the system."""
    _run("systemctl", "enable", "--quiet", *ENABLED)


def start() -> None:
    """Start the units as they are now in use; what becomes of them is seen later."""
    _run("systemctl", "daemon-reload")
    _run("systemctl", "reset-failed", *UNITS, otherwise="")
    _run("systemctl", "start", "--no-block", "boxd.target", *UNITS)


def stop() -> None:
    """Stop the units, and wait until they have ended."""
    _run("systemctl", "stop", *UNITS)


def require_up() -> None:
    """Raises GoingDown when systemd is ending everything, or has ended itself."""
    asking = ["systemctl", "is-system-running"]
    asked = subprocess.run(asking, check=False, capture_output=True, text=True)
    if (state := asked.stdout.strip()) not in _UP:
        raise GoingDown(f"the system goes down ({state or 'systemd does not answer'})")


def start_upgrade() -> None:
    """Have systemd carry the journal's upgrade on, whatever becomes of this process."""
    _run("systemctl", "daemon-reload")
    _run("systemctl", "start", "--no-block", "boxd-upgrade.service")


def reload_rules() -> None:
    """Let devices that are plugged in already fall under the rules of the release in use."""
    _run("udevadm", "control", "--reload", otherwise="")
    _run("udevadm", "trigger", otherwise="")


def is_active(unit: str) -> bool:
    """Whether the unit runs."""
    done = subprocess.run(["systemctl", "is-active", "--quiet", unit], check=False)
    return done.returncode == 0


def deaths(unit: str) -> int:
    """How often systemd had to start the unit again."""
    return int(_run("systemctl", "show", "--property=NRestarts", "--value", unit) or 0)


def run_as_box(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command as the box's own user: whatever it makes has the daemon's owner."""
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
    """What the command says. Where it fails `otherwise`, or BoxdError without one."""
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode == 0:
        return done.stdout.strip()
    if otherwise is not None:
        return otherwise
    raise BoxdError(f"`{' '.join(command)}` failed: {(done.stderr or done.stdout).strip()}")
