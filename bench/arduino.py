"""Latches of an Arduino: how soon the edge follows the command, and how exact a pulse's length is.

The real firmware runs in simavr, whose pins are told with the time at which they changed.
"""

from __future__ import annotations

import asyncio
import select
import time
from dataclasses import dataclass
from pathlib import Path

import serial
from structlog.testing import capture_logs

from bench.figures import Figure, milliseconds, spread
from bench.progress import tell
from boxd.arduino.bus import ArduinoBus
from boxd.arduino.frames import Frame, FrameStream
from boxd.arduino.messages import Hello, Message, PulseCommand, frame_of, message_of
from boxd.arduino.sections import ArduinoDevice
from boxd.devices import PULSE_LONGEST_MS, PULSE_SHORTEST_MS, DeviceState
from boxd.sim import simavr
from boxd.sim.simavr import PinChange, Simavr

BOARD_ID = 1
LENGTHS_MS = {"short": PULSE_SHORTEST_MS, "middle": 100, "long": PULSE_LONGEST_MS}
LONG_ONES = 10  # of the longer lengths, which would take all day
REST_S = 0.02  # between the end of a pulse and the next command
GOAL_S = 0.015
READY_WITHIN_S = 10.0


def figures(folder: Path, pulses: int) -> list[Figure]:
    """The figures of so many pulses through boxd's link, and as many by bare pyserial."""
    tell(f"{pulses} pulses of an Arduino in simavr")
    folder.mkdir(parents=True, exist_ok=True)
    simavr.build()
    board = Simavr(folder / "eeprom", board_id=BOARD_ID)
    path = board.start()
    pins = _Pins(board)
    try:
        bare = spread([pulse.delay_s for pulse in _bare(path, pins, pulses)])
        with capture_logs():
            ordered = asyncio.run(_through_the_link(path, pins, pulses))
    finally:
        board.stop()
    delays = spread([pulse.delay_s for pulse in ordered])
    errors_ms = [abs(pulse.length_ms - pulse.ordered_ms) for pulse in ordered]
    return [
        Figure(
            "command to edge: Arduino, the firmware in simavr",
            "p99 under 15 ms",
            milliseconds(delays),
            f"bare pyserial: {milliseconds(bare)}",
            delays.p99 < GOAL_S,
        ),
        Figure(
            "pulse length beside the order: Arduino, in the chip's time",
            "within 1 ms",
            f"worst {max(errors_ms):.3f} ms (n={len(errors_ms)})",
            "",
            max(errors_ms) < 1,
        ),
    ]


@dataclass(frozen=True)
class _Pulsed:
    """A pulse: when it was ordered, for how long, and its edges."""

    at: float
    ordered_ms: int
    on: PinChange
    off: PinChange

    @property
    def delay_s(self) -> float:
        """From the command to the edge, on the clock."""
        return self.on.at - self.at

    @property
    def length_ms(self) -> float:
        """From edge to edge, in the chip's own time."""
        return (self.off.simulated_s - self.on.simulated_s) * 1000


class _Pins:
    """The latches' edges, in order."""

    def __init__(self, board: Simavr) -> None:
        self._board = board
        self._edges: list[PinChange] = []

    def fileno(self) -> int:
        """What becomes readable when one has moved."""
        return self._board.fileno()

    def pulsed(self, at: float, ordered_ms: int) -> _Pulsed | None:
        """The oldest pulse that is over and was not asked for yet."""
        self._edges += [
            change
            for change in self._board.changes()
            if isinstance(change, PinChange) and change.pin.startswith("latch")
        ]
        if len(self._edges) < 2:
            return None
        on, off, *self._edges = self._edges
        return _Pulsed(at, ordered_ms, on, off)


def _bare(path: str, pins: _Pins, pulses: int) -> list[_Pulsed]:
    """Pulses by nothing but pyserial and the protocol's bytes."""
    seen = []
    with serial.Serial(path, 115200, timeout=0.3, write_timeout=1) as port:
        talk = _Talk(port)
        nonce = talk.greet()
        for number in range(1, pulses + 1):
            frame = frame_of(PulseCommand(1, PULSE_SHORTEST_MS), nonce, number)
            at = time.monotonic()
            talk.ask(frame)
            while (pulsed := pins.pulsed(at, PULSE_SHORTEST_MS)) is None:
                select.select([pins], [], [])
            seen.append(pulsed)
            time.sleep(REST_S)
    return seen


class _Talk:
    """One question and one answer at a time."""

    def __init__(self, port: serial.Serial) -> None:
        self._port = port
        self._stream = FrameStream()

    def greet(self) -> int:
        """Say hello until the board answers; its nonce."""
        deadline = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < deadline:
            if (reply := self._answer(frame_of(Hello(), 0, 0))) is not None:
                return reply.nonce
        raise RuntimeError("the board does not answer")

    def ask(self, frame: Frame) -> Message:
        """Send a frame; what its reply says."""
        reply = self._answer(frame)
        if reply is None:
            raise RuntimeError("the board has fallen silent")
        return message_of(reply)

    def _answer(self, frame: Frame) -> Frame | None:
        self._port.write(frame.to_bytes())
        while data := self._port.read(self._port.in_waiting or 1):
            for reply in self._stream.feed(data):
                return reply
        return None


async def _through_the_link(path: str, pins: _Pins, pulses: int) -> list[_Pulsed]:
    """Pulses as the daemon orders them."""
    device = ArduinoDevice.model_validate(
        {
            "kind": "arduino",
            "name": "bench",
            "port": "/dev/serial/by-id/bench",
            "board": BOARD_ID,
            "latches": {
                name: {"number": number, "pulse_ms": ms}
                for number, (name, ms) in enumerate(LENGTHS_MS.items(), 1)
            },
        }
    )
    bus = ArduinoBus([device], lambda _port: path, lambda: None)
    await bus.start()
    moved = asyncio.Event()
    asyncio.get_running_loop().add_reader(pins.fileno(), moved.set)
    seen = []
    try:
        await _wait_until_ready(bus)
        for name in ["short"] * pulses + ["middle", "long"] * LONG_ONES:
            at = time.monotonic()
            await bus.devices[0].latches[name].pulse()
            while (pulsed := pins.pulsed(at, LENGTHS_MS[name])) is None:
                moved.clear()
                await moved.wait()
            seen.append(pulsed)
            await asyncio.sleep(REST_S)
    finally:
        await bus.close()
    return seen


async def _wait_until_ready(bus: ArduinoBus) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while bus.devices[0].status.state is not DeviceState.READY:
        if time.monotonic() > deadline:
            raise RuntimeError(f"the board is not ready: {bus.devices[0].status.why}")
        await asyncio.sleep(0.01)
