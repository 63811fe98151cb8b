"""The two keys of the codes: one to recognise a typed code, one to show a code to its owner.

The ledger holds a keyed digest of each code (HMAC-SHA-256 under the claim key) and the code sealed
(ChaCha20-Poly1305 under the reading key). Neither can be undone from the ledger's file alone.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from boxd.errors import KeysMissing
from boxd.key_file import make_key, read_key

_NONCE_BYTES = 12


class CodeKeys:
    """Digests and seals codes; holds the keys in memory only."""

    def __init__(self, claim_key: bytes, reading_key: bytes) -> None:
        self._claim_key = claim_key
        self._reading = ChaCha20Poly1305(reading_key)

    def digest(self, code: str) -> bytes:
        """The keyed digest by which the ledger recognises `code`; 32 bytes."""
        return hmac.digest(self._claim_key, code.encode("ascii"), hashlib.sha256)

    def seal(self, code: str) -> bytes:
        """`code`, readable only with the reading key."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._reading.encrypt(nonce, code.encode("ascii"), None)

    def unseal(self, sealed: bytes) -> str:
        """The code in `sealed`. Raises KeysMissing when another key sealed it."""
        try:
            plain = self._reading.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)
        except InvalidTag:
            raise KeysMissing(
                "this code was sealed with another reading key; put the reading key that was in"
                " use when it was issued back in its place (see docs/maintainers.md)"
            ) from None
        return plain.decode("ascii")


def load_keys(claim_file: Path, reading_file: Path, *, may_create: bool) -> CodeKeys:
    """The keys from their files; made when absent and the ledger holds no codes yet.

    Raises KeysMissing with the remedy when a file is absent (and codes exist) or unusable.
    """
    return CodeKeys(_key(claim_file, may_create), _key(reading_file, may_create))


def _key(file: Path, may_create: bool) -> bytes:
    if not file.exists() and may_create:
        make_key(file)
    if not file.exists():
        raise KeysMissing(
            f"the key file {file} is absent, but the ledger holds codes made with it:"
            " put it back from your copy (no new one is made, it would fit no code)"
        )
    return read_key(file)
