"""A hundred thousand frames of anything at all."""

from __future__ import annotations

import random

from boxd.arduino.frames import Frame, FrameStream
from tests.arduino.conformance.board import Board, case
from tests.arduino.conformance.looking import latch_edges, ping, wait
from tests.arduino.talking import LAMPS, OK, PULSE, Host

FRAMES = 100_000
SEED = 20261122


@case
def nothing_moves_by_100000_frames_of_noise(board: Board, host: Host) -> None:
    host.greet()
    noise = Noise(random.Random(SEED), host)
    board.hurry(True)
    for _again in range(FRAMES // 20):
        host.port.write(b"".join(noise.frame() for _ in range(20)))
        if host.port.in_waiting:
            host.forget()
    board.hurry(False)
    host.listen(0.3)
    host.forget()
    host.greet()
    assert host.next_id > 1  # it has not booted in between: then every nonce would be wrong
    assert not board.edges()
    assert ping(host).bad_frames > FRAMES // 2
    assert host.pulse(1, 20) == OK
    wait(host, lambda: len(latch_edges(board)) == 2)


class Noise:
    """Frames that are nearly right, or nothing at all; none that a board may obey."""

    def __init__(self, random_: random.Random, host: Host) -> None:
        self._random = random_
        self._host = host
        self.highest_id = 0

    def frame(self) -> bytes:
        """The bytes of one, right or wrong."""
        while self._is_obeyed(wire := self._any()):
            pass
        return wire

    def _any(self) -> bytes:
        match self._random.randrange(8):
            case 0:
                return self._random.randbytes(self._random.randrange(1, 30)) + b"\0"
            case 1:  # right in all but the nonce
                return self._order(self._random.getrandbits(32)).to_bytes()
            case 2:  # an old id
                return Frame(PULSE, self._host.nonce, 0, b"\x01\x32\x00").to_bytes()
            case 3:  # no command, or wrong arguments
                self.highest_id += 1
                return self._refused(self.highest_id).to_bytes()
            case 4:  # an order that has lost its beginning or its end
                wire = self._order(self._host.nonce).to_bytes()
                end = self._random.randrange(2, len(wire) - 1)
                return wire[:end] + b"\0" if self._random.random() < 0.5 else wire[end:]
            case _:
                return self._changed(self._order(self._host.nonce).to_bytes())

    def _is_obeyed(self, wire: bytes) -> bool:
        """Whether chance has made an order out of the noise."""
        return any(
            frame.nonce == self._host.nonce and frame.id > self.highest_id
            for frame in FrameStream().feed(wire)
        )

    def _order(self, nonce: int) -> Frame:
        ms = self._random.randrange(10, 501)
        payload = bytes([self._random.randrange(1, 7)]) + ms.to_bytes(2, "little")
        return Frame(PULSE, nonce, 0xFFFF0000 + self._random.randrange(100), payload)

    def _refused(self, number: int) -> Frame:
        kind, payload = self._random.choice(
            ((0x33, b""), (PULSE, b"\x00\x32\x00"), (PULSE, b"\x01\xff\xff"), (LAMPS, b"\xff\xff"))
        )
        return Frame(kind, self._host.nonce, number, payload)

    def _changed(self, wire: bytes) -> bytes:
        changed = bytearray(wire)
        at = self._random.randrange(1, len(wire) - 1)
        match self._random.randrange(3):
            case 0:
                changed[at] ^= 1 << self._random.randrange(8)
            case 1:
                del changed[at]
            case _:
                changed.insert(at, self._random.randrange(1, 256))
        return bytes(changed)
