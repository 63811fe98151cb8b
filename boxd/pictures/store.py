"""The small pictures in a folder beside the ledger, each by the digest of its bytes."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
from pathlib import Path

from boxd.confined import run_confined
from boxd.errors import BadInput, NotFound, Refused
from boxd.pictures import square
from boxd.words import N_

MOST_BYTES = 40_000_000  # a thousand pictures
_DIGEST = re.compile(r"[0-9a-f]{64}")


class PictureStore:
    """Keeps pictures, as many as have room."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, raw: bytes) -> str:
        """Make a photo small, and keep it; returns its digest.

        Raises BadInput for what is no photo, Refused if the folder is full.
        """
        if len(raw) > square.LARGEST_BYTES:
            largest_mb = square.LARGEST_BYTES // 1_000_000
            text = N_("the picture is larger than {size} MB: make it smaller")
            raise BadInput(text.format(size=largest_mb))
        small = await run_confined(square.WORK, raw)
        return await asyncio.to_thread(self._write, small)

    def read(self, digest: str) -> bytes:
        """The picture. Raises NotFound."""
        if not _DIGEST.fullmatch(digest):
            raise NotFound("there is no such picture")
        try:
            return self._file(digest).read_bytes()
        except OSError:
            raise NotFound("there is no such picture") from None

    def _write(self, small: bytes) -> str:
        digest = hashlib.sha256(small).hexdigest()
        self._folder.mkdir(exist_ok=True)
        used = sum(each.stat().st_size for each in self._folder.iterdir())
        if used + len(small) > MOST_BYTES:
            text = N_("the pictures fill {size} MB; remove some first")
            raise Refused(text.format(size=MOST_BYTES // 1_000_000))
        beside = self._folder / f".{digest}.{os.getpid()}"
        beside.write_bytes(small)
        beside.replace(self._file(digest))
        return digest

    def _file(self, digest: str) -> Path:
        return self._folder / f"{digest}.jpg"
