"""The seal itself: what it opens, what it does not, its key in a file, and the codec around it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.converter import SerializationContext, WorkflowSerializationContext

from boxd.errors import KeysMissing
from boxd.key_file import make_key
from boxd.temporal.payload_codec import (
    ENCODING,
    PLACE,
    REFUSED,
    SEALED,
    SealingCodec,
    is_refused,
    opened,
    purpose_of,
    refused,
)
from boxd.temporal.seal import Seal, existing_seal, load_seal

KEY = b"1" * 32
SEAL, OTHER = Seal(KEY), Seal(b"2" * 32)
NONCE_BYTES, TAG_BYTES = 12, 16
PLAIN = b"the digits of a code"
TEXT = Payload(metadata={ENCODING: b"json/plain"}, data=b'"text"')


def flipped(sealed: bytes, bit: int) -> bytes:
    changed = bytearray(sealed)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


@pytest.mark.parametrize("plain", [b"", b"x", PLAIN, bytes(100_000)], ids=len)
def test_what_was_sealed_is_opened_for_its_purpose_alone(plain: bytes) -> None:
    sealed = SEAL.close(plain, b"task-1")
    assert SEAL.open(sealed, b"task-1") == plain
    assert Seal(KEY).open(sealed, b"task-1") == plain, "after a restart"
    for purpose in (b"", b"task-2", b"task-1 ", b"task-"):
        assert SEAL.open(sealed, purpose) is None
    assert OTHER.open(sealed, b"task-1") is None


def test_no_sealed_text_is_made_twice() -> None:
    """Two texts under one nonce give both away."""
    sealed = [SEAL.close(PLAIN, b"p") for _ in range(200)]
    assert len({each[:NONCE_BYTES] for each in sealed}) == len(sealed)
    assert len(sealed[0]) == NONCE_BYTES + len(PLAIN) + TAG_BYTES
    assert not [each for each in sealed if PLAIN in each]


def test_every_turned_bit_is_seen() -> None:
    sealed = SEAL.close(PLAIN, b"p")
    turned = range(len(sealed) * 8)
    assert [bit for bit in turned if SEAL.open(flipped(sealed, bit), b"p") is not None] == []


def test_what_is_cut_or_longer_is_not_opened_and_is_no_error() -> None:
    sealed = SEAL.close(PLAIN, b"p")
    cut = [sealed[:length] for length in range(len(sealed))]
    tails = [sealed[start:] for start in range(1, len(sealed))]
    longer = [sealed + b"\0", b"\0" + sealed, sealed + sealed]
    assert [each for each in (*cut, *tails, *longer) if SEAL.open(each, b"p") is not None] == []


def test_a_nonce_belongs_to_its_text() -> None:
    one, two = SEAL.close(b"one prize", b"p"), SEAL.close(b"two prize", b"p")
    for nonce, text in ((one, two), (two, one)):
        assert SEAL.open(nonce[:NONCE_BYTES] + text[NONCE_BYTES:], b"p") is None


def test_a_key_has_a_name_that_does_not_tell_it() -> None:
    assert SEAL.name == Seal(KEY).name != OTHER.name
    assert len(SEAL.name) == 16
    assert SEAL.name not in KEY.hex()
    assert repr(SEAL) == f"Seal({SEAL.name})"


# The key in its file


def test_a_missing_key_is_made_once_and_is_for_this_user_alone(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "sealing.key"
    sealed = load_seal(file).close(PLAIN, b"p")
    assert file.stat().st_mode & 0o777 == 0o600
    assert load_seal(file).open(sealed, b"p") == PLAIN
    assert existing_seal(file).open(sealed, b"p") == PLAIN


def test_a_key_that_has_to_be_there_is_not_made(tmp_path: Path) -> None:
    file = tmp_path / "sealing.key"
    with pytest.raises(KeysMissing, match=r"sealing\.key"):
        existing_seal(file)
    assert not file.exists()


@pytest.mark.parametrize(
    ("text", "mode", "why"),
    [
        ("11" * 31, 0o600, "holds 31 bytes instead of 32"),
        ("11" * 33, 0o600, "holds 33 bytes instead of 32"),
        ("", 0o600, "holds 0 bytes instead of 32"),
        ("11" * 31 + "1", 0o600, "can't be read"),
        ("xy" * 32, 0o600, "can't be read"),
        ("11" * 32, 0o644, "644"),
    ],
    ids=["short", "long", "empty", "half a byte", "no digits", "open to others"],
)
@pytest.mark.parametrize("load", [load_seal, existing_seal])
def test_a_key_that_can_not_be_used_is_said_and_kept(
    tmp_path: Path, load: Callable[[Path], Seal], text: str, mode: int, why: str
) -> None:
    file = tmp_path / "sealing.key"
    file.write_text(text, encoding="ascii")
    file.chmod(mode)
    with pytest.raises(KeysMissing, match=why):
        load(file)
    assert file.read_text(encoding="ascii") == text, "nobody writes over a key"


def test_under_a_new_key_nothing_of_the_old_one_counts(tmp_path: Path) -> None:
    file = tmp_path / "sealing.key"
    old = load_seal(file)
    before = old.close(PLAIN, b"p")
    make_key(file)
    new = load_seal(file)
    assert new.name != old.name
    assert new.open(before, b"p") is None
    assert old.open(new.close(PLAIN, b"p"), b"p") is None


# The codec


def codec(workflow: str = "task-1", namespace: str = "default", seal: Seal = SEAL) -> SealingCodec:
    return SealingCodec(seal).with_context(WorkflowSerializationContext(namespace, workflow))


async def sealed_text() -> Payload:
    [payload] = await codec().encode([TEXT])
    return payload


async def test_payloads_come_back_in_their_order() -> None:
    sent = [Payload(metadata={ENCODING: b"x"}, data=bytes([number])) for number in range(5)]
    sealed = await codec().encode(sent)
    assert {each.metadata[ENCODING] for each in sealed} == {SEALED}
    assert {each.metadata[PLACE] for each in sealed} == {b"w task-1"}
    assert await codec().decode(sealed) == sent


async def test_one_refused_payload_does_not_take_its_neighbours_along() -> None:
    sealed = await codec().encode([TEXT, TEXT, TEXT])
    sealed[1].data = flipped(sealed[1].data, 7)
    first, second, third = await codec().decode(sealed)
    assert (first, third) == (TEXT, TEXT)
    assert is_refused(second)
    assert second == refused() == Payload(metadata={ENCODING: REFUSED})
    assert not is_refused(TEXT)


@pytest.mark.parametrize(
    "encoding", [b"binary/sealed2", b"binary/seale", b"binary/encrypted", b"json/plain", b""]
)
async def test_a_seal_of_another_version_is_refused(encoding: bytes) -> None:
    payload = await sealed_text()
    payload.metadata[ENCODING] = encoding
    assert await codec().decode([payload]) == [refused()]


@pytest.mark.parametrize("lacking", [ENCODING, PLACE])
async def test_a_payload_that_lacks_its_heading_is_refused_and_not_changed(lacking: str) -> None:
    payload = await sealed_text()
    del payload.metadata[lacking]
    before = payload.SerializeToString(deterministic=True)
    assert await codec().decode([payload]) == [refused()]
    assert payload.SerializeToString(deterministic=True) == before


async def test_a_codec_without_a_place_seals_nothing_and_opens_nothing() -> None:
    nowhere = codec().with_context(SerializationContext())
    with pytest.raises(ValueError, match="belongs to no workflow"):
        await nowhere.encode([TEXT])
    assert await nowhere.decode([await sealed_text()]) == [refused()]


async def test_what_is_shown_to_people_is_opened_by_its_heading_in_its_namespace() -> None:
    payload = await sealed_text()
    assert opened(SEAL, payload, "default") == TEXT
    assert opened(SEAL, payload, "booth") is None
    assert opened(OTHER, payload, "default") is None
    payload.metadata[PLACE] = b"w task-2"
    assert opened(SEAL, payload, "default") is None


def test_what_is_sealed_and_yet_no_payload_is_not_opened() -> None:
    purpose = purpose_of("default", b"w task-1")
    nonsense = Payload(
        metadata={ENCODING: SEALED, PLACE: b"w task-1"}, data=SEAL.close(b"\xff\xff", purpose)
    )
    assert opened(SEAL, nonsense, "default") is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("ab", b"c"), ("a", b"bc")),
        (("a b", b"c"), ("a", b"b c")),
        (("", b"a b"), ("a", b"b")),
        (("a", b"b"), ("a", b"B")),
        (("1 a", b"b"), ("1", b"a b")),
    ],
)
def test_no_two_places_have_one_purpose(one: tuple[str, bytes], other: tuple[str, bytes]) -> None:
    assert purpose_of(*one) != purpose_of(*other)
