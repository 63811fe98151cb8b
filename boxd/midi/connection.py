"""One open connection to a MIDI device: messages out, and messages in until it is given up."""

from __future__ import annotations

from collections.abc import Callable

import mido

from boxd.midi.ports import Port
from boxd.midi.stream import MidiStream


class Connection:
    """`hear` gets each message and its time, `hear_noise` how much came that is no message.

    Neither is called after the connection was closed.
    """

    def __init__(
        self, hear: Callable[[mido.Message, float], None], hear_noise: Callable[[int], None]
    ) -> None:
        self.port: Port | None = None
        self._hear = hear
        self._hear_noise = hear_noise
        self._stream = MidiStream()
        self._is_given_up = False

    def feed(self, data: bytes, at: float) -> None:
        """Take bytes in any pieces and pass complete messages on."""
        dropped = self._stream.dropped
        messages = self._stream.feed(data)
        if self._stream.dropped > dropped and not self._is_given_up:
            self._hear_noise(self._stream.dropped - dropped)
        for message in messages:
            if not self._is_given_up:
                self._hear(message, at)

    def send(self, message: mido.Message) -> None:
        """Pass on one message. Raises OSError if it is not taken."""
        if self.port is not None:
            self.port.send(bytes(message.bin()))

    @property
    def is_connected(self) -> bool:
        """False once the connection is known to be broken."""
        return self.port is not None and self.port.is_connected()

    async def close(self) -> None:
        """Close it; nothing is passed on afterwards."""
        self._is_given_up = True
        if self.port is not None:
            await self.port.close()
