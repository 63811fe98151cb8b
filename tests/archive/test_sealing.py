"""What is sealed comes back whole with its passphrase, and is refused otherwise."""

from __future__ import annotations

from io import BytesIO

import pytest

from boxd.archive.encryption import Decryptor, Encryptor
from boxd.errors import BadInput

OPENED_BY = "correct horse battery"
MIB = 1024 * 1024


def sealed(content: bytes) -> bytes:
    target = BytesIO()
    sealing = Encryptor(target, OPENED_BY)
    sealing.write(content)
    sealing.finish()
    return target.getvalue()


def unsealed(file: bytes, passphrase: str = OPENED_BY) -> bytes:
    return Decryptor(BytesIO(file), passphrase).read(10 * MIB)


@pytest.mark.parametrize("size", [0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB])
def test_what_was_sealed_comes_back(size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    assert unsealed(sealed(content[:size])) == content[:size]


def test_the_content_stands_nowhere_in_the_file() -> None:
    assert b"the key of the box" not in sealed(b"the key of the box")


def test_another_passphrase_is_refused() -> None:
    with pytest.raises(BadInput, match="passphrase is another one"):
        unsealed(sealed(b"secret"), "another passphrase")


@pytest.mark.parametrize("lost", [1, 17, MIB, MIB + 16, 2 * MIB + 32])
def test_a_file_cut_short_is_refused(lost: int) -> None:
    whole = sealed(bytes(3 * MIB - 5))
    with pytest.raises(BadInput, match="damaged"):
        unsealed(whole[:-lost])


def test_a_changed_byte_is_refused() -> None:
    file = bytearray(sealed(bytes(2 * MIB)))
    file[-20] ^= 1
    with pytest.raises(BadInput, match="damaged"):
        unsealed(bytes(file))


def test_pieces_that_changed_places_are_refused() -> None:
    whole = sealed(bytes(MIB) + bytes([1]) * MIB + bytes([2]))
    head, piece = 28, MIB + 16
    first, second = whole[head : head + piece], whole[head + piece : head + 2 * piece]
    with pytest.raises(BadInput, match="damaged"):
        unsealed(whole[:head] + second + first + whole[head + 2 * piece :])


def test_a_passphrase_that_can_be_guessed_is_refused() -> None:
    with pytest.raises(BadInput, match="takes 12"):
        Encryptor(BytesIO(), "box-1")


def test_another_file_is_no_card_backup() -> None:
    with pytest.raises(BadInput, match="no card backup"):
        unsealed(b"SQLite format 3\0")
