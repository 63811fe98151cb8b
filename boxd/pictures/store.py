"""Small pictures in a folder beside the ledger, each by the digest of its bytes."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
from collections.abc import Awaitable, Callable, Collection
from pathlib import Path

from boxd.confined import ConfinedWork, run_confined
from boxd.errors import BadInput, NotFound, Refused
from boxd.pictures import square
from boxd.pictures.upright import LARGEST_BYTES
from boxd.words import N_

MOST_BYTES = 40_000_000  # a thousand pictures
_DIGEST = re.compile(r"[0-9a-f]{64}")
_SUFFIX = ".jpg"


class PictureStore:
    """Keeps pictures, as many as have room; `work` makes them small."""

    def __init__(
        self, folder: Path, work: ConfinedWork = square.WORK, most_bytes: int = MOST_BYTES
    ) -> None:
        self._folder = folder
        self._work = work
        self._most_bytes = most_bytes

    async def keep(self, raw: bytes) -> str:
        """Make a photo small, and keep it; returns its digest.

        Raises BadInput for what is no photo, Refused if the folder is full.
        """
        small = await self.made_small(raw)
        await asyncio.to_thread(self.write, small)
        return digest_of(small)

    async def made_small(self, raw: bytes) -> bytes:
        """The photo made small. Raises BadInput for what is none."""
        if len(raw) > LARGEST_BYTES:
            text = N_("the picture is larger than {size} MB: make it smaller")
            raise BadInput(text.format(size=LARGEST_BYTES // 1_000_000))
        return await run_confined(self._work, raw)

    def read(self, digest: str) -> bytes:
        """The picture. Raises NotFound."""
        if not _DIGEST.fullmatch(digest):
            raise NotFound("there is no such picture")
        try:
            return self._file(digest).read_bytes()
        except OSError:
            raise NotFound("there is no such picture") from None

    def write(self, small: bytes) -> None:
        """Keep what was made small. Raises Refused if the folder is full."""
        digest = digest_of(small)
        self._folder.mkdir(mode=0o750, exist_ok=True)
        used = sum(each.stat().st_size for each in self._folder.iterdir())
        if used + len(small) > self._most_bytes:
            text = N_("the pictures fill {size} MB; remove some first")
            raise Refused(text.format(size=self._most_bytes // 1_000_000))
        beside = self._folder / f".{digest}.{os.getpid()}"
        beside.write_bytes(small)
        beside.replace(self._file(digest))

    async def sweep(self, wanted: Callable[[], Awaitable[Collection[str]]]) -> int:
        """Remove all pictures but those with a wanted digest; returns how many were.

        The folder is read before `wanted` is asked: what comes meanwhile stays.
        """
        there = await asyncio.to_thread(self._files)
        keep = await wanted()
        gone = [each for each in there if each.stem not in keep]
        for each in gone:
            await asyncio.to_thread(each.unlink, missing_ok=True)
        return len(gone)

    def _files(self) -> list[Path]:
        return list(self._folder.glob(f"*{_SUFFIX}")) if self._folder.is_dir() else []

    def _file(self, digest: str) -> Path:
        return self._folder / f"{digest}{_SUFFIX}"


def digest_of(small: bytes) -> str:
    """The name of a picture: the digest of its bytes."""
    return hashlib.sha256(small).hexdigest()
