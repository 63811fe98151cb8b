"""What docs/arduino-protocol.md says in bytes: its vectors, and its worked example."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DOCUMENT = Path(__file__).parents[2] / "docs" / "arduino-protocol.md"

_FRAME = re.compile(
    r"type (?P<type>\w{2})  nonce (?P<nonce>\w{8})  id (?P<id>\d+)  "
    r"payload (?P<payload>[\w -]+?)  crc (?P<crc>\w{4})"
)


@dataclass(frozen=True)
class Spoken:
    """A frame of the worked example: who sends it, its parts, and its bytes on the wire."""

    is_of_host: bool
    says: str
    type: int
    nonce: int
    id: int
    payload: bytes
    crc: int
    wire: bytes


@dataclass(frozen=True)
class Happening:
    """Something that happens in between, in words."""

    what: str


def worked_example() -> list[Spoken | Happening]:
    """The conversation, in order."""
    (block,) = re.findall(r"```frames\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.S)
    lines = iter(line for line in block.splitlines() if not line.startswith("#"))
    return [_step(line, lines) for line in lines]


def vectors(name: str) -> list[tuple[bytes, bytes]]:
    """The rows of a table of vectors, `crc` or `cobs`: what goes in, what comes out."""
    text = DOCUMENT.read_text(encoding="utf-8")
    table = text.partition(f"<!-- {name} vectors")[2].partition("\n\n")[2].partition("\n\n")[0]
    rows = [row.strip("| ").split(" | ") for row in table.splitlines()[2:]]
    return [(_bytes(given), _bytes(result)) for given, result in rows]


def _step(line: str, rest: Iterator[str]) -> Spoken | Happening:
    sign, _, says = line.partition(" ")
    if sign == "!":
        return Happening(says)
    assert sign in "<>", line
    parts = _FRAME.search(next(rest))
    assert parts, line
    payload = "" if parts["payload"] == "-" else parts["payload"]
    return Spoken(
        sign == ">",
        says,
        int(parts["type"], 16),
        int(parts["nonce"], 16),
        int(parts["id"]),
        bytes.fromhex(payload),
        int(parts["crc"], 16),
        bytes.fromhex(next(rest)),
    )


def _bytes(cell: str) -> bytes:
    found = re.search(r"`([\w ]+)`", cell)
    return bytes.fromhex(found[1]) if found else b""
