"""Ports for tests, from each worker's own share: two workers never hand out the same one."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import closing
from itertools import cycle, islice

LOOPBACK = "127.0.0.1"
# Below what Linux gives to clients and to whoever asks for any port: those would take a port
# between the moment it is found free and the moment its server listens.
FIRST, LAST = 12_000, 32_000
EACH = 1_000


def free_ports(count: int) -> list[int]:
    """So many ports that nobody listens on, none of them handed out a moment ago."""
    return list(islice(_FREE, count))


def _free() -> Iterator[int]:
    share = FIRST + _worker() * EACH % (LAST - FIRST)
    begun = os.getpid() % EACH  # so that two runs at once begin apart
    for number in cycle(range(EACH)):
        port = share + (begun + number) % EACH
        with closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
        yield port


def _worker() -> int:
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


_FREE = _free()
