"""Where an installed boxd lies on a box."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Places:
    """The files and folders of an installation; `root` is another one than / in tests only."""

    root: Path = Path("/")

    @property
    def releases(self) -> Path:
        """One folder for each release that was brought into use."""
        return self.root / "opt/boxd/releases"

    @property
    def current(self) -> Path:
        """The link to the release that is in use."""
        return self.root / "opt/boxd/current"

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
