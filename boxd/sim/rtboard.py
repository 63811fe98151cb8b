"""A simulated CodeTV board as a program of its own, on a real JACK or ALSA port.

Lines on standard input are what happens to it: `tap 1`, `touch 5`, `release 5`, `hang`,
`out-of-step`, `oldest`, `newest`, `quit`. Each event is printed as a line of JSON, like the
hardware trace's; several programs may share one trace file. It ends at `quit`, at the input's end,
and at TERM or INT.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import sys
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import rtmidi

from boxd.config.schema import MidiBackend
from boxd.devices import Key
from boxd.errors import BadInput, DeviceUnreachable
from boxd.midi.directories import as_oserror
from boxd.midi.jack import IS_OUTPUT, JackServer
from boxd.midi.rtmidi_ports import APIS, close_for_good, keep_for_ever
from boxd.sim.board import SimulatedBoard
from boxd.sim.hardware_trace import Trace
from boxd.sim.ports import USB_BUFFER_BYTES

TOUCH_S = 0.04
GAP_S = 0.1  # to the next key: a second touch within 40 ms or so counts as chatter
INPUT, OUTPUT = 0, 1
CHUNK_BYTES = 4096
LOOK_EVERY_S = 0.02  # how soon it notices that somebody has opened the port

_PRODUCT = re.compile(r"CodeTV Board [0-3]")


def run_sim_board(product: str, backend: MidiBackend, trace: Path | None = None) -> None:
    """Act as a board until the end. Raises BadInput, or DeviceUnreachable without MIDI."""
    if not _PRODUCT.fullmatch(product):
        raise BadInput(f"a board can't be called '{product}'; use 'CodeTV Board 0' to '... 3'")
    if backend not in APIS:
        known = ", ".join(APIS)
        raise BadInput(f"a program of its own needs a real MIDI backend ({known}), not {backend}")
    asyncio.run(_run(product, backend, trace))


async def _run(product: str, backend: MidiBackend, trace: Path | None) -> None:
    record = Trace(trace, OUTPUT)
    board = SimulatedBoard(product, record)
    try:
        port = VirtualPort(product, backend, board.receive)
    except OSError as error:
        raise DeviceUnreachable(f"no {backend} MIDI system for '{product}': {error}") from error
    try:
        board.power_on()
        board.emit = port.send
        record.write("plugged", product)
        await _Hand(board).work()
    finally:
        port.close()
        record.write("unplugged", product)
        board.power_off()
        record.close()


class VirtualPort:
    """A MIDI port that others can open, named after a product. Raises OSError without MIDI.

    On JACK, messages wait while nobody has it open, as in a board's USB buffer; on ALSA that can't
    be seen, and they are lost.
    """

    def __init__(
        self, product: str, backend: MidiBackend, on_message: Callable[[bytes], None]
    ) -> None:
        self._on_message = on_message
        self._loop = asyncio.get_running_loop()
        name, port = product, f"{product} MIDI 1"
        self._server = JackServer() if backend is MidiBackend.JACK else None
        self._is_closed = False
        self._waiting: deque[bytes] = deque()
        others = self._sources(port)
        with as_oserror():
            self._out = rtmidi.MidiOut(APIS[backend], name=name)
            self._in = rtmidi.MidiIn(APIS[backend], name=name)
            self._in.ignore_types(sysex=False)
            self._in.set_callback(self._arrive)
            self._in.open_virtual_port(port)
            self._out.open_virtual_port(port)
        self._own = next(iter(self._sources(port) - others), "")

    def send(self, message: bytes) -> None:
        """Send to every program that has the port open, or once one has."""
        if not self._waiting and self._is_open:
            self._out.send_message(message)
            return
        if sum(map(len, self._waiting)) + len(message) <= USB_BUFFER_BYTES:
            self._waiting.append(message)
        if len(self._waiting) == 1:
            self._loop.call_later(LOOK_EVERY_S, self._send_waiting)

    @property
    def _is_open(self) -> bool:
        return self._server is None or bool(self._server.connections_of(self._own))

    def _sources(self, name: str) -> set[str]:
        """The ports of this name alone: any other may be one that is plugged in right now."""
        ports = () if self._server is None else self._server.ports(IS_OUTPUT)
        return {port for port in ports if port.endswith(f":{name}")}

    def _send_waiting(self) -> None:
        if self._is_closed:
            return
        if not self._is_open:
            self._loop.call_later(LOOK_EVERY_S, self._send_waiting)
            return
        while self._waiting:
            self._out.send_message(self._waiting.popleft())

    def close(self) -> None:
        """Remove the port."""
        self._is_closed = True
        if self._server is not None and not self._server.is_alive:
            keep_for_ever(self._in)
            keep_for_ever(self._out)
            return
        for end in (self._in, self._out):
            close_for_good(end)
        if self._server is not None:
            self._server.close()

    def _arrive(self, event: tuple[list[int], float], _data: Any = None) -> None:
        # The hand-over from rtmidi's thread; a loop that has ended needs no more bytes.
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._on_message, bytes(event[0]))


class _Hand:
    """The hand that touches the board, following the lines on standard input in order."""

    def __init__(self, board: SimulatedBoard) -> None:
        self._board = board
        self._ended = asyncio.Event()
        self._lines: asyncio.Queue[list[str]] = asyncio.Queue()
        self._rest = b""

    async def work(self) -> None:
        """Follow the lines until told to end."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._ended.set)
        with contextlib.suppress(PermissionError):  # /dev/null or a file: only signals end it
            loop.add_reader(INPUT, self._read)
        obeying = asyncio.create_task(self._obey_all())
        await self._ended.wait()
        obeying.cancel()
        loop.remove_reader(INPUT)

    def _read(self) -> None:
        data = os.read(INPUT, CHUNK_BYTES)
        *lines, self._rest = (self._rest + data).split(b"\n")
        self._rest = self._rest[-CHUNK_BYTES:]
        for line in lines:
            self._lines.put_nowait(line.decode("utf-8", "replace").split())
        if not data:
            asyncio.get_running_loop().remove_reader(INPUT)
            self._lines.put_nowait(["quit"])

    async def _obey_all(self) -> None:
        while not self._ended.is_set():
            await self._obey(await self._lines.get())

    async def _obey(self, words: list[str]) -> None:
        match words:
            case []:
                pass
            case ["quit"]:
                self._ended.set()
            case ["tap", name] if name in set(Key):
                self._board.touch(Key(name))
                await asyncio.sleep(TOUCH_S)
                self._board.release(Key(name))
                await asyncio.sleep(GAP_S)
            case ["hang"]:
                self._board.hang()
            case ["out-of-step"]:
                self._board.get_out_of_step()
            case ["oldest" | "newest" as firmware]:
                self._board.be_oldest(firmware == "oldest")
            case ["touch", name] if name in set(Key):
                self._board.touch(Key(name))
            case ["release", name] if name in set(Key):
                self._board.release(Key(name))
            case _:
                known = "tap KEY, touch KEY, release KEY, hang, out-of-step, oldest, newest, quit"
                print(f"not understood: {' '.join(words)}; known: {known}", file=sys.stderr)
