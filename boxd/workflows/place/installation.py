"""What tells this installation from a copy of it."""

from __future__ import annotations

import hashlib
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

from boxd.key_file import write_whole

# A Raspberry Pi has its serial number here; a copied card meets another one.
_SERIAL = Path("/proc/device-tree/serial-number")
_BYTES = 16
_SHOWN = 6


@dataclass(frozen=True)
class Installation:
    """`id` is another one on each machine and for each copy of the file; `name` is for people."""

    id: str
    name: str

    def __str__(self) -> str:
        """What the service shows of it: first the id, then the name."""
        return f"{self.id} {self.name}"


def load_installation(file: Path, serial: Path = _SERIAL) -> Installation:
    """The installation whose own number is in `file`, which is made if it is missing.

    Machine and inode count too: the file alone comes along when a card or a folder is copied.
    """
    if not file.exists():
        write_whole(file, secrets.token_hex(_BYTES) + "\n")
    own = f"{file.read_text(encoding='ascii')}{file.stat().st_ino} {_text(serial)}"
    digest = hashlib.sha256(own.encode()).hexdigest()[: 2 * _BYTES]
    return Installation(digest, f"{socket.gethostname()} ({digest[:_SHOWN]}, {file.parent})")


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii", errors="replace").strip("\0\n")
    except OSError:  # no Raspberry Pi
        return ""
