"""Where the ports of this machine are listed: ALSA's sequencer, or a JACK server."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import Protocol

import rtmidi

from boxd.midi.alsa import AlsaSequencer, address_of
from boxd.midi.jack import IS_INPUT, IS_OUTPUT, JackServer
from boxd.midi.ports import Listing, PortPair

JOINED_WITHIN_S = 2.0
CYCLE_S = 0.003  # 128 frames at 48 kHz
SETTLING_S = 0.02  # several cycles, for processes that a busy machine wakes late

# What boxd calls its own ports; with the client's name they make the name that JACK knows.
IN, OUT = "in", "out"


class Directory(Protocol):
    """Where the ports are listed. Made off the event loop; asked on it, in about 0.1 ms."""

    @property
    def is_alive(self) -> bool:
        """False once the MIDI system itself has ended."""

    def listing(self) -> Listing:
        """Every port of others."""

    def is_joined(self, pair: PortPair, client: str) -> bool:
        """False if `client`'s ports are known not to be connected with this pair any more."""

    def await_joined(self, pair: PortPair, client: str) -> None:
        """Return once messages get through; blocks. Raises OSError if they never do."""

    def close(self) -> None:
        """Let go."""


class AlsaDirectory:
    """One long-lived client for each direction."""

    is_alive = True

    def __init__(self) -> None:
        self._sequencer = AlsaSequencer()  # first: alsa-lib would print words of its own
        self._in = rtmidi.MidiIn(rtmidi.API_LINUX_ALSA, name="boxd-watch")
        self._out = rtmidi.MidiOut(rtmidi.API_LINUX_ALSA, name="boxd-watch")

    def listing(self) -> Listing:
        """Every port of others."""
        return Listing(tuple(self._in.get_ports()), tuple(self._out.get_ports()))

    def is_joined(self, pair: PortPair, client: str) -> bool:
        """Whether the client's two ports are connected with the pair.

        A device that left and returned has its old numbers again, and no connections.
        """
        sequencer = self._sequencer
        inward, outward = (sequencer.port_of(f"{client}-{end}") for end in (IN, OUT))
        return sequencer.are_joined(address_of(pair.source), inward) and sequencer.are_joined(
            outward, address_of(pair.destination)
        )

    def await_joined(self, pair: PortPair, client: str) -> None:
        """ALSA joins ports at once: but rtmidi takes them by their place in a list."""
        if not self.is_joined(pair, client):
            raise OSError(f"ALSA did not connect {pair.destination}; it has just gone")

    def close(self) -> None:
        """Let go."""
        self._in.delete()
        self._out.delete()
        self._sequencer.close()


class JackDirectory:
    """The server's own word on ports and connections."""

    def __init__(self) -> None:
        self._server = JackServer()

    @property
    def is_alive(self) -> bool:
        """Whether the server still runs."""
        return self._server.is_alive

    def listing(self) -> Listing:
        """Every port of others."""
        return Listing(self._server.ports(IS_OUTPUT), self._server.ports(IS_INPUT))

    def is_joined(self, pair: PortPair, client: str) -> bool:
        """Whether the client's two ports are connected with the pair."""
        connections = self._server.connections_of
        return f"{client}-{IN}:{IN}" in connections(pair.source) and (
            f"{client}-{OUT}:{OUT}" in connections(pair.destination)
        )

    def await_joined(self, pair: PortPair, client: str) -> None:
        """JACK joins ports some cycles after it said so; what is sent before that is lost."""
        deadline = time.monotonic() + JOINED_WITHIN_S
        while not (self.is_alive and self.is_joined(pair, client)):
            if time.monotonic() > deadline:
                raise OSError(f"JACK did not connect {pair.destination}")
            time.sleep(CYCLE_S)
        time.sleep(SETTLING_S)

    def close(self) -> None:
        """Leave the server."""
        self._server.close()


@contextlib.contextmanager
def as_oserror() -> Iterator[None]:
    """Every way in which rtmidi fails, as the one error that a port system promises."""
    try:
        yield
    except OSError:
        raise
    except (rtmidi.RtMidiError, RuntimeError, ValueError) as error:
        raise OSError(str(error)) from error
