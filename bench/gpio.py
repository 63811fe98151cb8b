"""Latches on pins: how soon the edge follows the command, and how exact a pulse's length is.

On simulated pins, whose edges carry the time at which they happened; the guard is the real one.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from gpiozero import DigitalOutputDevice
from structlog.testing import capture_logs

from bench.figures import Figure, milliseconds, spread
from bench.progress import tell
from boxd.devices import PULSE_SHORTEST_MS
from boxd.gpio.factory import open_pins
from boxd.gpio.guarded import Guard, GuardedLatch
from boxd.gpio.outputs import OutputPin
from boxd.gpio.pin_memory import PinEdge, PinMemory

LATCHES = tuple(OutputPin(number) for number in range(16, 24))  # in turn: each has to rest
BARE = 26
LENGTHS_MS = (PULSE_SHORTEST_MS, 20, 50)
REST_S = 0.02  # between the end of a pulse and the next command


def figures(folder: Path, pulses: int) -> list[Figure]:
    """The figures of so many pulses."""
    tell(f"{pulses} pulses on simulated pins")
    with capture_logs():
        commands, edges = asyncio.run(_pulse(folder, pulses))
    ons, offs = edges[::2], edges[1::2]
    delays = spread([on.at - command for command, on in zip(commands, ons, strict=True)])
    bare = spread(_bare(folder, pulses))
    errors_ms = [
        abs((off.at - on.at) * 1000 - _length(number))
        for number, (on, off) in enumerate(zip(ons, offs, strict=True))
    ]
    return [
        Figure(
            "command to edge: GPIO, through the guard",
            "p99 under 5 ms",
            milliseconds(delays),
            f"bare gpiozero, on() in the same process: {milliseconds(bare)}",
            delays.p99 < 0.005,
        ),
        Figure(
            "pulse length beside the order: GPIO",
            "within 10 ms",
            f"worst {max(errors_ms):.2f} ms (n={len(errors_ms)})",
            "",
            max(errors_ms) < 10,
        ),
    ]


async def _pulse(folder: Path, pulses: int) -> tuple[list[float], list[PinEdge]]:
    guard = Guard(LATCHES, folder, lambda: None)
    memory = PinMemory(folder)
    await guard.start()
    commands = []
    try:
        for number in range(pulses):
            ms = _length(number)
            pin = LATCHES[number % len(LATCHES)]
            latch = GuardedLatch(guard, pin, "bench.latch", ms, None)
            commands.append(time.monotonic())
            await latch.pulse()
            await asyncio.sleep(ms / 1000 + REST_S)
    finally:
        await guard.close()
    edges = [edge for edge in memory.edges()[0] if OutputPin(edge.pin) in LATCHES]
    memory.close()
    return commands, edges


def _bare(folder: Path, times: int) -> list[float]:
    pins = open_pins(folder)
    output = DigitalOutputDevice(BARE, pin_factory=pins)
    memory = PinMemory(folder)
    commands = []
    for _ in range(times):
        commands.append(time.monotonic())
        output.on()
        output.off()
        time.sleep(REST_S)
    ons = [edge.at for edge in memory.edges()[0] if edge.pin == BARE and edge.level]
    memory.close()
    output.close()
    pins.close()
    return [on - command for command, on in zip(commands, ons, strict=True)]


def _length(number: int) -> int:
    return LENGTHS_MS[number % len(LENGTHS_MS)]
