"""New keys for a box whose card somebody else may have: the old ones are set aside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from boxd.key_file import make_key


def replace_keys(files: Sequence[Path], made: Sequence[Path], at: datetime) -> Path:
    """Set these files aside and make new ones of `made`; boxd makes the others when it starts.

    Returns the folder of the old ones. If it was cut in the middle, it can be called again.
    """
    name = f"old-{at:%Y%m%dT%H%M%S}"
    for file in files:
        if file.exists():
            aside = file.parent / name  # beside each: a key may be on a stick of its own
            aside.mkdir(mode=0o700, exist_ok=True)
            file.rename(aside / file.name)
    for file in made:
        make_key(file)
    return files[0].parent / name
