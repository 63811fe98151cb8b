"""The two keys of the codes: one to recognise a typed code, one to show a code to its owner.

The ledger holds a keyed digest of each code (HMAC-SHA-256 under the claim key) and the encrypted
code (ChaCha20-Poly1305 under the reading key). The ledger's file is not enough to undo either.
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
    """Computes digests of codes and encrypts them; the keys are in memory only."""

    def __init__(self, claim_key: bytes, reading_key: bytes) -> None:
        self._claim_key = claim_key
        self._reading = ChaCha20Poly1305(reading_key)

    def digest(self, code: str) -> bytes:
        """The keyed digest by which the ledger recognises `code`; 32 bytes."""
        return hmac.digest(self._claim_key, code.encode("ascii"), hashlib.sha256)

    def seal(self, code: str) -> bytes:
        """The encrypted `code`, readable with the reading key only."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._reading.encrypt(nonce, code.encode("ascii"), None)

    def unseal(self, sealed: bytes) -> str:
        """The code in `sealed`. Raises KeysMissing if it was encrypted with another key."""
        try:
            plain = self._reading.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)
        except InvalidTag:
            raise KeysMissing(
                "this code was sealed with another reading key; put the reading key that was in"
                " use when it was issued back in its place (see docs/maintainers.md)"
            ) from None
        return plain.decode("ascii")


def load_keys(claim_file: Path, reading_file: Path, *, may_create: bool) -> CodeKeys:
    """Load the keys; make missing ones as long as the ledger holds no codes.

    Raises KeysMissing with the remedy if a file is missing (and codes exist) or can't be used.
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
