"""The line between a box and the event's service: it can be slow, one-way, stalled and cut."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum

_CHUNK = 65_536


class Fault(Enum):
    """What is wrong with a line: seconds of delay, and which ways let nothing through."""

    NONE = (0.0, False, False)
    SLOW = (0.3, False, False)
    DEAF = (0.0, False, True)  # what the service says does not arrive
    MUTE = (0.0, True, False)  # what the box says does not arrive
    STALLED = (0.0, True, True)
    CUT = (0.0, True, True)  # and whoever is connected loses the connection


@dataclass
class Line:
    """A TCP proxy in front of the service."""

    target: int
    delay_s: float = 0.0
    fault: Fault = Fault.NONE
    port: int = 0
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    _ends: set[asyncio.StreamWriter] = field(default_factory=set)

    async def become(self, fault: Fault) -> None:
        """Break the line, or mend it; what was stalled goes on then."""
        self.fault = fault
        if fault is Fault.CUT:
            self.drop()
        async with self._changed:
            self._changed.notify_all()

    def drop(self) -> None:
        """End every connection."""
        for writer in self._ends:
            writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection."""
        if self.fault is Fault.CUT:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        ends = {writer, far_writer}
        self._ends |= ends
        ways = [
            asyncio.create_task(self._carry(reader, far_writer, way=1)),
            asyncio.create_task(self._carry(far_reader, writer, way=2)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in ways:
                each.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            self._ends -= ends
            for end in ends:
                end.transport.abort()

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: int
    ) -> None:
        loop = asyncio.get_running_loop()
        sent: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def deliver() -> None:
            with suppress(ConnectionError):
                while True:
                    due, data = await sent.get()
                    await asyncio.sleep(max(0.0, due - loop.time()))
                    async with self._changed:
                        await self._changed.wait_for(lambda: not self.fault.value[way])
                    writer.write(data)
                    await writer.drain()

        delivering = asyncio.create_task(deliver())
        with suppress(ConnectionError):
            while data := await reader.read(_CHUNK):
                sent.put_nowait((loop.time() + self.delay_s + self.fault.value[0], data))
        delivering.cancel()
        await asyncio.gather(delivering, return_exceptions=True)


@asynccontextmanager
async def line_to(port: int, delay_s: float = 0.0) -> AsyncIterator[Line]:
    """A whole line to the service at this port."""
    line = Line(port, delay_s)
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        await line.serve(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    line.port = server.sockets[0].getsockname()[1]
    try:
        yield line
    finally:
        server.close()
        line.drop()
        await asyncio.gather(*tasks, return_exceptions=True)
