"""What the twin's trace keeps: every command, and nothing that only says that boxd is there."""

from __future__ import annotations

import asyncio
from pathlib import Path

from boxd.arduino.frames import Frame, FrameStream
from boxd.arduino.messages import Hello, Ping, PulseCommand, message_of
from tests.arduino.wires import Bench, bench


async def test_commands_are_traced_and_pings_are_not(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        await made.arduino.latches["latch-2"].pulse()
        await asyncio.sleep(0.6)  # two pings

        said = [message_of(frame) for frame in traced(made)]

    assert Hello() in said
    assert said.count(PulseCommand(2, 60)) == 1
    assert Ping() not in said


def traced(made: Bench) -> list[Frame]:
    """The frames in the trace."""
    sent = b"".join(bytes.fromhex(record["bytes"]) for record in made.records("bytes"))
    return FrameStream().feed(sent)
