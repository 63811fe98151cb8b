"""While a device is learned, what can be no key is said within three seconds."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from boxd.cli.devices.learning_dialogue import MidiProbe
from boxd.midi.learning import Press
from boxd.midi.ports import PortPair
from boxd.midi.sections import NotesDevice
from boxd.sim.hardware_trace import Trace
from boxd.sim.pad import SimulatedPad
from boxd.sim.ports import SimulatedPorts
from tests.midi.waiting import until


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ("e00040", "pitch bend 0 on channel 1"),
        ("d040", "pressure 64 on channel 1"),
        ("f07e7f0601f7", "SysEx F0 7E 7F 06 01 F7"),
    ],
)
async def test_what_can_be_no_key_is_said_and_the_key_still_learned(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], sent: str, words: str
) -> None:
    pad = SimulatedPad(
        NotesDevice(kind="notes", name="pad", port="Pad"), Trace(tmp_path / "trace.jsonl")
    )
    ports = SimulatedPorts()
    ports.plug(pad)
    (name,) = ports.glance().sources
    probe = MidiProbe(ports, PortPair(name, name), "Pad")
    await probe.open()
    press = asyncio.ensure_future(probe.collect(Press()))
    pad.emit(bytes.fromhex(sent))
    said: list[str] = []

    def is_said() -> bool:
        said.append(capsys.readouterr().err)
        return f"that was {words}: it can be no key" in "".join(said)

    await until(is_said, 3.0)
    pad.emit(bytes.fromhex("903c7f903c00"))
    assert len((await press).events) == 2
    await probe.close()
