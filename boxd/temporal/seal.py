"""The box's seal: authenticated encryption of everything that goes through Temporal.

The server keeps all that it is given, in its file and in its pages, and takes orders from anyone
who reaches its port. Only the holder of the key can read a sealed message, or make a valid one.
"""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from boxd.key_file import make_key, read_key

# A Pi 4 has no AES instructions, and ChaCha20 is three times as fast there. A box seals far fewer
# than 2**32 messages, so that nonces can be random.
_NONCE_BYTES = 12


class Seal:
    """Seals bytes for one purpose and opens them for the same; the key is in memory only."""

    def __init__(self, key: bytes) -> None:
        self._cipher = ChaCha20Poly1305(key)
        self.name = hashlib.sha256(b"boxd sealing key" + key).hexdigest()[:16]

    def __repr__(self) -> str:
        """Show which key it is, never the key."""
        return f"Seal({self.name})"

    def close(self, plain: bytes, purpose: bytes) -> bytes:
        """`plain`, sealed for this purpose."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, purpose)

    def open(self, sealed: bytes, purpose: bytes) -> bytes | None:
        """The content; None if this key did not seal it, or for another purpose."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], purpose)
        except (InvalidTag, ValueError):
            return None


def load_seal(file: Path) -> Seal:
    """The seal with the key in the file; a missing key is made.

    A new key fits nothing that Temporal holds; `boxd.workflows.unreadable` ends that, and the
    ledger starts again what was open. Raises KeysMissing for a file that can't be used.
    """
    if not file.exists():
        make_key(file)
    return existing_seal(file)


def existing_seal(file: Path) -> Seal:
    """The seal with the key in the file. Raises KeysMissing for a file that can't be used."""
    return Seal(read_key(file))
