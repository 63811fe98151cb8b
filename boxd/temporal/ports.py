"""Ports that another program holds: which, and by which process."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path

LISTENING = "0A"  # the number of this state in /proc/net/tcp


def why_taken(address: str, ports: Mapping[str, int]) -> str:
    """Why not all `ports` (named by their settings) can be listened on; empty if they can."""
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


def holders_of(port: int) -> list[int]:
    """The processes that listen on the port, of those that this user may look at."""
    inodes = set(_listening_inodes(port))
    return [int(each.name) for each in Path("/proc").glob("[0-9]*") if _has_any(each, inodes)]


def _holder(port: int) -> str:
    for pid in holders_of(port):
        with suppress(OSError):  # it has just ended
            return f"'{Path(f'/proc/{pid}/comm').read_text().strip()}' (pid {pid})"
    return f"another user's program (sudo ss -ltnp 'sport = :{port}' names it)"


def _has_any(process: Path, sockets: set[str]) -> bool:
    try:
        return any(str(each.readlink()) in sockets for each in (process / "fd").iterdir())
    except OSError:  # another user's process, or one that has just ended
        return False


def _listening_inodes(port: int) -> Iterator[str]:
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with suppress(OSError):
            for line in Path(table).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                    yield f"socket:[{fields[9]}]"
