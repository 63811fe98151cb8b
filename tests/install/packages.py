"""Debian packages of release after release: the present one under other versions."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from booth.installed import ARCHITECTURE, PYTHON, ROOT
from tests.install.releases import _edit, _link, _replace


class Packages:
    """Makes packages; each is there once, unpacked for hard links and packed for dpkg."""

    def __init__(self, folder: Path, python: str = PYTHON) -> None:
        self._folder = folder
        self._tree = folder / "tree"
        subprocess.run([ROOT / "install/package", self._tree, ARCHITECTURE, python], check=True)

    def make(self, version: str, build: str = "") -> Path:
        """A package of this version; another `build` of it has other code and the same version."""
        file = self._folder / f"boxd_{version}{build}.deb"
        tree = self._folder / "next"
        shutil.copytree(self._tree, tree, symlinks=True, copy_function=_link)
        release = tree / "usr/lib/boxd"
        _replace(release / "VERSION", f"{version}\n")
        _replace(release / "DIGEST", f"{version}{build}".encode().hex().ljust(64, "0") + "\n")
        _edit(release / "lib/common/boxd/__init__.py", r'(?<=__version__ = ")[^"]+', version)
        _edit(tree / "DEBIAN/control", r"(?m)(?<=^Version: ).*", version)
        (tree / "DEBIAN/md5sums").unlink()
        packing = ["dpkg-deb", "--build", "--root-owner-group", "-Znone", str(tree), str(file)]
        subprocess.run(packing, check=True, stdout=subprocess.DEVNULL)
        shutil.rmtree(tree)
        return file
