"""The system around an installation: boxd's user, its configuration, commands."""

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
# What systemd and udev are asked for takes seconds; stopping the box may take 40 s.
_COMMAND_WITHIN_S = 180.0
# The longest reads a ledger of a million codes through on a card, and migrates a copy of it.
_BOX_COMMAND_WITHIN_S = 1200.0


def make_user(release: Release) -> bool:
    """Make the box's user and groups; returns whether they were missing."""
    was_there = _user_exists()
    run("systemd-sysusers", str(release.folder / "systemd/boxd.sysusers"))
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


def run_as_box(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command as the box's user, so that the daemon owns the files it makes.

    Raises BoxdError if it does not come to an end.
    """
    try:
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
            timeout=_BOX_COMMAND_WITHIN_S,
        )
    except subprocess.TimeoutExpired as error:
        raise BoxdError(
            f"`{' '.join(command)}` did not end within {_BOX_COMMAND_WITHIN_S:g} s"
        ) from error


def _user_exists() -> bool:
    try:
        pwd.getpwnam(USER)
    except KeyError:
        return False
    return True


def run(*command: str, otherwise: str | None = None) -> str:
    """The command's output. If it fails: `otherwise`, or BoxdError without one."""
    try:
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, timeout=_COMMAND_WITHIN_S
        )
    except subprocess.TimeoutExpired:
        why = f"it did not end within {_COMMAND_WITHIN_S:g} s"
    else:
        if done.returncode == 0:
            return done.stdout.strip()
        why = (done.stderr or done.stdout).strip()
    if otherwise is not None:
        return otherwise
    raise BoxdError(f"`{' '.join(command)}` failed: {why}")
