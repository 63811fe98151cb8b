"""The list of this machine's ports: ALSA's sequencer, or a JACK server."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

import rtmidi

from boxd.midi.alsa import AlsaSequencer, address_of, usb_socket
from boxd.midi.jack import IS_INPUT, IS_OUTPUT, JackServer
from boxd.midi.port_names import facts_in
from boxd.midi.ports import Listing, PortPair

JOINED_WITHIN_S = 2.0
CYCLE_S = 0.003  # 128 frames at 48 kHz
SETTLING_S = 0.02  # several cycles, for processes that a busy machine wakes late

# boxd's names for its own ports; with the client's name they make the name in JACK.
IN, OUT = "in", "out"


def ends_of(pair: PortPair) -> Iterator[tuple[str, str]]:
    """The device's ports that exist, each with boxd's own port at the other end."""
    yield from ((name, end) for name, end in ((pair.source, IN), (pair.destination, OUT)) if name)


class Directory(Protocol):
    """The list of ports. Made off the event loop; asked on it, in about 0.1 ms."""

    @property
    def is_alive(self) -> bool:
        """False once the MIDI system itself has ended."""

    def listing(self) -> Listing:
        """Every port of other programs."""

    def is_joined(self, pair: PortPair, client: str) -> bool:
        """False if `client`'s ports are known to be disconnected from this pair."""

    def await_joined(self, pair: PortPair, client: str) -> None:
        """Return once messages get through; blocks. Raises OSError if they never do."""

    def close(self) -> None:
        """Close the connection to the MIDI system."""


class AlsaDirectory:
    """One long-lived client for each direction."""

    is_alive = True

    def __init__(self) -> None:
        self._sequencer = AlsaSequencer()  # first: alsa-lib would print messages of its own
        self._in = rtmidi.MidiIn(rtmidi.API_LINUX_ALSA, name="boxd-watch")
        self._out = rtmidi.MidiOut(rtmidi.API_LINUX_ALSA, name="boxd-watch")

    def listing(self) -> Listing:
        """Every port of other programs."""
        sources, destinations = tuple(self._in.get_ports()), tuple(self._out.get_ports())
        names = {*sources, *destinations}
        known = {name: replace(facts_in(name), usb=usb_socket(name)) for name in names}
        return Listing(sources, destinations, known)

    def is_joined(self, pair: PortPair, client: str) -> bool:
        """Whether the client's two ports are connected with the pair.

        A device that left and returned has its old numbers again, and no connections.
        """
        sequencer = self._sequencer
        for name, end in ends_of(pair):
            theirs, ours = address_of(name), sequencer.port_of(f"{client}-{end}")
            way = (theirs, ours) if end == IN else (ours, theirs)
            if not sequencer.are_joined(way[0], way[1]):
                return False
        return True

    def await_joined(self, pair: PortPair, client: str) -> None:
        """ALSA connects ports at once, but rtmidi selects them by their place in a list."""
        if not self.is_joined(pair, client):
            raise OSError(f"ALSA did not connect {pair.name}; it has just gone")

    def close(self) -> None:
        """Close the clients."""
        self._in.delete()
        self._out.delete()
        self._sequencer.close()


class JackDirectory:
    """The server's own information on ports and connections."""

    def __init__(self) -> None:
        self._server = JackServer()

    @property
    def is_alive(self) -> bool:
        """Whether the server still runs."""
        return self._server.is_alive

    def listing(self) -> Listing:
        """Every port of other programs."""
        sources, destinations = self._server.ports(IS_OUTPUT), self._server.ports(IS_INPUT)
        names = {*sources, *destinations}
        known = {name: facts_in(name, self._server.aliases_of(name)) for name in names}
        return Listing(sources, destinations, known)

    def is_joined(self, pair: PortPair, client: str) -> bool:
        """Whether the client's two ports are connected with the pair."""
        connections = self._server.connections_of
        return all(f"{client}-{end}:{end}" in connections(name) for name, end in ends_of(pair))

    def await_joined(self, pair: PortPair, client: str) -> None:
        """JACK connects ports some cycles after it says so; what is sent before that is lost."""
        deadline = time.monotonic() + JOINED_WITHIN_S
        while not (self.is_alive and self.is_joined(pair, client)):
            if time.monotonic() > deadline:
                raise OSError(f"JACK did not connect {pair.name}")
            time.sleep(CYCLE_S)
        time.sleep(SETTLING_S)

    def close(self) -> None:
        """Leave the server."""
        self._server.close()


@contextlib.contextmanager
def as_oserror() -> Iterator[None]:
    """Turn every error of rtmidi into OSError, which a port system promises."""
    try:
        yield
    except OSError:
        raise
    except (rtmidi.RtMidiError, RuntimeError, ValueError) as error:
        raise OSError(str(error)) from error
