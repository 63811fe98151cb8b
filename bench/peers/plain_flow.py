"""The floor: nothing but SQLite, one commit before each byte. `python -m ... FOLDER`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from bench.peers.flow import Facts, Peer, serve


class Plain(Peer):
    """No engine: whoever asks carries it out."""

    def __init__(self, folder: Path) -> None:
        self._facts = Facts(folder / "facts.db")
        self._lamp = self._unlock = 0.0

    def begin(self, redemption: str) -> None:
        """Claim, then light the lamp."""
        self._facts.claim(redemption)
        self._lamp = time.monotonic()

    def answer(self, redemption: str, kind: str) -> None:
        """Order, open; or complete."""
        if kind == "completed":
            self._facts.complete(redemption)
            return
        self._facts.order(redemption)
        self._unlock = time.monotonic()
        self._facts.opened(redemption)

    def lamp_at(self) -> float:
        """When the newest verdict was there."""
        return self._lamp

    def unlock_at(self) -> float:
        """When the newest unlock went out."""
        return self._unlock


if __name__ == "__main__":
    serve(Plain(Path(sys.argv[1])))
