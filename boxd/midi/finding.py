"""Which ports are a device's: found by name, and by USB socket and number where that is needed."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from boxd.midi.port_names import belongs_to, is_foreign, short_names
from boxd.midi.ports import Listing, PortPair
from boxd.plugged_instead import plugged_instead
from boxd.words import N_


@dataclass(frozen=True)
class WantedDevice:
    """A MIDI device as a configuration identifies it.

    `usb` and `number` are its USB socket and its port's number, where names are not unique.
    `sends` and `takes` say in which directions messages are needed.
    """

    product: str
    usb: str = ""
    number: int | None = None
    sends: bool = True
    takes: bool = True

    @property
    def label(self) -> str:
        """What to call it where its name stands alone."""
        return str(self).replace('"', "")

    def __str__(self) -> str:
        at = f" at USB {self.usb}" if self.usb else ""
        port = "" if self.number is None else f", port {self.number}"
        return f'"{self.product}"{at}{port}'

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines of a configuration that identify it."""
        return (
            f"port = {json.dumps(self.product, ensure_ascii=False)}",
            *([f'usb = "{self.usb}"'] if self.usb else []),
            *([] if self.number is None else [f"port_number = {self.number}"]),
        )

    def is_port(self, port: str, listing: Listing) -> bool:
        """Whether this port of the listing is the device's."""
        facts = listing.facts(port)
        return (
            any(belongs_to(name, self.product) for name in (port, *facts.aliases))
            and (not self.usb or is_same_socket(self.usb, facts.usb))
            and (self.number is None or facts.number in (None, self.number))
        )


@dataclass(frozen=True)
class PluggedDevice:
    """A device that is plugged in: how a configuration would identify it, and its ports."""

    wanted: WantedDevice
    pair: PortPair


def is_same_socket(one: str, other: str) -> bool:
    """Whether two paths mean one USB socket; one without its bus may be on any."""
    if "-" in one and "-" in other:
        return one == other
    return bool(one) and one.rpartition("-")[2] == other.rpartition("-")[2]


def find(
    listing: Listing, wanted: WantedDevice, configured: Collection[WantedDevice] = ()
) -> PortPair | str:
    """The ports of the one device that is wanted, or why none can be used.

    `configured` are all configured devices: what else is plugged in may be this one.
    """
    if (found := _pair_of(listing, wanted)) is not None:
        return found
    others = {
        device.wanted.label: device.wanted.lines for device in plugged_in(listing, configured)
    }
    why = N_("{device} isn't connected; check its cable").format(device=wanted)
    return plugged_instead(why, wanted.product, others)


def plugged_in(
    listing: Listing, configured: Collection[WantedDevice] = ()
) -> tuple[PluggedDevice, ...]:
    """Every device that is plugged in and is none of `configured`, by its shortest unique name."""
    found: dict[PortPair, PluggedDevice] = {}
    for port in (*listing.sources, *listing.destinations):
        paired = any(port in (pair.source, pair.destination) for pair in found)
        known = any(wanted.is_port(port, listing) for wanted in configured)
        if is_foreign(port) and not paired and not known:
            device = _identified(port, listing)
            if device is not None:
                found[device.pair] = device
    return tuple(found.values())


def _identified(port: str, listing: Listing) -> PluggedDevice | None:
    for wanted in _possible_names(port, listing):
        pair = _pair_of(listing, wanted)
        if isinstance(pair, PortPair) and port in (pair.source, pair.destination):
            return PluggedDevice(wanted, pair)
    return None


def _possible_names(port: str, listing: Listing) -> Iterator[WantedDevice]:
    """Ways to identify a port: by name alone if that is enough."""
    facts = listing.facts(port)
    names = [name for each in (port, *facts.aliases) for name in short_names(each)]
    plain = [WantedDevice(name, sends=False, takes=False) for name in dict.fromkeys(names)]
    yield from plain
    if facts.usb:
        yield from (replace(wanted, usb=facts.usb) for wanted in plain)
    if facts.number is not None:
        yield from (replace(wanted, number=facts.number) for wanted in plain)
        yield from (replace(wanted, usb=facts.usb, number=facts.number) for wanted in plain)


def _pair_of(listing: Listing, wanted: WantedDevice) -> PortPair | str | None:
    """The device's ports, why they can't be used, or None if it is not there at all."""
    sources = [port for port in listing.sources if wanted.is_port(port, listing)]
    destinations = [port for port in listing.destinations if wanted.is_port(port, listing)]
    if not sources and not destinations:
        return None
    if len(sources) > 1 or len(destinations) > 1:
        return _why_ambiguous(wanted, max(sources, destinations, key=len), listing)
    if wanted.sends and not sources:
        silent = N_("the MIDI device {device} sends nothing: it has a port in one direction only")
        return silent.format(device=wanted)
    if wanted.takes and not destinations:
        deaf = N_(
            "the MIDI device {device} takes nothing: it has a port in one direction only, so it "
            "can have keys and doors, but no lamps, buzzer or greeting"
        )
        return deaf.format(device=wanted)
    return PortPair(sources[0] if sources else "", destinations[0] if destinations else "")


def _why_ambiguous(wanted: WantedDevice, ports: Sequence[str], listing: Listing) -> str:
    numbers = {listing.facts(port).number for port in ports}
    if len(numbers) == len(ports) and len({_device_of(each, listing) for each in ports}) == 1:
        return _why_several_ports(wanted, ports, listing)
    count, name = len(ports), wanted.product
    sockets = sorted({usb for port in ports if (usb := listing.facts(port).usb)})
    if len(sockets) < len(ports):
        alike = N_('{count} devices call themselves "{name}"; unplug one')
        return alike.format(count=count, name=name)
    lines = " or ".join(f'usb = "{usb}"' for usb in sockets)
    several = N_(
        '{count} devices call themselves "{name}"; unplug one, or write which is meant: {lines}'
    )
    return several.format(count=count, name=name, lines=lines)


def _why_several_ports(wanted: WantedDevice, ports: Sequence[str], listing: Listing) -> str:
    names = [short_names(port)[:2][-1] for port in ports]
    if len(set(names)) == len(names):
        listed = ", ".join(sorted(names))
        return f"{wanted} has several ports ({listed}); name one of them in the configuration"
    numbers = sorted(each for port in ports if (each := listing.facts(port).number) is not None)
    written = " or ".join(f"port_number = {number}" for number in numbers)
    return f"{wanted} has several ports of one name; write which is meant: {written}"


def _device_of(port: str, listing: Listing) -> str:
    """What is the same for all ports of one device, and differs between two."""
    if found := re.search(r"\s(\d+):\d+$", port):  # ALSA's number of the device
        return found[1]
    facts = listing.facts(port)
    if facts.usb:
        return facts.usb
    is_numbered = facts.number is not None
    return (*facts.aliases, port)[0].rpartition("/")[0] if is_numbered else port
