"""Real MIDI ports through python-rtmidi, on ALSA or JACK."""

from __future__ import annotations

import asyncio
import ctypes
import itertools
import os
import time
from typing import Any

import rtmidi
import structlog

from boxd.config.schema import MidiBackend
from boxd.midi.directories import IN, OUT, AlsaDirectory, Directory, JackDirectory, as_oserror
from boxd.midi.event_times import EventTimes
from boxd.midi.ports import Listing, OnMessage, PortPair

log = structlog.get_logger(__name__)

APIS = {MidiBackend.ALSA: rtmidi.API_LINUX_ALSA, MidiBackend.JACK: rtmidi.API_UNIX_JACK}

LAST_MESSAGE_S = 0.01  # longer than Python lets a thread wait for its turn


class RtMidiPorts:
    """The MIDI system of this machine.

    A device that leaves and returns between two looks is noticed by its connections, which do not
    return. A JACK server in synchronous mode keeps the ports of a killed client for up to ten of
    its client timeouts (5 s by default), without telling anybody.
    """

    def __init__(self, backend: MidiBackend) -> None:
        self._backend = backend
        self._directory: Directory | None = None
        self._numbers = itertools.count(1)

    async def look(self) -> Listing:
        """The ports that exist now. Raises OSError if there is no MIDI system."""
        directory = self._directory
        if directory is None:
            directory = await asyncio.to_thread(self._connect)
            self._directory = directory
        if not directory.is_alive:
            self._directory = None
            raise OSError("the MIDI server has ended")
        with as_oserror():
            return directory.listing()

    def glance(self) -> Listing:
        """The ports of this instant."""
        directory = self._directory
        if directory is None or not directory.is_alive:
            return Listing()
        try:
            with as_oserror():
                return directory.listing()
        except OSError:
            return Listing()

    async def open(self, pair: PortPair, on_message: OnMessage) -> RtMidiPort:
        """Connect to a device; about 50 ms on JACK, spent in a thread."""
        directory = self._directory
        if directory is None:
            raise OSError("the MIDI system has gone")
        client = f"boxd-{os.getpid()}-{next(self._numbers)}"
        port = RtMidiPort(APIS[self._backend], client, pair, directory, on_message)
        await asyncio.to_thread(port.connect)
        return port

    async def close(self) -> None:
        """Close the MIDI system."""
        directory, self._directory = self._directory, None
        if directory is not None:
            await asyncio.to_thread(directory.close)

    def _connect(self) -> Directory:
        with as_oserror():
            return JackDirectory() if self._backend is MidiBackend.JACK else AlsaDirectory()


class RtMidiPort:
    """A connection to one device: one rtmidi client for each direction."""

    def __init__(
        self, api: int, client: str, pair: PortPair, directory: Directory, on_message: OnMessage
    ) -> None:
        self._api = api
        self._client = client
        self._pair = pair
        self._directory = directory
        self._on_message = on_message
        self._loop = asyncio.get_running_loop()
        self._ends: list[Any] = []
        self._to_device: Any = None
        self._is_open = False
        self._times = EventTimes()

    def connect(self) -> None:
        """Open both directions; blocks, so it belongs in a thread. Raises OSError."""
        try:
            with as_oserror():
                self._open_both()
            self._directory.await_joined(self._pair, self._client)
        except OSError:
            self._release()
            raise

    def send(self, message: bytes) -> None:
        """Pass one message to the MIDI system."""
        if self._to_device is None:
            raise OSError(f"{self._pair.name} has no port that takes messages, or it is closed")
        with as_oserror():
            self._to_device.send_message(message)

    def is_connected(self) -> bool:
        """False once the connection is known to be broken."""
        return (
            self._is_open
            and self._directory.is_alive
            and self._directory.is_joined(self._pair, self._client)
        )

    async def close(self) -> None:
        """Close both directions; no message arrives afterwards."""
        self._is_open = False
        self._to_device = None
        await asyncio.to_thread(self._release)

    def _open_both(self) -> None:
        if self._pair.source:
            self._open_source()
        if self._pair.destination:
            self._open_destination()
        self._is_open = True

    def _open_source(self) -> None:
        from_device = rtmidi.MidiIn(self._api, name=f"{self._client}-{IN}")
        self._ends.append(from_device)
        from_device.ignore_types(sysex=False)
        from_device.set_callback(self._arrive)
        from_device.open_port(_index(from_device, self._pair.source), name=IN)

    def _open_destination(self) -> None:
        to_device = rtmidi.MidiOut(self._api, name=f"{self._client}-{OUT}")
        self._ends.append(to_device)
        to_device.open_port(_index(to_device, self._pair.destination), name=OUT)
        self._to_device = to_device

    def _arrive(self, event: tuple[list[int], float], _data: object = None) -> None:
        # THE HAND-OVER: rtmidi calls this on a thread of its own, where an exception would
        # disappear without a trace. Only the bytes and their time go to the event loop, which may
        # be late: two quick touches must not look like one that bounced.
        try:
            at = self._times.take(event[1], time.monotonic())
            self._loop.call_soon_threadsafe(self._on_message, bytes(event[0]), at)
        except (RuntimeError, ValueError):
            log.exception("message.lost", port=self._pair.name)

    def _release(self) -> None:
        ends, self._ends = self._ends, []
        for end in ends:
            if self._directory.is_alive:
                close_for_good(end)
            else:
                keep_for_ever(end)


def close_for_good(end: Any) -> None:
    """Close one direction; blocks for some milliseconds.

    rtmidi closes a port with Python's lock held and waits for its thread, which may need that lock
    to pass on a message: seen as a process that hung for ever. So no new messages are passed on,
    and a message that is on its way gets its turn, before the port is closed.
    """
    if isinstance(end, rtmidi.MidiIn):
        end.cancel_callback()
        time.sleep(LAST_MESSAGE_S)
    end.close_port()
    end.delete()


def _index(end: Any, name: str) -> int:
    ports: list[str] = end.get_ports()
    if name not in ports:
        raise OSError(f"{name} has just gone")
    return ports.index(name)


def keep_for_ever(end: Any) -> None:
    """Never let a client be deleted: after its server's end that crashes the process."""
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(end))
