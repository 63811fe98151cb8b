"""The host's end of a line, for tests: one frame at a time, and nothing that helps a board."""

from __future__ import annotations

import time
from collections.abc import Callable

import serial

from boxd.arduino.frames import Frame, FrameStream

HELLO, PULSE, LAMPS, BUZZER, READ_DOORS, SUBSCRIBE, PING, ALL_OFF = range(1, 9)
DOOR = 0x40
REPLY = 0x80
OK, STALE_BOOT, STALE_ID, BAD_ARGUMENT, BUSY, UNKNOWN_TYPE, BAD_VERSION, BAD_LENGTH = range(8)

REPLY_S = 1.0  # far more than any board takes, and a busy machine adds
BOOT_S = 5.0


class Host:
    """Speaks on a port. Commands carry the board's nonce and the next id, unless told otherwise."""

    def __init__(self, port: serial.Serial) -> None:
        self.port = port
        self.port.timeout = 0.02
        self.nonce = 0
        self.next_id = 1
        self.events: list[Frame] = []
        self._stream = FrameStream()
        self._frames: list[Frame] = []

    def greet(self) -> Frame:
        """Say hello until the board answers; its nonce and ids are used from now on."""
        deadline, asked = time.monotonic() + BOOT_S, 0
        while time.monotonic() < deadline:
            self.send(HELLO, b"\x01", nonce=0, number=0)
            asked += 1
            reply = self.reply_or_none(HELLO, 0, within_s=0.25)
            if reply is not None:
                # A busy machine answers late, and then every time that it was asked.
                while asked > 1 and self.reply_or_none(HELLO, 0, within_s=0.25):
                    asked -= 1
                self.nonce = reply.nonce
                self.next_id = int.from_bytes(reply.payload[14:18], "little") + 1
                return reply
        raise AssertionError(f"no answer to HELLO within {BOOT_S} s")

    def order(
        self,
        kind: int,
        payload: bytes = b"",
        *,
        nonce: int | None = None,
        number: int | None = None,
    ) -> Frame:
        """Send a command and return its reply; fails when there is none."""
        sent = self.send(kind, payload, nonce=nonce, number=number)
        reply = self.reply_or_none(kind, sent.id)
        assert reply is not None, f"no reply to {sent}"
        return reply

    def result(
        self,
        kind: int,
        payload: bytes = b"",
        *,
        nonce: int | None = None,
        number: int | None = None,
    ) -> int:
        """Send a command and return the result that its reply tells."""
        return self.order(kind, payload, nonce=nonce, number=number).payload[0]

    def pulse(self, latch: int, ms: int, *, number: int | None = None) -> int:
        """Order a pulse and return the result."""
        return self.result(PULSE, bytes([latch]) + ms.to_bytes(2, "little"), number=number)

    def frame(
        self,
        kind: int,
        payload: bytes = b"",
        *,
        nonce: int | None = None,
        number: int | None = None,
    ) -> Frame:
        """The frame that would be sent; takes the next id unless it is given one."""
        if number is None:
            number = self.next_id
            self.next_id += 1
        return Frame(kind, self.nonce if nonce is None else nonce, number, payload)

    def send(
        self,
        kind: int,
        payload: bytes = b"",
        *,
        nonce: int | None = None,
        number: int | None = None,
    ) -> Frame:
        """Send a frame, and wait for nothing."""
        frame = self.frame(kind, payload, nonce=nonce, number=number)
        self.port.write(frame.to_bytes())
        return frame

    def reply_or_none(self, kind: int, number: int, within_s: float = REPLY_S) -> Frame | None:
        """The reply to a command, or none when none comes in time."""

        def wanted() -> Frame | None:
            for frame in self._frames:
                if (frame.kind, frame.id) == (kind | REPLY, number):
                    self._frames.remove(frame)
                    return frame
            return None

        return self._read_until(wanted, within_s)

    def event(self, within_s: float = REPLY_S) -> Frame:
        """The next door event; fails when none comes."""
        event = self._read_until(lambda: self.events.pop(0) if self.events else None, within_s)
        assert event is not None, "no door event came"
        return event

    def next_frame(self, within_s: float = REPLY_S) -> Frame:
        """The next frame that is no event; fails when none comes."""
        frame = self._read_until(lambda: self._frames.pop(0) if self._frames else None, within_s)
        assert frame is not None, "no frame came"
        return frame

    def stay(self, seconds: float) -> None:
        """Let time pass, without falling silent."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.order(PING)
            self.listen(min(0.1, max(0.0, end - time.monotonic())))

    def listen(self, seconds: float) -> None:
        """Let time pass in silence; what comes is kept."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._read()

    def forget(self) -> None:
        """Throw away what has arrived so far."""
        self._read()
        self._frames.clear()
        self.events.clear()

    def _read_until(self, found: Callable[[], Frame | None], within_s: float) -> Frame | None:
        deadline = time.monotonic() + within_s
        while (frame := found()) is None and time.monotonic() < deadline:
            self._read()
        return frame

    def _read(self) -> None:
        # A read of what is there returns at once; of one byte, when it comes.
        for frame in self._stream.feed(self.port.read(self.port.in_waiting or 1)):
            (self.events if frame.kind == DOOR else self._frames).append(frame)
