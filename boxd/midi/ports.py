"""The interface to MIDI ports, so that they can be simulated: a listing, and open connections."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from boxd.midi.port_names import PortFacts, facts_in

OnMessage = Callable[[bytes, float], None]
"""Takes bytes of a device, and when they arrived on the monotonic clock in seconds."""


@dataclass(frozen=True)
class PortPair:
    """A device's ports, by their present names in the MIDI system; empty for none."""

    source: str  # its messages come from here
    destination: str  # messages to it go here

    @property
    def name(self) -> str:
        """One of the two, to name the device by."""
        return self.destination or self.source


@dataclass(frozen=True)
class Listing:
    """Every port that exists at one moment; names may occur twice.

    `known` has what the MIDI system says of a port besides its name.
    """

    sources: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()
    known: Mapping[str, PortFacts] = field(default_factory=dict)

    def facts(self, port: str) -> PortFacts:
        """What is known of a port."""
        return self.known.get(port) or facts_in(port)


class Port(Protocol):
    """An open connection to one device."""

    def send(self, message: bytes) -> None:
        """Pass one complete message to the MIDI system. Raises OSError if it is not taken.

        It does not notice that a device was unplugged.
        """

    def is_connected(self) -> bool:
        """False once the connection is known to be broken; True is no proof that it works."""

    async def close(self) -> None:
        """Close the connection; no message arrives afterwards."""


class PortSystem(Protocol):
    """A MIDI system: what is plugged in, and how to reach it."""

    async def look(self) -> Listing:
        """The ports that exist now. Raises OSError if there is no MIDI system."""

    def glance(self) -> Listing:
        """The ports of this instant, without waiting; none if there is no MIDI system."""

    async def open(self, pair: PortPair, on_message: OnMessage) -> Port:
        """Connect to a device; its bytes go to `on_message`, on the event loop.

        Raises OSError if that fails.
        """

    async def close(self) -> None:
        """Close the MIDI system; every port was closed before."""
