"""Backups sealed to a public key: the box makes them, and can't open them again.

Each file has an X25519 key of its own, which is forgotten; with the recipient's it makes the
cipher (HKDF with SHA-256). The pieces are those of boxd/sealed_pieces.py. Who has the secret key
opens all.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from boxd.errors import BackupFailed, BadInput
from boxd.sealed_pieces import PieceReader, PieceWriter

SUFFIX = ".sealed"
PUBLIC_FORM = r"^boxd-backup-[0-9a-f]{64}$"
_SECRET = re.compile(r"boxd-backup-secret-([0-9a-f]{64})")
_MAGIC = b"boxd backup 1\n"
_KEY_BYTES = 32
_STEP = 1024 * 1024


@dataclass(frozen=True)
class BackupKeys:
    """A pair of keys in text: the secret opens what was sealed to the public one."""

    secret: str
    public: str


def new_keys() -> BackupKeys:
    """A new pair; the secret one does not belong on the box."""
    seed = secrets.token_bytes(_KEY_BYTES)
    public = X25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    return BackupKeys(f"boxd-backup-secret-{seed.hex()}", f"boxd-backup-{public.hex()}")


def seal(plain: Path, sealed: Path, public: str) -> None:
    """Write `plain` to `sealed` for the owner of the public key, flushed and read back."""
    recipient = bytes.fromhex(public.removeprefix("boxd-backup-"))
    own = X25519PrivateKey.generate()
    own_public = own.public_key().public_bytes_raw()
    shared = own.exchange(X25519PublicKey.from_public_bytes(recipient))
    cipher = _cipher(shared, own_public, recipient)
    with plain.open("rb") as source, sealed.open("wb") as target:
        target.write(_MAGIC + own_public)
        writer = PieceWriter(target, cipher, _MAGIC)
        while piece := source.read(_STEP):
            writer.write(piece)
        writer.finish()
        target.flush()
        os.fsync(target.fileno())
    with plain.open("rb") as source, sealed.open("rb") as written:
        written.seek(len(_MAGIC) + _KEY_BYTES)
        reader = PieceReader(written, cipher, _MAGIC, "the file is damaged")
        if _digest(source) != _digest(reader):
            raise BackupFailed(f"{sealed} is not what was sealed; the disk may be failing: dmesg")


def open_sealed(sealed: Path, target: BinaryIO, secret: str) -> None:
    """Decrypt a sealed backup. Raises BadInput for a file that is none, or another's."""
    form = _SECRET.fullmatch(secret.strip())
    if form is None:
        raise BadInput(
            "the key file holds no key of backups; `boxd backup new-key FILE` makes such a file"
        )
    own = X25519PrivateKey.from_private_bytes(bytes.fromhex(form[1]))
    with sealed.open("rb") as source:
        if source.read(len(_MAGIC)) != _MAGIC:
            raise BadInput(f"{sealed} is no sealed backup; its name would end in {SUFFIX}")
        theirs = source.read(_KEY_BYTES)
        if len(theirs) < _KEY_BYTES:
            raise BadInput(f"{sealed} is cut short; take another copy")
        shared = own.exchange(X25519PublicKey.from_public_bytes(theirs))
        cipher = _cipher(shared, theirs, own.public_key().public_bytes_raw())
        wrong = f"{sealed} was sealed to another key, or is damaged"
        reader = PieceReader(source, cipher, _MAGIC, wrong)
        while piece := reader.read(_STEP):
            target.write(piece)


def _cipher(shared: bytes, sender: bytes, recipient: bytes) -> ChaCha20Poly1305:
    derivation = HKDF(SHA256(), _KEY_BYTES, salt=sender + recipient, info=_MAGIC)
    return ChaCha20Poly1305(derivation.derive(shared))


def _digest(source: BinaryIO | PieceReader) -> bytes:
    digest = hashlib.sha256()
    while piece := source.read(_STEP):
        digest.update(piece)
    return digest.digest()
