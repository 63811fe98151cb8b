"""Files encrypted with a passphrase; any change or truncation is detected.

Scrypt derives the key from the passphrase; the pieces are those of boxd/sealed_pieces.py.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import BinaryIO

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from boxd.errors import BadInput
from boxd.sealed_pieces import PieceReader, PieceWriter

MAGIC = b"boxd card 2\n"
_MAGIC_BEFORE = b"boxd card 1\n"
SHORTEST_PASSPHRASE = 12
_SALT_BYTES = 16
# 128 MiB and a second on a Pi, as OWASP advises: each guess is as expensive. Backups of before
# took half of that.
_SCRYPT_N = {MAGIC: 2**17, _MAGIC_BEFORE: 2**16}
_SCRYPT_R = 8


class Encryptor(PieceWriter):
    """Encrypts what is written to it; the file is complete only after `finish`.

    Raises BadInput for a passphrase that is too short.
    """

    def __init__(self, target: BinaryIO, passphrase: str) -> None:
        if len(passphrase) < SHORTEST_PASSPHRASE:
            raise BadInput(
                f"the passphrase has {len(passphrase)} characters; it takes {SHORTEST_PASSPHRASE},"
                " since whoever guesses it has the box's keys"
            )
        salt = secrets.token_bytes(_SALT_BYTES)
        target.write(MAGIC + salt)
        super().__init__(target, _cipher(passphrase, salt, MAGIC), MAGIC)


class Decryptor(PieceReader):
    """Decrypts a file; trust its bytes only after reading to the end.

    Raises BadInput if it is no card backup, is not complete, or has another passphrase.
    """

    def __init__(self, source: BinaryIO, passphrase: str) -> None:
        magic = source.read(len(MAGIC))
        if magic not in _SCRYPT_N:
            raise BadInput("this is no card backup; `boxd backup create --card FILE` makes one")
        cipher = _cipher(passphrase, source.read(_SALT_BYTES), magic)
        wrong = "the passphrase is another one, or the file is damaged"
        super().__init__(source, cipher, magic, wrong)


def _cipher(passphrase: str, salt: bytes, magic: bytes) -> ChaCha20Poly1305:
    key = hashlib.scrypt(
        passphrase.encode(),
        salt=salt,
        n=_SCRYPT_N[magic],
        r=_SCRYPT_R,
        p=1,
        maxmem=2 * 128 * _SCRYPT_R * _SCRYPT_N[magic],
        dklen=32,
    )
    return ChaCha20Poly1305(key)
