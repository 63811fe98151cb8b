"""The paths of an installed boxd."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class InstallPaths:
    """The files and folders of an installation; `root` differs from / only in tests."""

    root: Path = Path("/")

    @property
    def home(self) -> Path:
        """The folder that holds the rest of an installation."""
        return self.root / "opt/boxd"

    @property
    def releases(self) -> Path:
        """Holds one folder for each installed release."""
        return self.home / "releases"

    @property
    def current(self) -> Path:
        """The link to the release in use."""
        return self.home / "current"

    @property
    def incoming(self) -> Path:
        """The link to the release that an upgrade installs, and whose code does that."""
        return self.home / "incoming"

    @property
    def journal(self) -> Path:
        """The upgrade that is running; the file is absent if there is none."""
        return self.home / "upgrade.json"

    @property
    def last(self) -> Path:
        """The last upgrade, and how it ended."""
        return self.home / "last-upgrade.json"

    @property
    def packaged(self) -> Path:
        """The release inside the Debian package."""
        return self.root / "usr/lib/boxd"

    @property
    def lock(self) -> Path:
        """The file that whoever installs or goes back holds locked: one at a time."""
        return self.home / "upgrade.lock"

    @property
    def own_units(self) -> Path:
        """Where systemd keeps what is enabled or masked here."""
        return self.root / "etc/systemd/system"

    @property
    def config_file(self) -> Path:
        """The box's configuration."""
        return self.root / "etc/boxd/boxd.toml"


def own_release() -> Path:
    """The folder of the release that this program belongs to."""
    return Path(sys.prefix)
