"""The content coding of an answer: gzip is unpacked, although the identity was asked for."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

_GZIP = {"gzip", "x-gzip"}
_WITH_GZIP_HEADER = 16 + zlib.MAX_WBITS


class Unpackable(Exception):
    """The body does not unpack, or into too much; the message says which."""


def unpacked(headers: Mapping[str, str], body: bytes, most: int) -> tuple[dict[str, str], bytes]:
    """Headers and body without gzip; another coding stays, and its header with it.

    Raises Unpackable for a body that breaks off, is damaged, or is longer than `most` bytes.
    """
    coding = headers.get("content-encoding", "").strip().lower()
    plain = {name: value for name, value in headers.items() if name != "content-encoding"}
    if coding in {"", "identity"}:
        return plain, body
    if coding not in _GZIP:
        return dict(headers), body
    return plain, _gunzipped(body, most)


def _gunzipped(body: bytes, most: int) -> bytes:
    whole = b""
    while body:  # gzip is a sequence of members
        member = zlib.decompressobj(_WITH_GZIP_HEADER)
        try:
            whole += member.decompress(body, most + 1 - len(whole))
        except zlib.error as error:
            raise Unpackable(f"its gzip is damaged ({error})") from error
        if len(whole) > most:
            raise Unpackable(f"its answer unpacks to more than {most} bytes")
        if not member.eof:
            raise Unpackable("its gzip breaks off")
        body = member.unused_data
    return whole
