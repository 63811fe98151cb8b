"""Bodies in gzip, whole and not."""

from __future__ import annotations

import gzip

import pytest

from boxd.upstream.content_coding import Unpackable, unpacked

GZIP = {"content-encoding": "GZIP", "content-type": "application/json"}
BODY = b'{"received": []}'


def _gzip(content: bytes) -> bytes:
    """Without the time: the cases of a test have the same names in every worker."""
    return gzip.compress(content, mtime=0)


@pytest.mark.parametrize("packed", [_gzip(BODY), _gzip(BODY[:5]) + _gzip(BODY[5:])])
def test_gzip_is_unpacked_and_its_header_gone(packed: bytes) -> None:
    assert unpacked(GZIP, packed, 100) == ({"content-type": "application/json"}, BODY)


def test_the_identity_stays_as_it_is() -> None:
    assert unpacked({"content-encoding": "identity"}, BODY, 100) == ({}, BODY)


def test_an_unknown_coding_is_left_to_the_reader() -> None:
    assert unpacked({"content-encoding": "br"}, BODY, 100) == ({"content-encoding": "br"}, BODY)


@pytest.mark.parametrize(
    ("packed", "why"),
    [
        (_gzip(BODY)[:-3], "breaks off"),
        (BODY, "damaged"),
        (_gzip(b" " * 5_000_000), "more than 100 bytes"),
        (_gzip(b" " * 60) * 2, "more than 100 bytes"),
    ],
)
def test_what_does_not_unpack_is_no_answer(packed: bytes, why: str) -> None:
    with pytest.raises(Unpackable, match=why):
        unpacked(GZIP, packed, 100)
