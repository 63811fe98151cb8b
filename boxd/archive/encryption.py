"""Files encrypted with a passphrase; any change or truncation is detected.

Scrypt derives the key from the passphrase. Pieces of 1 MiB are encrypted with ChaCha20-Poly1305;
the nonce counts them and marks the last, so none can be changed, left out, or moved.
"""

from __future__ import annotations

import hashlib
import io
import secrets
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from typing_extensions import Buffer

from boxd.errors import BadInput

MAGIC = b"boxd card 2\n"
_MAGIC_BEFORE = b"boxd card 1\n"
SHORTEST_PASSPHRASE = 12
_PIECE_BYTES = 1024 * 1024
_TAG_BYTES = 16
_SALT_BYTES = 16
# 128 MiB and a second on a Pi, as OWASP advises: each guess is as expensive. Backups of before
# took half of that.
_SCRYPT_N = {MAGIC: 2**17, _MAGIC_BEFORE: 2**16}
_SCRYPT_R = 8


class Encryptor(io.RawIOBase):
    """Encrypts what is written to it; the file is complete only after `finish`.

    Raises BadInput for a passphrase that is too short.
    """

    def __init__(self, target: BinaryIO, passphrase: str) -> None:
        super().__init__()
        if len(passphrase) < SHORTEST_PASSPHRASE:
            raise BadInput(
                f"the passphrase has {len(passphrase)} characters; it takes {SHORTEST_PASSPHRASE},"
                " since whoever guesses it has the box's keys"
            )
        salt = secrets.token_bytes(_SALT_BYTES)
        target.write(MAGIC + salt)
        self._target = target
        self._cipher = _cipher(passphrase, salt, MAGIC)
        self._number = 0
        self._pending = bytearray()

    def write(self, data: Buffer) -> int:
        """Take more bytes; returns how many, which is always all of them."""
        self._pending += data
        while len(self._pending) > _PIECE_BYTES:
            self._seal(_PIECE_BYTES, is_last=False)
        return memoryview(data).nbytes

    def finish(self) -> None:
        """Encrypt the last piece."""
        self._seal(len(self._pending), is_last=True)

    def _seal(self, size: int, *, is_last: bool) -> None:
        piece = bytes(self._pending[:size])
        del self._pending[:size]
        self._target.write(self._cipher.encrypt(_nonce(self._number, is_last), piece, MAGIC))
        self._number += 1


class Decryptor(io.RawIOBase):
    """Decrypts a file; trust its bytes only after reading to the end.

    Raises BadInput if it is no card backup, is not complete, or has another passphrase.
    """

    def __init__(self, source: BinaryIO, passphrase: str) -> None:
        super().__init__()
        self._magic = source.read(len(MAGIC))
        if self._magic not in _SCRYPT_N:
            raise BadInput("this is no card backup; `boxd backup create --card FILE` makes one")
        self._source = source
        self._cipher = _cipher(passphrase, source.read(_SALT_BYTES), self._magic)
        self._following = source.read(_PIECE_BYTES + _TAG_BYTES)
        self._number = 0
        self._ready = b""
        self._is_over = False

    def read(self, size: int = -1) -> bytes:
        """The next bytes; fewer than `size` only at the end, as tarfile requires."""
        while not self._is_over and len(self._ready) < size:
            self._ready += self._unseal()
        given, self._ready = self._ready[:size], self._ready[size:]
        return given

    def _unseal(self) -> bytes:
        piece, self._following = self._following, self._source.read(_PIECE_BYTES + _TAG_BYTES)
        self._is_over = not self._following
        try:
            plain = self._cipher.decrypt(_nonce(self._number, self._is_over), piece, self._magic)
        except InvalidTag:
            raise BadInput(
                "the file is damaged or cut short; take another copy"
                if self._number
                else "the passphrase is another one, or the file is damaged"
            ) from None
        self._number += 1
        return plain


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


def _nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])
