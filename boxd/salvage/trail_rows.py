"""Rows of the audit trail, read from a damaged file's bytes: each proves itself by its hash.

SQLite is not asked, because it gives up at the first page that is wrong. Pages of the file and of
its log are read one by one, as https://www.sqlite.org/fileformat2.html describes them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from boxd.ledger.audit import Detail, row_hash

_TABLE_LEAF = 0x0D
_LEAF_HEADER_BYTES = 8
_LOG_HEADER_BYTES, _FRAME_HEADER_BYTES = 32, 24
_COLUMNS = 13
_LONGEST_VARINT = 9
# Bytes of a whole number by its serial type; types 8 and 9 are the numbers 0 and 1 themselves.
_INTEGER_BYTES = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
_ZERO, _FIRST_BLOB = 8, 12

Value = str | int | bytes | None


@dataclass(frozen=True)
class TrailRow:
    """One row of the audit trail, whose hash fits; `detail_text` is the column as it is written."""

    seq: int
    at: str
    actor: str
    action: str
    cause: str
    redemption: str | None
    bay: str | None
    locker: int | None
    code: int | None
    sku: str | None
    detail_text: str
    previous: bytes
    hash: bytes

    @property
    def detail(self) -> Detail:
        """What the row says besides its columns."""
        found: Detail = json.loads(self.detail_text)
        return found

    @property
    def values(self) -> tuple[Value, ...]:
        """Its columns, in the order of the table."""
        return tuple(vars(self).values())


@dataclass(frozen=True)
class _Pages:
    """The pages of a ledger's file, and the versions of pages that its log has."""

    size: int
    file: list[bytes]
    log: list[tuple[int, bytes]]

    def all(self) -> Iterator[bytes]:
        """Every version of every page."""
        yield from self.file
        yield from (page for _, page in self.log)

    def readings(self) -> tuple[Callable[[int], bytes], ...]:
        """Two ways to find a page by its number: with the newest version in the log, or without."""
        newest = dict(self.log)

        def in_file(number: int) -> bytes:
            return self.file[number - 1] if 0 < number <= len(self.file) else b""

        return (lambda number: newest.get(number) or in_file(number), in_file)


def rows_in(ledger: Path, page_bytes: int) -> list[TrailRow]:
    """Every row of the trail in the file or its log that is as it was written; in their order.

    Two rows may have one number, if one of them was never committed.
    """
    pages = _read(ledger, page_bytes)
    readings = pages.readings()
    found: dict[bytes, TrailRow] = {}
    for page in pages.all():
        for start in _cells(page):
            for reading in readings:
                row = _row(page, start, page_bytes, reading)
                if row is not None:
                    found[row.hash] = row
                    break
    return sorted(found.values(), key=lambda row: row.seq)


def _read(ledger: Path, size: int) -> _Pages:
    content = ledger.read_bytes()
    log_file = ledger.with_name(f"{ledger.name}-wal")
    log = log_file.read_bytes() if log_file.exists() else b""
    frame = size + _FRAME_HEADER_BYTES
    frames = (log[at : at + frame] for at in range(_LOG_HEADER_BYTES, len(log) - frame + 1, frame))
    return _Pages(
        size,
        [content[at : at + size] for at in range(0, len(content), size)],
        [(int.from_bytes(each[:4], "big"), each[_FRAME_HEADER_BYTES:]) for each in frames],
    )


def _cells(page: bytes) -> Iterator[int]:
    """Where the cells of a leaf of a table begin."""
    if len(page) < _LEAF_HEADER_BYTES or page[0] != _TABLE_LEAF:
        return
    count = int.from_bytes(page[3:5], "big")
    for place in range(_LEAF_HEADER_BYTES, min(_LEAF_HEADER_BYTES + 2 * count, len(page) - 1), 2):
        start = int.from_bytes(page[place : place + 2], "big")
        if _LEAF_HEADER_BYTES < start < len(page):
            yield start


def _row(page: bytes, start: int, size: int, reading: Callable[[int], bytes]) -> TrailRow | None:
    """The row of the trail in this cell; None if it is another one, or not as it was written."""
    try:
        length, at = _varint(page, start)
        seq, at = _varint(page, at)
        values = _values(_payload(page, at, length, size, reading))
        if len(values) != _COLUMNS or not _has_types(values):
            return None
        row = TrailRow(seq, *values[1:])  # type: ignore[arg-type]  # as `_has_types` saw
        return row if row.hash == row_hash(row.previous, row.values[:-2]) else None
    except (IndexError, ValueError):  # no cell, or a damaged one
        return None


def _payload(
    page: bytes, at: int, length: int, size: int, reading: Callable[[int], bytes]
) -> bytes:
    """The bytes of a row: in its cell, and in the pages that follow if it is too long for one."""
    most = size - 35
    if length <= most:
        return page[at : at + length]
    least = (size - 12) * 32 // 255 - 23
    local = least + (length - least) % (size - 4)
    local = local if local <= most else least
    payload = page[at : at + local]
    following = page[at + local : at + local + 4]
    while len(payload) < length:
        more = reading(int.from_bytes(following, "big"))
        if len(more) < size:
            raise ValueError("a page of the row is missing")
        following, payload = more[:4], payload + more[4 : 4 + length - len(payload)]
    return payload


def _values(payload: bytes) -> list[Value]:
    """The columns of a record. Raises ValueError or IndexError if it is none."""
    header, at = _varint(payload, 0)
    kinds = []
    while at < header:
        kind, at = _varint(payload, at)
        kinds.append(kind)
        if len(kinds) > _COLUMNS:
            return []
    return list(_read_values(payload, at, kinds))


def _read_values(payload: bytes, at: int, kinds: list[int]) -> Iterator[Value]:
    for kind in kinds:
        if kind == 0:
            yield None
        elif kind in (_ZERO, _ZERO + 1):
            yield kind - _ZERO
        elif kind in _INTEGER_BYTES:
            yield int.from_bytes(payload[at : at + _INTEGER_BYTES[kind]], "big", signed=True)
            at += _INTEGER_BYTES[kind]
        elif kind >= _FIRST_BLOB:
            content = payload[at : at + (kind - _FIRST_BLOB) // 2]
            at += len(content)
            yield content.decode("utf-8") if kind % 2 else content
        else:
            raise ValueError(f"no type of the trail's columns: {kind}")


def _has_types(values: list[Value]) -> bool:
    """Whether these can be columns of the trail; the first one is kept elsewhere."""
    texts = (1, 2, 3, 4, 10)
    return (
        values[0] is None
        and all(isinstance(values[each], str) for each in texts)
        and all(isinstance(values[each], str | None) for each in (5, 6, 9))
        and all(isinstance(values[each], int | None) for each in (7, 8))
        and all(isinstance(values[each], bytes) for each in (11, 12))
    )


def _varint(content: bytes, at: int) -> tuple[int, int]:
    """A number of SQLite's variable length, and where it ends. Raises IndexError behind the end."""
    value = 0
    for place in range(_LONGEST_VARINT - 1):
        byte = content[at + place]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + place + 1
    return value << 8 | content[at + _LONGEST_VARINT - 1], at + _LONGEST_VARINT
