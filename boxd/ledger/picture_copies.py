"""Pictures of prizes beside the backups: each once, because none changes under its digest."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from boxd.ledger.replacing import flush

FOLDER = "pictures"
_NAME = re.compile(r"[0-9a-f]{64}\.jpg")


def copy_missing(source: Path, target: Path) -> int:
    """Copy to `target` the pictures of `source` that it lacks, each whole; returns how many."""
    lacking = [each for each in _pictures(source) if not (target / each.name).exists()]
    if lacking:
        target.mkdir(mode=0o750, exist_ok=True)
    for each in lacking:
        aside = target / f".{each.name}.being-made"
        aside.unlink(missing_ok=True)
        shutil.copyfile(each, aside, follow_symlinks=False)
        flush(aside)
        aside.replace(target / each.name)
    return len(lacking)


def _pictures(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    named = (each for each in sorted(folder.iterdir()) if _NAME.fullmatch(each.name))
    return [each for each in named if each.is_file() and not each.is_symlink()]
