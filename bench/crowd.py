"""Phones that poll as their pages say: `python -m bench.crowd PORT`, with links on its input.

Prints a line once all have their page, and how long polls took when its input ends.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_AGAIN = re.compile(r'data-again="(\d+)"')


@dataclass
class Polls:
    """What the phones saw."""

    taken_s: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    def add(self, status: int, seconds: float) -> None:
        """One poll's answer."""
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self.taken_s.append(seconds)


class Phone:
    """One phone, with a connection while the box keeps it."""

    def __init__(self, port: int, path: str, address: str) -> None:
        self._port, self._path, self._address = port, path, address
        self._etag = ""
        self.again_s = 10.0  # until the next poll, as its page says
        self._stream: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def poll(self) -> int:
        """Ask once; returns the status."""
        with suppress(OSError, EOFError, ValueError):
            return await self._ask()
        self._stream = None
        return await self._ask()  # the connection was ended meanwhile

    async def _ask(self) -> int:
        if self._stream is None:
            self._stream = await asyncio.open_connection(
                "127.0.0.1", self._port, local_addr=(self._address, 0)
            )
        reader, writer = self._stream
        condition = f"If-None-Match: {self._etag}\r\n" if self._etag else ""
        writer.write(f"GET {self._path}/now HTTP/1.1\r\nHost: x\r\n{condition}\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
        body = await reader.readexactly(int(fields.get("content-length", 0)))
        if said := _AGAIN.search(body.decode()):
            self.again_s = float(said[1])
        self._etag = fields.get("etag", self._etag)
        return int(head.split()[1])


def batched(phones: Sequence[Phone], size: int) -> Iterator[Sequence[Phone]]:
    """The phones, so many at a time."""
    for start in range(0, len(phones), size):
        yield phones[start : start + size]


async def _live(phone: Phone, polls: Polls) -> None:
    await asyncio.sleep(phone.again_s * random.random())
    while True:
        began = time.monotonic()
        status = 0
        with suppress(OSError, EOFError, ValueError):
            status = await phone.poll()
        polls.add(status, time.monotonic() - began)
        await asyncio.sleep(phone.again_s * random.uniform(0.9, 1.1))


async def _crowd(port: int, paths: Sequence[str]) -> None:
    phones = [Phone(port, path, _address(number)) for number, path in enumerate(paths)]
    for some in batched(phones, 20):
        await asyncio.gather(*(phone.poll() for phone in some))
    polls = Polls()
    living = [asyncio.ensure_future(_live(phone, polls)) for phone in phones]
    print("there", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    for each in living:
        each.cancel()
    print(json.dumps([polls.taken_s, polls.statuses]))


def _address(number: int) -> str:
    """An address of its own for each phone, as the booth's network gives it one."""
    return f"127.0.{3 + number // 250}.{number % 250 + 1}"


@contextmanager
def polling(port: int, paths: Sequence[str]) -> Iterator[Polls]:
    """So many phones poll while the block runs; afterwards the polls are filled in."""
    polls = Polls()
    command = [sys.executable, "-m", "bench.crowd", str(port)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(paths) + "\n")
        process.stdin.flush()
        assert process.stdout.readline() == "there\n", "the phones did not all get their page"
        yield polls
        told, _ = process.communicate()
    taken, statuses = json.loads(told)
    polls.taken_s += taken
    polls.statuses |= {int(status): count for status, count in statuses.items()}


if __name__ == "__main__":
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 16384), most))
    asyncio.run(_crowd(int(sys.argv[1]), json.loads(sys.stdin.readline())))
