"""A stream in encrypted pieces of 1 MiB; none can be changed, left out, or moved.

Each is encrypted with ChaCha20-Poly1305; the nonce counts them and marks the last. Every file has
a cipher of its own, so no nonce is used twice.
"""

from __future__ import annotations

import io
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from typing_extensions import Buffer

from boxd.errors import BadInput

_PIECE_BYTES = 1024 * 1024
_TAG_BYTES = 16


class PieceWriter(io.RawIOBase):
    """Encrypts what is written to it; the file is complete only after `finish`.

    `magic` is what the file begins with, and bound to each piece.
    """

    def __init__(self, target: BinaryIO, cipher: ChaCha20Poly1305, magic: bytes) -> None:
        super().__init__()
        self._target = target
        self._cipher = cipher
        self._magic = magic
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
        nonce = _nonce(self._number, is_last)
        self._target.write(self._cipher.encrypt(nonce, piece, self._magic))
        self._number += 1


class PieceReader(io.RawIOBase):
    """Decrypts a stream of pieces; trust its bytes only after reading to the end.

    Raises BadInput: with `wrong_key` if the first piece can't be decrypted.
    """

    def __init__(
        self, source: BinaryIO, cipher: ChaCha20Poly1305, magic: bytes, wrong_key: str
    ) -> None:
        super().__init__()
        self._source = source
        self._cipher = cipher
        self._magic = magic
        self._wrong_key = wrong_key
        self._following = source.read(_PIECE_BYTES + _TAG_BYTES)
        self._number = 0
        self._ready = b""
        self._is_over = False

    def read(self, size: int = -1) -> bytes:
        """The next bytes; fewer than `size` only at the end, as tarfile requires."""
        while not self._is_over and (size < 0 or len(self._ready) < size):
            self._ready += self._unseal()
        end = len(self._ready) if size < 0 else size
        given, self._ready = self._ready[:end], self._ready[end:]
        return given

    def _unseal(self) -> bytes:
        piece, self._following = self._following, self._source.read(_PIECE_BYTES + _TAG_BYTES)
        self._is_over = not self._following
        nonce = _nonce(self._number, self._is_over)
        try:
            plain = self._cipher.decrypt(nonce, piece, self._magic)
        except InvalidTag:
            damaged = "the file is damaged or cut short; take another copy"
            raise BadInput(damaged if self._number else self._wrong_key) from None
        self._number += 1
        return plain


def _nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])
