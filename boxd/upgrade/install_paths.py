"""Where an installed boxd lies on a box."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class InstallPaths:
    """The files and folders of an installation; `root` is another one than / in tests only."""

    root: Path = Path("/")

    @property
    def home(self) -> Path:
        """What all the rest of an installation lies in."""
        return self.root / "opt/boxd"

    @property
    def releases(self) -> Path:
        """One folder for each release that was brought into use."""
        return self.home / "releases"

    @property
    def current(self) -> Path:
        """The link to the release that is in use."""
        return self.home / "current"

    @property
    def incoming(self) -> Path:
        """The link to the release that an upgrade brings into use, and whose code does that."""
        return self.home / "incoming"

    @property
    def journal(self) -> Path:
        """The upgrade that is under way; absent when none is."""
        return self.home / "upgrade.json"

    @property
    def last(self) -> Path:
        """The upgrade that was last, and how it ended."""
        return self.home / "last-upgrade.json"

    @property
    def packaged(self) -> Path:
        """The release as the Debian package brings it."""
        return self.root / "usr/lib/boxd"

    @property
    def config_file(self) -> Path:
        """The box's configuration."""
        return self.root / "etc/boxd/boxd.toml"


def own_release() -> Path:
    """The folder of the release that this program belongs to."""
    return Path(sys.prefix)
