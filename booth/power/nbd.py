"""As much of the NBD protocol as QEMU asks of a disk: one client, reads, writes, flushes.

The protocol: github.com/NetworkBlockDevice/nbd, doc/proto.md (fixed newstyle, simple replies).
"""

from __future__ import annotations

import socket
import struct
from enum import IntEnum
from typing import BinaryIO, Protocol

_GREETING = struct.pack(">8s8sH", b"NBDMAGIC", b"IHAVEOPT", 3)  # fixed newstyle, no zeroes
_FLAGS_BYTES = 4
_OPTION, _OPTION_REPLY = struct.Struct(">8sII"), struct.Struct(">QIII")
_REQUEST, _REPLY = struct.Struct(">IHH8sQI"), struct.Struct(">II8s")
_OPTION_REPLY_MAGIC, _REPLY_MAGIC = 0x3E889045565A9, 0x67446698
_GO = 7
_ACKNOWLEDGED, _INFO, _UNSUPPORTED = 1, 3, 0x80000001
_HAS_FLAGS, _TAKES_FLUSHES = 1, 4


class _Kind(IntEnum):
    READ = 0
    WRITE = 1
    FLUSH = 3


class Disk(Protocol):
    """What is served. Each method raises OSError once the disk is dead."""

    @property
    def size(self) -> int:
        """Its bytes."""

    def read(self, offset: int, length: int) -> bytes:
        """What is there."""

    def write(self, offset: int, data: bytes) -> None:
        """Take this, for now."""

    def flush(self) -> None:
        """Keep all that was taken."""


def serve(connection: socket.socket, disk: Disk) -> None:
    """Talk to a client until it has had enough. Raises OSError when the disk or the client dies."""
    with connection.makefile("rb") as said:
        connection.sendall(_GREETING)
        _exactly(said, _FLAGS_BYTES)
        while not _answer_option(connection, said, disk.size):
            pass
        while _obey(connection, said, disk):
            pass


def _answer_option(connection: socket.socket, said: BinaryIO, size: int) -> bool:
    """Answer an option; whether requests follow."""
    _, option, length = _OPTION.unpack(_exactly(said, _OPTION.size))
    _exactly(said, length)
    if option != _GO:
        connection.sendall(_OPTION_REPLY.pack(_OPTION_REPLY_MAGIC, option, _UNSUPPORTED, 0))
        return False
    export = struct.pack(">HQH", 0, size, _HAS_FLAGS | _TAKES_FLUSHES)
    connection.sendall(
        _OPTION_REPLY.pack(_OPTION_REPLY_MAGIC, option, _INFO, len(export))
        + export
        + _OPTION_REPLY.pack(_OPTION_REPLY_MAGIC, option, _ACKNOWLEDGED, 0)
    )
    return True


def _obey(connection: socket.socket, said: BinaryIO, disk: Disk) -> bool:
    """Do what is asked for; whether more may follow."""
    _, _, kind, handle, offset, length = _REQUEST.unpack(_exactly(said, _REQUEST.size))
    data = b""
    match kind:
        case _Kind.READ:
            data = disk.read(offset, length)
        case _Kind.WRITE:
            disk.write(offset, _exactly(said, length))
        case _Kind.FLUSH:
            disk.flush()
        case _:  # it takes its leave
            return False
    connection.sendall(_REPLY.pack(_REPLY_MAGIC, 0, handle) + data)
    return True


def _exactly(said: BinaryIO, length: int) -> bytes:
    data = said.read(length)
    if len(data) != length:
        raise ConnectionError("the client has gone")
    return data
