"""Ports that somebody else holds: which, and who it may be."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path

LISTENING = "0A"  # the state's number in /proc/net/tcp


def why_taken(address: str, ports: Mapping[str, int]) -> str:
    """Why not all `ports` (by their settings) can be listened on; empty when they can."""
    seen: dict[int, str] = {}
    for setting, port in ports.items():
        if port in seen:
            return f"{seen[port]} and {setting} are both {port}; give each a port of its own"
        seen[port] = setting
        if not _is_free(address, port):
            return (
                f"port {port} ({setting}) is taken by {_holder(port)}; "
                f"stop that program, or set another {setting}"
            )
    return ""


def free_ports(address: str, count: int) -> list[int]:
    """`count` different ports that were free a moment ago."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind((address, 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def _is_free(address: str, port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
        try:
            probe.bind((address, port))
        except OSError:
            return False
        return True


def _holder(port: int) -> str:
    inodes = set(_listening_inodes(port))
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # another user's process, or one that just ended
            for descriptor in (process / "fd").iterdir():
                if str(descriptor.readlink()) in inodes:
                    name = (process / "comm").read_text().strip()
                    return f"'{name}' (pid {process.name})"
    return f"another user's program (sudo ss -ltnp 'sport = :{port}' names it)"


def _listening_inodes(port: int) -> Iterator[str]:
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with suppress(OSError):
            for line in Path(table).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                    yield f"socket:[{fields[9]}]"
