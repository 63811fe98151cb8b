"""Making a card backup: one encrypted file with all that a fresh card needs to become this box."""

from __future__ import annotations

import json
import os
import re
import tarfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path

from boxd import __version__
from boxd.archive.destinations import is_allowed, paths_in
from boxd.archive.encryption import Encryptor
from boxd.config import Config
from boxd.errors import BackupFailed, KeysMissing
from boxd.key_file import read_key
from boxd.ledger.replacing import flush

MANIFEST = "manifest.json"
LEDGER = "ledger.db"
CONFIGURATION = "boxd.toml"
PICTURES = "pictures"
PICTURE = re.compile(r"([0-9a-f]{64})\.jpg")
"""The name of a prize's picture, by the SHA-256 of its bytes."""
# A certificate has some KiB. A larger file is no secret and belongs to the system: its list of all
# authorities has 220 KiB.
LARGEST_FILE_BYTES = 64 * 1024


@dataclass(frozen=True)
class Manifest:
    """What a card backup contains; `files` maps the names in it to paths on the box."""

    box: str
    boxd: str
    made_at: str
    files: dict[str, str]


def make(
    config: Config,
    config_file: Path,
    ledger: Path,
    made_at: str,
    target: Path,
    passphrase: str,
    root: Path = Path("/"),
) -> None:
    """Write the card backup; the file gets its name only once it is complete and on the disk.

    `ledger` is a backup of the ledger, made at `made_at`; `root` differs from / only in tests.
    Raises KeysMissing for a key that can't
    be read, BackupFailed for a disk error.
    """
    files = {f"files/{number}": str(path) for number, path in enumerate(_files(config, root))}
    manifest = Manifest(config.box.id, __version__, made_at, files)
    aside = target.with_name(f".{target.name}.being-made")
    try:
        # Never through a link: the folder may be somebody else's, and root writes here.
        aside.unlink(missing_ok=True)
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            sealing = Encryptor(stream, passphrase)
            _gather(sealing, manifest, config_file, ledger, _pictures(config))
            sealing.finish()
        flush(aside)
        aside.replace(target)
        flush(target.parent)
    except OSError as error:
        raise BackupFailed(f"{target} could not be written ({error}); look at that disk") from error
    finally:
        aside.unlink(missing_ok=True)


def _gather(
    sealing: Encryptor,
    manifest: Manifest,
    config_file: Path,
    ledger: Path,
    pictures: Iterable[Path],
) -> None:
    # Follow the links: their targets do not exist on the fresh card.
    with tarfile.open(fileobj=sealing, mode="w|", dereference=True) as archive:
        told = json.dumps(asdict(manifest), indent=2).encode()
        entry = tarfile.TarInfo(MANIFEST)
        entry.size = len(told)
        archive.addfile(entry, BytesIO(told))
        archive.add(config_file, CONFIGURATION)
        archive.add(ledger, LEDGER)
        for name, path in manifest.files.items():
            archive.add(path, name)
        for picture in pictures:
            archive.add(picture, f"{PICTURES}/{picture.name}")


def _files(config: Config, root: Path) -> list[Path]:
    """The box's keys, and each small file that the configuration names and may be put back."""
    keys = [config.claim_key_file, config.reading_key_file]
    for key in keys:
        if not key.exists():
            raise KeysMissing(f"the key file {key} is absent; a card without it would be no box")
        read_key(key)
    keys += [key for key in (config.link_key_file, config.audit_key_file) if key.exists()]
    named = (path for path in paths_in(config) if path not in keys and _is_small_file(path))
    return [*keys, *(path for path in dict.fromkeys(named) if is_allowed(path, root))]


def _pictures(config: Config) -> list[Path]:
    """The pictures of the prizes."""
    if not config.pictures_dir.is_dir():
        return []
    found = (each for each in sorted(config.pictures_dir.iterdir()) if _is_small_file(each))
    return [each for each in found if PICTURE.fullmatch(each.name) and not each.is_symlink()]


def left_out(config: Config) -> list[Path]:
    """The small files that the configuration names, and that no card backup puts back."""
    named = (path for path in paths_in(config) if _is_small_file(path))
    return [path for path in dict.fromkeys(named) if not is_allowed(path)]


def _is_small_file(path: Path) -> bool:
    return path.is_file() and path.stat().st_size <= LARGEST_FILE_BYTES
