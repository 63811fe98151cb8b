"""A strip of lights behind a WLED controller on the booth's network, by its real-time UDP packets.

It is an ornament and is treated as one. Nobody waits for it: a packet is handed to the kernel or
dropped, and no reply is expected. A controller that is away is tried again every few seconds.
WLED goes back to its own light two seconds after the last packet, so nothing has to be put out.

The packet is WLED's DRGB: protocol 2, seconds until WLED goes its own way, then red, green and
blue for each light, 490 of them at most (https://kno.wled.ge/interfaces/udp-realtime/).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from boxd.lights.strip_frame import Playing, frame
from boxd.words import N_

DRGB = 2
GOES_ITS_OWN_WAY_S = 2
FRAME_S = 0.05  # twenty pictures a second: smooth, and 30 kB/s for the longest strip
STILL_S = 1.0  # a picture that stays is sent again this often, before WLED goes its own way
RETRY_S = 5.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class StripAddress:
    """Where a strip's controller is, how many lights it has, how bright they may be (0 to 1)."""

    bay: str
    host: str
    port: int
    leds: int
    brightness: float


class WledStrip:
    """Shows on a strip what its bay shows. `playing` tells that, and is asked at each picture."""

    def __init__(
        self,
        address: StripAddress,
        playing: Callable[[], Playing],
        on_change: Callable[[], None],
        retry_s: float = RETRY_S,
    ) -> None:
        self.address = address
        self.why = ""
        """Why the controller can't be reached; empty as far as is known."""
        self._playing = playing
        self._on_change = on_change
        self._retry_s = retry_s
        self._fault: OSError | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to show; on the event loop."""
        self._task = asyncio.get_running_loop().create_task(self._show())

    async def close(self) -> None:
        """End it; WLED goes its own way."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _show(self) -> None:
        while True:
            try:
                await self._send_until_it_fails()
            except OSError as error:
                why = N_("its controller can't be reached: {why}")
                self._say(why.format(why=error.strerror or error))
            await asyncio.sleep(self._retry_s)

    async def _send_until_it_fails(self) -> None:
        loop = asyncio.get_running_loop()
        self._fault = None
        transport, _protocol = await loop.create_datagram_endpoint(
            lambda: _Faults(self._note), remote_addr=(self.address.host, self.address.port)
        )
        try:
            sent, sent_at = b"", 0.0
            while self._fault is None:
                now = loop.time()
                picture = frame(self._playing(), now, self.address.leds, self.address.brightness)
                if picture != sent or now - sent_at >= STILL_S:
                    transport.sendto(bytes((DRGB, GOES_ITS_OWN_WAY_S)) + picture)
                    self._is_taken(since_s=now - sent_at if sent else 0.0)
                    sent, sent_at = picture, now
                await asyncio.sleep(FRAME_S)
            raise self._fault
        finally:
            transport.abort()

    def _is_taken(self, since_s: float) -> None:
        """An earlier packet caused no error, so the controller is there as far as one can know."""
        if since_s > 0:
            self._say("")

    def _note(self, error: OSError) -> None:
        self._fault = error

    def _say(self, why: str) -> None:
        if why != self.why:
            self.why = why
            log.warning("strip.away", why=why, **self._named) if why else log.info(
                "strip.back", **self._named
            )
            self._on_change()

    @property
    def _named(self) -> dict[str, str]:
        return {"bay": self.address.bay, "host": self.address.host}


class _Faults(asyncio.DatagramProtocol):
    """Hears what the kernel says of packets that could not be sent."""

    def __init__(self, note: Callable[[OSError], None]) -> None:
        self._note = note

    def error_received(self, exc: Exception) -> None:
        """A packet before this one did not arrive."""
        if isinstance(exc, OSError):
            self._note(exc)
