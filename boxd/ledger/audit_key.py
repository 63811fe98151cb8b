"""The key that signs heads of the audit trail, so that a head shows which box it is from."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from boxd.errors import BadInput
from boxd.key_file import make_key, read_key
from boxd.ledger.audit_heads import Head

_PURPOSE = b"boxd audit head\0"


class AuditKey:
    """Signs heads of one box; the same head gets the same signature."""

    def __init__(self, seed: bytes, box: str) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self._box = box

    @property
    def public(self) -> str:
        """What others need to check signatures, in hex."""
        return self._key.public_key().public_bytes_raw().hex()

    def signed(self, head: Head) -> Head:
        """The head with this box's signature."""
        signature = self._key.sign(_said(head, self._box))
        return replace(head, signature=urlsafe_b64encode(signature).decode("ascii").rstrip("="))


def load_audit_key(file: Path, box: str) -> AuditKey:
    """The key in `file`, which is made if it does not exist. Raises KeysMissing."""
    if not file.exists():
        make_key(file)
    return AuditKey(read_key(file), box)


def is_signed(head: Head, public: str, box: str) -> bool:
    """Whether the head's signature is by this key. Raises BadInput for no key."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
    except ValueError:
        raise BadInput(f"'{public[:40]}' is no public key: it has 64 hex digits") from None
    try:
        signature = urlsafe_b64decode(head.signature + "=" * (-len(head.signature) % 4))
        key.verify(signature, _said(head, box))
    except (InvalidSignature, binascii.Error):
        return False
    return True


def _said(head: Head, box: str) -> bytes:
    return _PURPOSE + f"{box}\n{head.bare}".encode()
