"""The interface to MIDI ports, so that they can be simulated: a listing, and open connections."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol

from boxd.plugged_instead import plugged_instead

OnMessage = Callable[[bytes, float], None]
"""Takes bytes of a device, and when they arrived on the monotonic clock in seconds."""


@dataclass(frozen=True)
class PortPair:
    """A device's two ports, by their present names in the MIDI system."""

    source: str  # its messages come from here
    destination: str  # messages to it go here


@dataclass(frozen=True)
class Listing:
    """Every port that exists at one moment; names may occur twice."""

    sources: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()


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


# What may follow a product's name: a second JACK client's number, ALSA's port and numbers.
_AFTER = r"(?:-\d\d)?(?=$|[^\w\s-]|\s+(?:MIDI \d+|\d+:\d+|[\[(]))"
_BEFORE = r"(?:^|[^\w\s])\s*"
# Programs that bring ALSA's devices to JACK as ports of their own.
_BRIDGES = ("a2j", "Midi-Bridge")
# ALSA's loop-back, which is there on every machine, and boxd's own ports on JACK.
_OWN = ("Midi Through:", "boxd-")
_NUMBERS = re.compile(r"\s\d+:\d+$")


def belongs_to(port: str, product: str) -> bool:
    """Whether a port's name means exactly this product, whatever the system adds around it.

    Seen: `CodeTV Board 0:CodeTV Board 0 MIDI 1 20:0` (ALSA), `CodeTV Board 0-01:midi` (a second
    JACK client of that name), `a2j:CodeTV Board 0 [20] (capture): CodeTV Board 0 MIDI 1`.
    """
    return re.search(_BEFORE + re.escape(product) + _AFTER, port) is not None


def find(listing: Listing, product: str, configured: Collection[str] = ()) -> PortPair | str:
    """The ports of the one device with this name, or why none can be used.

    `configured` are the products of all devices: what else is plugged in may be this one.
    """
    if (found := _pair_of(listing, product)) is not None:
        return found
    others = [
        name
        for name, pair in names_of(listing).items()
        if not any(belongs_to(pair.source, each) for each in configured)
    ]
    return f'"{product}" isn\'t connected; check its cable' + plugged_instead(product, others)


def _pair_of(listing: Listing, product: str) -> PortPair | str | None:
    """The device's ports, why they can't be used, or None if it is not there at all."""
    sources = [port for port in listing.sources if belongs_to(port, product)]
    destinations = [port for port in listing.destinations if belongs_to(port, product)]
    if not sources and not destinations:
        return None
    if len(sources) > 1 or len(destinations) > 1:
        return _why_ambiguous(product, max(sources, destinations, key=len))
    if not sources or not destinations:
        missing = "sends nothing" if not sources else "takes nothing"
        return f'the MIDI device "{product}" {missing}: it has a port in one direction only'
    return PortPair(sources[0], destinations[0])


def names_of(listing: Listing) -> dict[str, PortPair]:
    """A configuration name for each usable device, and its ports.

    The shortest name that means only this device.
    """
    named: dict[str, PortPair] = {}
    for source in listing.sources:
        if source.startswith(_OWN):
            continue
        found = ((name, _pair_of(listing, name)) for name in _parts(source))
        for name, pair in found:
            if isinstance(pair, PortPair) and pair.source == source:
                named.setdefault(name, pair)
                break
    return named


def _parts(port: str) -> list[str]:
    """The client's name and the port's, without the system's additions; the shorter first."""
    bare = re.sub(r"\s*(?:\[\d+\]|\((?:capture|playback)\))", "", _NUMBERS.sub("", port))
    parts = [part.strip() for part in bare.split(":")]
    known = dict.fromkeys([*parts, ":".join(parts)])
    return [part for part in known if part and part not in _BRIDGES]


def _why_ambiguous(product: str, ports: list[str]) -> str:
    clients = {port.partition(":")[0] for port in ports}
    numbers = {_NUMBERS.search(port) for port in ports}
    same_device = len({_client_number(port) for port in ports}) == 1 and None not in numbers
    if same_device and len(clients) == 1:
        listed = ", ".join(sorted(_NUMBERS.sub("", port).partition(":")[2] for port in ports))
        return f'"{product}" has several ports ({listed}); name one of them in the configuration'
    count = "two" if len(ports) == 2 else str(len(ports))
    return f'{count} devices call themselves "{product}"; unplug one'


def _client_number(port: str) -> str:
    numbers = _NUMBERS.search(port)
    return numbers.group().partition(":")[0] if numbers else port
