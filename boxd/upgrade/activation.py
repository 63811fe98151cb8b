"""Bringing a release into use, step by step."""

from __future__ import annotations

from pathlib import Path

from boxd.upgrade import system
from boxd.upgrade.places import Places
from boxd.upgrade.release import current_release, read_release, switch, take
from boxd.upgrade.telling import tell


def bring_into_use(folder: Path, places: Places) -> None:
    """Put the release among the others, and let it be the one in use."""
    release, is_new = take(read_release(folder), places)
    tell("release", f"{release.folder}{'' if is_new else ', already there'}")
    tell("user boxd", "made" if system.make_user(release) else "already there")
    made = system.make_configuration(release, places)
    tell("configuration", f"{places.config_file}{', made from the template' if made else ', left'}")
    if current_release(places) != release:
        switch(release, places)
    tell("in use", f"boxd {release.version}")
    system.systemctl("enable", "--quiet", system.TARGET)
    if not system.is_running():
        tell("units", "enabled; they start with the system")
        return
    system.systemctl("daemon-reload")
    system.systemctl("restart", system.TARGET, *system.UNITS)
    tell("units", "enabled and started")
