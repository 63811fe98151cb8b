"""Turning this machine into the box of a card backup: put its files in place and start it.

Every step can be repeated: after an interruption, give the same command again.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tarfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from boxd.archive.card_backup import (
    CONFIGURATION,
    LARGEST_FILE_BYTES,
    LEDGER,
    MANIFEST,
    PICTURE,
    PICTURES,
    Manifest,
)
from boxd.archive.destinations import require_allowed
from boxd.archive.encryption import Decryptor
from boxd.config import load
from boxd.errors import BackupFailed, BadInput, BoxdError, ConfigError
from boxd.ledger.ledger import as_text
from boxd.ledger.replacing import flush
from boxd.ledger.soundness import Contents, examine
from boxd.service_user import done_as_owner_of
from boxd.upgrade import health, system, units
from boxd.upgrade.install_paths import InstallPaths
from boxd.upgrade.release import Release, current_release
from boxd.upgrade.step_output import show

_READY_WITHIN_S = 120.0
_ONLY_BOXD = 0o600
_NAMES = re.compile(
    rf"{re.escape(MANIFEST)}|{re.escape(LEDGER)}|{re.escape(CONFIGURATION)}|files/\d{{1,2}}"
    rf"|{PICTURES}/{PICTURE.pattern}"
)
# It is unpacked into memory; the ledger may take what is free but for this.
_LEFT_FREE_BYTES = 16 * 1024 * 1024
_LARGEST_BYTES = {MANIFEST: 64 * 1024, CONFIGURATION: 1024 * 1024}


@dataclass(frozen=True)
class Opened:
    """A card backup, unpacked into a folder that only root can read, and read to its end."""

    folder: Path
    manifest: Manifest
    ledger: Contents


def open_card(file: Path, passphrase: str, folder: Path) -> Opened:
    """Unpack the backup. Raises BadInput, LedgerDamaged or LedgerTooNew if it can't be used."""
    try:
        with (
            file.open("rb") as source,
            tarfile.open(fileobj=Decryptor(source, passphrase), mode="r|") as archive,
        ):
            for entry in archive:
                _unpack(archive, entry, folder)
        manifest = _read_manifest(folder)
    except (OSError, tarfile.TarError, ValueError, TypeError, RecursionError) as error:
        raise BadInput(f"{file} can't be unpacked ({error}); take another copy") from error
    return Opened(folder, manifest, examine(folder / LEDGER))


def _read_manifest(folder: Path) -> Manifest:
    """Read the manifest. Raises ValueError or TypeError if boxd has not written it."""
    manifest = Manifest(**json.loads((folder / MANIFEST).read_text("utf-8")))
    texts = (manifest.box, manifest.boxd, manifest.made_at)
    if not isinstance(manifest.files, dict) or not all(isinstance(each, str) for each in texts):
        raise ValueError("its manifest is not as boxd writes one")
    for name, path in manifest.files.items():
        is_there = _NAMES.fullmatch(name) and (folder / name).is_file()
        if not (is_there and isinstance(path, str) and Path(path).is_absolute()):
            raise ValueError(f"its manifest names {name!r}, which is not in it")
    return manifest


def _unpack(archive: tarfile.TarFile, entry: tarfile.TarInfo, folder: Path) -> None:
    """Extract plain files only, under the names that a card backup has."""
    content = archive.extractfile(entry) if _NAMES.fullmatch(entry.name) else None
    if content is None:
        raise ValueError(f"it holds {entry.name!r}, which no card backup does")
    free = shutil.disk_usage(folder).free - _LEFT_FREE_BYTES
    limit = free if entry.name == LEDGER else _LARGEST_BYTES.get(entry.name, LARGEST_FILE_BYTES)
    if entry.size > limit:
        raise ValueError(f"{entry.name} in it has {entry.size} bytes, which is too much here")
    target = folder / entry.name
    target.parent.mkdir(exist_ok=True)
    with target.open("wb") as stream:
        shutil.copyfileobj(content, stream)
    if target.parent.name == PICTURES:
        _require_own_digest(target)


def _require_own_digest(picture: Path) -> None:
    """Raise ValueError unless a picture's name is the digest of its bytes."""
    if hashlib.sha256(picture.read_bytes()).hexdigest() != picture.stem:
        raise ValueError(f"{picture.name} in it is another picture")


