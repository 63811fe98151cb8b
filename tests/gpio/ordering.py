"""A program that keeps a guard, as boxd does, in a process of its own that can be killed.

Arguments: the folder of the pins' memory or `-`, then the pins. Standard input takes lines
`PIN MS`; standard output says `usable`, `unusable WHY` whenever that changes, and each
order's outcome.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import structlog

from boxd.errors import BoxdError
from boxd.gpio.guarded import Guard
from boxd.gpio.outputs import OutputPin


async def main(memory_dir: Path | None, pins: list[OutputPin]) -> None:
    guard = Guard(pins, memory_dir, lambda: say(guard))
    await guard.start()
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    orders = set()
    while line := await lines.readline():
        number, ms = line.split()
        pin = next(pin for pin in pins if pin.number == int(number))
        orders.add(asyncio.create_task(order(guard, pin, int(ms))))
    await guard.close()


async def order(guard: Guard, pin: OutputPin, ms: int) -> None:
    try:
        await guard.pulse(pin, ms)
        print(f"begun {pin.number}", flush=True)
    except BoxdError as error:
        print(f"{type(error).__name__} {error}", flush=True)


def say(guard: Guard) -> None:
    print(f"unusable {guard.why_unusable}" if guard.why_unusable else "usable", flush=True)


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    where = None if sys.argv[1] == "-" else Path(sys.argv[1])
    asyncio.run(main(where, [OutputPin.parse(text) for text in sys.argv[2:]]))
