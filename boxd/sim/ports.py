"""A simulated MIDI system: the devices plugged in, under names in ALSA's form."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

from boxd.midi.ports import Listing, OnMessage, PortPair

FIRST_CLIENT, CLIENTS_APART = 20, 4  # ALSA's numbers of hardware clients
USB_BUFFER_BYTES = 128  # of a unit's own; what comes when it is full is lost


class MidiUnit(Protocol):
    """A unit with a MIDI plug."""

    product: str
    emit: Callable[[bytes], None]

    def receive(self, data: bytes) -> None:
        """Take bytes from the host."""


class SimulatedPorts:
    """The port system of a simulation.

    Each unit gets the lowest free number, as on ALSA: the first that returns has its old name
    again, but no connections. What a unit sends while nobody has it open waits in the unit, and is
    delivered when somebody opens it.
    """

    def __init__(self) -> None:
        self._plugged: dict[str, MidiUnit] = {}
        self._open: dict[str, SimulatedPort] = {}
        self._waiting: dict[str, deque[bytes]] = {}
        self.fails_with: OSError | None = None  # what every look and open raises, if set

    def plug(self, unit: MidiUnit) -> None:
        """Plug a unit in."""
        taken = {name.rpartition(" ")[2] for name in self._plugged}
        free = (f"{client}:0" for client in itertools.count(FIRST_CLIENT, CLIENTS_APART))
        number = next(each for each in free if each not in taken)
        name = f"{unit.product}:{unit.product} MIDI 1 {number}"
        self._plugged[name] = unit
        unit.emit = lambda data: self._carry(name, data)

    def unplug(self, unit: MidiUnit) -> None:
        """Unplug a unit; ports that were open to it stay open and go quiet."""
        for name in [name for name, plugged in self._plugged.items() if plugged is unit]:
            del self._plugged[name]
            self._open.pop(name, None)
            self._waiting.pop(name, None)
        unit.emit = lambda _data: None

    def unit(self, product: str) -> MidiUnit:
        """The plugged-in unit of this product name. Raises KeyError if there is none."""
        for unit in self._plugged.values():
            if unit.product == product:
                return unit
        raise KeyError(product)

    def is_plugged(self, unit: MidiUnit) -> bool:
        """Whether the unit is plugged in."""
        return any(plugged is unit for plugged in self._plugged.values())

    async def look(self) -> Listing:
        """The port names of everything plugged in."""
        self._fail()
        return self.glance()

    def glance(self) -> Listing:
        """The port names of everything plugged in at this instant."""
        return Listing(tuple(self._plugged), tuple(self._plugged))

    async def open(self, pair: PortPair, on_message: OnMessage) -> SimulatedPort:
        """Connect to a unit."""
        self._fail()
        if pair.destination not in self._plugged:
            raise OSError(f"no port {pair.destination}")
        port = SimulatedPort(self, pair.destination, on_message)
        self._open[pair.source] = port
        for data in self._waiting.pop(pair.source, ()):
            self._carry(pair.source, data)
        return port

    async def close(self) -> None:
        """Carry nothing more."""
        self._open.clear()

    def is_open(self, name: str, port: SimulatedPort) -> bool:
        """Whether this port is still connected to the unit of this name."""
        return self._open.get(name) is port

    def deliver(self, name: str, port: SimulatedPort, message: bytes) -> None:
        """Take bytes from the host; without a connection they are lost silently."""
        if self.is_open(name, port):
            self._plugged[name].receive(message)

    def forget(self, port: SimulatedPort) -> None:
        """Carry nothing more to a port that was closed."""
        self._open = {name: other for name, other in self._open.items() if other is not port}

    def _carry(self, name: str, data: bytes) -> None:
        if port := self._open.get(name):
            asyncio.get_running_loop().call_soon(port.hear, data)
            return
        waiting = self._waiting.setdefault(name, deque())
        if sum(map(len, waiting)) + len(data) <= USB_BUFFER_BYTES:
            waiting.append(data)

    def _fail(self) -> None:
        if self.fails_with:
            raise self.fails_with


class SimulatedPort:
    """An open connection to a simulated unit."""

    def __init__(self, system: SimulatedPorts, name: str, on_message: OnMessage) -> None:
        self._system = system
        self._name = name
        self._on_message: OnMessage | None = on_message

    def send(self, message: bytes) -> None:
        """Pass a message to the unit, if it is still there."""
        if self._on_message is None:
            raise OSError(f"port {self._name} is closed")
        self._system.deliver(self._name, self, message)

    def is_connected(self) -> bool:
        """Whether it leads to the unit; a unit that returned is not connected again by itself."""
        return self._on_message is not None and self._system.is_open(self._name, self)

    def hear(self, data: bytes) -> None:
        """Pass on bytes from the unit."""
        if self._on_message:
            self._on_message(data, time.monotonic())

    async def close(self) -> None:
        """Give up the connection."""
        self._on_message = None
        self._system.forget(self)