def restore_card(opened: Opened, places: InstallPaths) -> None:
    """Put everything in place, then start the box. Raises BoxdError if it does not become ready.

    Files that were there before are kept under another name.
    """
    release = current_release(places)
    if release is None:
        raise BoxdError("boxd is not installed here; apt install its package first")
    _require_that_it_fits(opened, release, places)
    if system.is_running():
        units.stop()
        show("boxd", "stopped")
    stamp = as_text(datetime.now(UTC)).replace(":", "-")
    content = (opened.folder / CONFIGURATION).read_bytes()
    _put(content, places.config_file, stamp, 0, 0o640)
    for name, path in opened.manifest.files.items():
        _put_for_box((opened.folder / name).read_bytes(), Path(path), stamp)
    show("configuration", str(places.config_file))
    show("keys and secrets", f"{len(opened.manifest.files)} files")
    config = load(places.config_file)
    _restore_ledger(opened.folder / LEDGER, config.box.state_dir, release.command())
    show("ledger", f"{opened.ledger.entries} entries, as of {opened.manifest.made_at}")
    _put_pictures(opened.folder / PICTURES, config.pictures_dir, stamp)
    if not system.is_running():
        show("units", "start with the system")
        return
    units.start()
    health.wait_for_ready(config, release.version, _READY_WITHIN_S)
    show("ready", f"{config.box.id} takes codes")


def _require_that_it_fits(opened: Opened, release: Release, places: InstallPaths) -> None:
    """Raises ConfigError or BadInput before anything is stopped or changed."""
    try:
        config = load(opened.folder / CONFIGURATION)
    except ConfigError as error:
        raise ConfigError(
            f"the configuration in the card backup does not fit boxd {release.version}:\n{error}\n"
            f"It was made by boxd {opened.manifest.boxd}: install that one, restore, then upgrade."
            " Nothing was stopped or changed"
        ) from error
    require_allowed(config, opened.manifest.files, places.root)


def _put_pictures(unpacked: Path, folder: Path, stamp: str) -> None:
    """Put the pictures of the prizes beside the ledger."""
    found = sorted(unpacked.iterdir()) if unpacked.is_dir() else []
    for picture in found:
        _put_for_box(picture.read_bytes(), folder / picture.name, stamp)
    if found:
        show("pictures", f"{len(found)} of prizes")


def _put_for_box(content: bytes, target: Path, stamp: str) -> None:
    """Put a secret in place for the box's user, as whoever owns the folder above it."""
    above = next(folder for folder in target.parents if folder.is_dir())

    def put() -> str:
        _put(content, target, stamp, system.user_id(), _ONLY_BOXD)
        return ""

    done_as_owner_of(above, put)


def _put(content: bytes, target: Path, stamp: str, user: int, mode: int) -> None:
    """Put a file in place, owned by that user and boxd's group; a file already there is kept."""
    if target.exists() and target.read_bytes() == content:
        return
    system.make_folder(target.parent, 0o700)
    aside = target.with_name(f".{target.name}.new")
    aside.unlink(missing_ok=True)
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _ONLY_BOXD)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        with suppress(PermissionError):  # a stick's file system has no owners
            os.chown(descriptor, user, system.group_id())
        os.fchmod(descriptor, mode)
        stream.flush()
        os.fsync(descriptor)
    if target.exists():
        target.rename(target.with_name(f"{target.name}.before-{stamp}"))
    aside.rename(target)
    flush(target.parent)


def _restore_ledger(copy: Path, state: Path, boxd: list[str]) -> None:
    """Use the ordinary restore, as the box's user, with its alarm and audit entry."""
    system.make_folder(state, 0o750)
    # Beside the unpacked card and not in the box's folder: nothing was planted there.
    with TemporaryDirectory(dir=copy.parent.parent, prefix="boxd-ledger-") as folder:
        given = Path(folder) / "from-card.db"
        copy.rename(given)
        for made, mode in ((Path(folder), 0o750), (given, 0o640)):
            os.chown(made, 0, system.group_id())
            made.chmod(mode)
        done = system.run_as_box([*boxd, "backup", "restore", str(given), "--yes"])
        if done.returncode != 0:
            raise BackupFailed(f"the ledger could not be restored: {done.stderr.strip()}")
