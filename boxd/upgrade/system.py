"""The system around boxd, while it is installed: user, configuration, systemd's units."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import subprocess
from pathlib import Path

from boxd.errors import BoxdError
from boxd.upgrade.places import Places
from boxd.upgrade.release import Release

USER = "boxd"
TARGET = "boxd.target"
UNITS = ("boxd-temporal.service", "boxd.service")


def make_user(release: Release) -> bool:
    """Whether the box's user and groups had to be made."""
    was_there = _user_exists()
    _run("systemd-sysusers", str(release.folder / "systemd/boxd.sysusers"))
    return not was_there


def make_configuration(release: Release, places: Places) -> bool:
    """Whether the configuration had to be made; one that is there is never touched."""
    file = places.config_file
    if file.exists():
        return False
    group = grp.getgrnam(USER).gr_gid
    file.parent.mkdir(parents=True, exist_ok=True)
    os.chown(file.parent, 0, group)
    file.parent.chmod(0o750)
    new = file.with_name(f".{file.name}.new")
    shutil.copyfile(release.folder / "share/boxd.toml", new)
    os.chown(new, 0, group)
    new.chmod(0o640)
    new.replace(file)
    return True


def is_running() -> bool:
    """Whether systemd runs this system; it does not while an image is made."""
    return Path("/run/systemd/system").is_dir()


def systemctl(*arguments: str) -> str:
    """What systemctl says. Raises BoxdError when it fails."""
    return _run("systemctl", *arguments)


def is_active(unit: str) -> bool:
    """Whether the unit is in use or on its way to be."""
    done = subprocess.run(["systemctl", "is-active", "--quiet", unit], check=False)
    return done.returncode == 0


def _user_exists() -> bool:
    try:
        pwd.getpwnam(USER)
    except KeyError:
        return False
    return True


def _run(*command: str) -> str:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise BoxdError(f"`{' '.join(command)}` failed: {(done.stderr or done.stdout).strip()}")
    return done.stdout.strip()
