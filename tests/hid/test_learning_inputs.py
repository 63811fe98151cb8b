"""A number pad is learned by pressing its keys; a scanner is told from one."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from boxd.cli.devices.input_dialogue import InputProbe, input_section, show_input_keys
from boxd.cli.devices.keyboard import Keyboard
from boxd.devices import Key
from boxd.hid.sections import HidDevice
from boxd.sim.hardware_trace import Trace
from boxd.sim.inputs import SimulatedInput, SimulatedInputPorts
from tests.midi.waiting import until

PORT = "/dev/input/by-id/usb-Pad-event-kbd"
DIGITS = (82, 79, 80, 81, 75, 76, 77, 71, 72, 73)  # of a number pad, from 0
PLUS, PAD_ENTER = 78, 96


def plugged(folder: Path) -> tuple[SimulatedInput, str]:
    section = HidDevice.model_validate({"kind": "hid", "name": "pad", "port": PORT})
    unit, ports = (
        SimulatedInput(section, Trace(folder / "trace.jsonl")),
        SimulatedInputPorts(folder),
    )
    ports.plug(unit)
    return unit, ports.path_of(PORT)


async def test_only_keys_that_mean_something_else_are_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unit, path = plugged(tmp_path)
    probe, keyboard = InputProbe(path, lambda *_: None), Keyboard()
    learning = asyncio.ensure_future(show_input_keys(probe, keyboard))
    said: list[str] = []

    def has_asked(number: int) -> bool:
        said.append(capsys.readouterr().err)
        return f"{number}/12" in "".join(said)

    for number, code in enumerate((*DIGITS, PAD_ENTER, PLUS), 1):
        await until(lambda: has_asked(number))  # noqa: B023
        await asyncio.sleep(0.11)  # no scanner: nobody presses four keys in 0.3 s
        unit.press(code, True)
        unit.press(code, False)
    keys = await learning
    keyboard.close()
    probe.close()

    assert keys == {Key.CANCEL: PLUS}
    assert input_section("pad", PORT, keys).endswith("keys = { Cancel = 78 }\n")


async def test_a_scanner_needs_no_learning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unit, path = plugged(tmp_path)
    probe, keyboard = InputProbe(path, lambda *_: None), Keyboard()
    unit.scan("4006381333931")
    assert await show_input_keys(probe, keyboard) == {}
    keyboard.close()
    probe.close()
    assert "that is a scanner" in capsys.readouterr().err
