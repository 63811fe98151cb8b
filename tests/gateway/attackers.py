"""Clients that mean no good, in a process of their own: what they open they open again.

    python -m tests.gateway.attackers KIND PORT COUNT ADDRESSES

Prints `there` when it has begun, and ends when its standard input does.
"""

from __future__ import annotations

import asyncio
import os
import random
import resource
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

TARGET = "127.0.0.1"
NONSENSE_PER_S = 2300
_AT_ONCE = 200
_STARTS_TLS = bytes.fromhex("1603010200010001fc0303") + b"\0" * 32  # the first half of a hello

Sock = socket.socket


async def silent(_: Sock) -> None:
    """Says nothing."""


async def half(connection: Sock) -> None:
    """Sends a head that does not end."""
    await _say(connection, b"GET / HTTP/1.1\r\nHost: x\r\nX: ")


async def trickle(connection: Sock) -> None:
    """Sends a head, a byte at a time."""
    await _say(connection, b"GET / HTTP/1.1\r\nHost: x\r\nX: ")
    while True:
        await asyncio.sleep(1)
        await _say(connection, b"y")


async def body(connection: Sock) -> None:
    """Announces a body, and sends a byte at a time."""
    await _say(connection, b"POST /v/enter HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n")
    while True:
        await asyncio.sleep(1)
        await _say(connection, b"y")


async def huge(connection: Sock) -> None:
    """Sends a head without an end as fast as it can."""
    await _say(connection, b"GET / HTTP/1.1\r\nHost: x\r\nX: ")
    while True:
        await _say(connection, b"y" * 16384)


async def tls(connection: Sock) -> None:
    """Begins a handshake, and leaves it."""
    await _say(connection, _STARTS_TLS)


KINDS: dict[str, Callable[[Sock], Awaitable[None]]] = {
    each.__name__: each for each in (silent, half, trickle, body, huge, tls)
}


async def _say(connection: Sock, text: bytes) -> None:
    await asyncio.get_running_loop().sock_sendall(connection, text)


def addresses(count: int) -> list[str]:
    """So many addresses of this machine."""
    return [f"127.0.1.{number + 1}" for number in range(count)]


@asynccontextmanager
async def opened(port: int, address: str) -> AsyncIterator[Sock]:
    with socket.socket() as connection:
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_IP, 24, 1)  # IP_BIND_ADDRESS_NO_PORT
        connection.bind((address, 0))
        await asyncio.get_running_loop().sock_connect(connection, (TARGET, port))
        yield connection


async def _hold(kind: str, port: int, address: str, opening: asyncio.Semaphore) -> None:
    """Keep one connection of the kind there, for ever."""
    while True:
        with suppress(OSError):
            async with opening:
                entering = opened(port, address)
                connection = await entering.__aenter__()
            doing = asyncio.ensure_future(KINDS[kind](connection))
            try:
                with suppress(OSError):
                    while await asyncio.get_running_loop().sock_recv(connection, 4096):
                        pass
            finally:
                doing.cancel()
                await asyncio.gather(doing, return_exceptions=True)
                await entering.__aexit__(None, None, None)
        await asyncio.sleep(0.5 + random.random())


async def _ask_nonsense(port: int, address: str, per_s: float) -> None:
    """Ask for what is not there, steadily, on connections that are opened again."""
    pause_s = 1 / per_s
    loop = asyncio.get_running_loop()
    due = loop.time()
    while True:
        with suppress(OSError):
            async with opened(port, address) as connection:
                while True:
                    due = max(due + pause_s, loop.time() - 1)
                    await asyncio.sleep(due - loop.time())
                    await _say(connection, b"GET /nonsense HTTP/1.1\r\nHost: x\r\n\r\n")
                    if not await loop.sock_recv(connection, 65536):
                        break
        due = max(due + pause_s, loop.time() - 1)
        await asyncio.sleep(due - loop.time())


async def _attack(kind: str, port: int, count: int, places: list[str]) -> None:
    opening = asyncio.Semaphore(_AT_ONCE)
    if kind == "nonsense":
        each_per_s = NONSENSE_PER_S / count
        work = [
            _ask_nonsense(port, places[number % len(places)], each_per_s) for number in range(count)
        ]
    else:
        work = [_hold(kind, port, places[number % len(places)], opening) for number in range(count)]
    tasks = [asyncio.ensure_future(each) for each in work]
    await asyncio.sleep(0.2)
    print("there", flush=True)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    await reader.read()
    for each in tasks:
        each.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@contextmanager
def attacking(kind: str, port: int, count: int, address_count: int) -> Iterator[None]:
    """Attack while the block runs."""
    command = [sys.executable, "-m", __name__, kind, *map(str, (port, count, address_count))]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"there\n"
        try:
            yield
        finally:
            process.communicate()


if __name__ == "__main__":
    os.nice(19)  # attackers have machines of their own
    resource.setrlimit(
        resource.RLIMIT_NOFILE, (16384, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    )
    asyncio.run(
        _attack(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), addresses(int(sys.argv[4])))
    )
