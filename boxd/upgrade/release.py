"""A release: a folder with boxd and all that it needs; it can be anywhere."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from boxd.errors import BoxdError
from boxd.ledger.replacing import flush
from boxd.upgrade.install_paths import InstallPaths

_FOR_ALL = 0o755


@dataclass(frozen=True)
class Release:
    """A release in its folder. `digest` distinguishes two builds of one version."""

    folder: Path
    version: str
    digest: str

    @property
    def name(self) -> str:
        """The name of its folder."""
        return self.folder.name

    def command(self, *arguments: str) -> list[str]:
        """A command of this release's own boxd, as a list for subprocess."""
        return [str(self.folder / "bin/boxd"), *arguments]

    def module(self, name: str, *arguments: str) -> list[str]:
        """A module of this release, run as a program."""
        return [str(self.folder / "bin/python"), "-sP", "-m", name, *arguments]


def read_release(folder: Path) -> Release:
    """The release in the folder. Raises BoxdError if there is none."""
    try:
        version = (folder / "VERSION").read_text("utf-8").strip()
        digest = (folder / "DIGEST").read_text("utf-8").strip()
    except OSError as error:
        raise BoxdError(
            f"{folder} is no release of boxd ({error.strerror}: {error.filename});"
            " install the package, or type `sudo make install` in a clone"
        ) from error
    return Release(folder, version, digest)


def current_release(places: InstallPaths) -> Release | None:
    """The release in use; None on a new box."""
    return read_release(places.current.resolve()) if places.current.exists() else None


def take(release: Release, places: InstallPaths) -> tuple[Release, bool]:
    """Copy the release into its place; returns it, and whether it had to be copied.

    It gets its name only when all of it is on the disk, with its bytecode. Raises BoxdError for a
    disk that does not hold it; then nothing of it is left.
    """
    target = _place_for(release, places)
    if target.exists():
        return read_release(target), False
    aside = target.with_name(f".{target.name}.being-made")
    shutil.rmtree(aside, ignore_errors=True)
    for folder in (places.home, places.releases):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(_FOR_ALL)
    try:
        _copy(release, aside, is_packaged=release.folder == places.packaged)
        aside.rename(target)
    except OSError as error:
        why = error.args[0][0][2] if isinstance(error, shutil.Error) else error
        raise BoxdError(
            f"boxd {release.version} could not be put into {places.releases} ({why}); look at that"
            " disk: full (df -h), read-only (mount). Nothing was stopped or changed"
        ) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    flush(places.releases)
    return read_release(target), True


def _copy(release: Release, aside: Path, *, is_packaged: bool) -> None:
    shutil.copytree(
        release.folder,
        aside,
        symlinks=True,
        copy_function=_link_or_copy if is_packaged else shutil.copy2,
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    for path in [aside, *aside.rglob("*")]:
        os.chown(path, 0, 0, follow_symlinks=False)
    _compile(aside)
    os.sync()


def switch(release: Release, places: InstallPaths) -> None:
    """Make this release the one in use, atomically."""
    point(places.current, release)


def point(link: Path, release: Release) -> None:
    """Point the link at the release, atomically, also in a power cut."""
    new = link.with_name(f".{link.name}.new")
    new.unlink(missing_ok=True)
    new.symlink_to(Path("releases") / release.name)
    new.replace(link)
    flush(link.parent)


def prune(places: InstallPaths, kept: Collection[str]) -> None:
    """Remove releases that nobody returns to; a half-removed one has no release's name."""
    for folder in sorted(places.releases.iterdir()):  # the remains of an earlier removal come first
        if folder.is_dir() and folder.name not in kept:
            shutil.rmtree(_unnamed(folder))


def _unnamed(folder: Path) -> Path:
    if folder.name.startswith("."):
        return folder
    return folder.rename(folder.with_name(f".{folder.name}.being-removed"))


def _place_for(release: Release, places: InstallPaths) -> Path:
    """Named by its version; a second build of one version also gets part of its digest."""
    plain = places.releases / release.version
    if not plain.exists() or read_release(plain).digest == release.digest:
        return plain
    return places.releases / f"{release.version}-{release.digest[:8]}"


def _link_or_copy(source: str, target: str) -> None:
    """Hard links to the package's files take no space: dpkg never writes into a file in place."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _compile(folder: Path) -> None:
    """Compile for this box's Python: the unprivileged daemon can't write bytecode itself."""
    version = subprocess.run(
        [folder / "bin/python", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    parts = [folder / "lib/common", folder / f"lib/python{version}"]
    subprocess.run(
        [folder / "bin/python", "-m", "compileall", "-q", "-j", "0", *parts],
        check=False,  # some packages contain templates that are no Python
        stdout=subprocess.DEVNULL,
        umask=0o022,  # the box's user reads it, whatever root's umask is
    )
