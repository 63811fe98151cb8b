"""A simulated board as another process on a real MIDI port."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from typing import Any

from tests.midi.waiting import until

PROGRAM = """
import sys
from boxd.config.schema import MidiBackend
from boxd.sim.rtboard import run_sim_board
run_sim_board(sys.argv[1], MidiBackend.JACK)
"""


ANY_DEVICE = """
import asyncio, signal, sys
from boxd.config.schema import MidiBackend
from boxd.sim.rtboard import VirtualPort
from boxd.sim.hardware_trace import Trace

async def obey(lines, port):
    while line := await lines.readline():
        for message in line.split()[1:]:
            port.send(bytes.fromhex(message.decode()))
            await asyncio.sleep(0.02)

async def main(product):
    loop, trace, lines = asyncio.get_running_loop(), Trace(None, 1), asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    port = VirtualPort(
        product, MidiBackend.JACK, lambda data: trace.write("bytes", product, bytes=data.hex())
    )
    trace.write("plugged", product)
    work = asyncio.create_task(obey(lines, port))
    loop.add_signal_handler(signal.SIGTERM, work.cancel)
    await asyncio.wait({work})
    port.close()  # a client that is killed holds a JACK server up for seconds

asyncio.run(main(sys.argv[1]))
"""
"""A program that is any MIDI device: it sends what `send 903c7f 803c00` says, and no more."""


ENDS_WITHIN_S = 30.0


class Peer:
    """The board's program: what it printed, and the hand that touches it."""

    def __init__(self, process: Process) -> None:
        self.events: list[dict[str, Any]] = []
        self._process = process
        self._reading = asyncio.create_task(self._read())

    def seen(self, **wanted: object) -> list[dict[str, Any]]:
        return [
            event
            for event in self.events
            if all(event.get(name) == value for name, value in wanted.items())
        ]

    def received(self) -> list[str]:
        return [event["bytes"] for event in self.seen(what="bytes")]

    def say(self, line: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(line.encode() + b"\n")

    async def kill(self) -> None:
        self._process.kill()
        await self.ended()

    async def end(self) -> int:
        if self._process.returncode is None:
            self._process.terminate()
        return await self.ended()

    async def ended(self) -> int:
        async with asyncio.timeout(ENDS_WITHIN_S):
            await self._reading
            return await self._process.wait()

    async def _read(self) -> None:
        assert self._process.stdout
        async for line in self._process.stdout:
            self.events.append(json.loads(line))


async def start_peer(product: str, attempts: int = 3, program: str = PROGRAM) -> Peer:
    """Start a board's program (or another), and return when its port is there.

    On a busy machine jackd may refuse a client that opens too slowly: that is tried again.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, product, stdin=PIPE, stdout=PIPE
    )
    peer = Peer(process)
    await until(lambda: peer.seen(what="plugged") or process.returncode is not None, 30)
    if peer.seen(what="plugged"):
        return peer
    assert attempts > 1, f"{product} could not be started"
    return await start_peer(product, attempts - 1, program)


SENDS_ONLY = """
import sys, rtmidi
keys = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name=sys.argv[1])
keys.open_virtual_port("out")
print('{"what": "plugged"}', flush=True)
for line in sys.stdin:
    keys.send_message(bytes.fromhex(line.split()[1]))
"""
"""A keypad whose only port is the one that it sends on."""
