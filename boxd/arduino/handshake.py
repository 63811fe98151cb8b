"""Sending Hello to the device behind a line, until it answers as the wanted board."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from boxd.arduino.frames import Frame
from boxd.arduino.messages import (
    PROTOCOL_VERSION,
    Hello,
    ResultCode,
    Welcome,
    frame_of,
    message_of,
    protocol_of,
)

HELLO_EVERY_S = 0.25
HELLO_FOR_S = 3.5  # opening the port may reset the board, and its bootloader takes up to 2 s

_KEPT_BYTES = 200  # of what an unknown device sends
_SHOWN_BYTES = 24
_HELLO = frame_of(Hello(), 0, 0).to_bytes()
_LAST_USABLE_ID = 0xFFFF_0000


class Handshake:
    """One handshake. Calls exactly one of `on_welcome` and `on_failure`, unless it is stopped.

    `say` sends bytes and returns whether that was possible; `misfit` returns why a board is not
    the wanted one, or an empty text.
    """

    def __init__(
        self,
        say: Callable[[bytes], bool],
        misfit: Callable[[Welcome], str],
        on_welcome: Callable[[int, Welcome], None],
        on_failure: Callable[[str], None],
    ) -> None:
        self._say = say
        self._misfit = misfit
        self._on_welcome = on_welcome
        self._on_failure = on_failure
        self._loop = asyncio.get_running_loop()
        self._until = self._loop.time() + HELLO_FOR_S
        self._timer: asyncio.TimerHandle | None = None
        self._heard = b""

    def begin(self) -> None:
        """Send Hello now, and again until there is an answer or the time is over."""
        if self._loop.time() >= self._until:
            self._on_failure(self._why_no_welcome())
        elif self._say(_HELLO):
            self._timer = self._loop.call_later(HELLO_EVERY_S, self.begin)

    def stop(self) -> None:
        """Send nothing more."""
        if self._timer:
            self._timer.cancel()

    def overhear(self, data: bytes) -> None:
        """Keep a few of the received bytes, to show them if they are not a board's."""
        self._heard = (self._heard + data)[:_KEPT_BYTES]

    def hear(self, frame: Frame) -> None:
        """Take a frame; every frame but a Welcome answers something else."""
        version = protocol_of(frame)
        if version is None:
            return
        self.stop()
        welcome = message_of(frame)
        if version != PROTOCOL_VERSION:
            self._on_failure(
                f"its firmware speaks version {version} of the protocol, boxd speaks version "
                f"{PROTOCOL_VERSION}; flash it with 'boxd devices flash'"
            )
        elif not isinstance(welcome, Welcome) or welcome.result != ResultCode.OK or not frame.nonce:
            self._on_failure(
                "its firmware answers a hello wrongly; flash it with 'boxd devices flash'"
            )
        elif welcome.last_id > _LAST_USABLE_ID:
            self._on_failure("its command numbers are used up; pull its plug for a moment")
        elif misfit := self._misfit(welcome):
            self._on_failure(misfit)
        else:
            self._on_welcome(frame.nonce, welcome)

    def _why_no_welcome(self) -> str:
        if self._heard and (_HELLO * _KEPT_BYTES).startswith(self._heard):
            return (
                "the line only sends back what boxd sends; check that a board is behind this port"
            )
        if self._heard:
            own_words = self._heard.replace(_HELLO, b"")[:_SHOWN_BYTES]
            return (
                f"something answers, but not boxd's firmware: {own_words!r}; check the port, or "
                "flash the board with 'boxd devices flash'"
            )
        return (
            "nothing answers; check that a board is behind this port, or flash it with "
            "'boxd devices flash'"
        )
