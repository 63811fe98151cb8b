"""The test that asks nobody: what it finds, and that it moves nothing."""

from __future__ import annotations

from pathlib import Path

from boxd.bays.device_registry import DeviceRegistry
from boxd.bays.self_test import SelfTestResult, self_test
from boxd.devices import DeviceState, DoorState, LampName, UnconfiguredDevice
from boxd.sim.hardware import SimulatedHardware
from tests.bays.devices import DevicesInMemory
from tests.midi.box import config, midi_ports, midi_registry
from tests.midi.trace import records
from tests.midi.waiting import until


async def _found(registry: DeviceRegistry) -> dict[tuple[str, str], tuple[str, str]]:
    rows = await self_test(registry, settles_s=0)
    return {(row.device, row.part): (row.result.value, row.remark) for row in rows}


async def test_a_device_that_is_away_fails_with_the_reason() -> None:
    devices = DevicesInMemory()
    devices.by_name["board-1"].state = DeviceState.UNREACHABLE
    devices.by_name["board-1"].why = "check its cable"
    found = await _found(devices.registry)
    assert found["board-1", ""] == ("failed", "unreachable: check its cable")
    assert ("board-1", "standby lamp") not in found
    assert found["board-0", ""] == ("passed", "ready")


async def test_a_disabled_device_is_skipped() -> None:
    devices = DevicesInMemory()
    devices.by_name["board-1"].state = DeviceState.DISABLED
    assert (await _found(devices.registry))["board-1", ""][0] == "skipped"


async def test_a_contact_that_has_said_nothing_fails() -> None:
    devices = DevicesInMemory(feedback=True)
    devices.by_name["door-pad"].say("door-1", DoorState.CLOSED)
    found = await _found(devices.registry)
    assert found["door-pad", "door-1"] == ("passed", "closed")
    assert found["door-pad", "door-2"][0] == "failed"
    assert found["board-0", "contact of latch"][0] == "failed"


async def test_something_unknown_that_is_plugged_in_is_named() -> None:
    devices = DevicesInMemory([UnconfiguredDevice("codetv", "CodeTV Board 7")])
    result, remark = (await _found(devices.registry))["CodeTV Board 7", ""]
    assert result == SelfTestResult.SKIPPED
    assert "in no configuration" in remark


async def test_the_lamps_show_what_they_showed() -> None:
    devices = DevicesInMemory()
    devices.registry.lamps("board-0")[LampName.FAILURE].set(True)
    devices.by_name["board-0"].shown.sent.clear()
    await self_test(devices.registry, settles_s=0)
    assert devices.by_name["board-0"].lit == {LampName.FAILURE}
    assert len(devices.by_name["board-0"].shown.sent) == 3


async def test_a_lamp_under_somebody_s_test_is_left_alone() -> None:
    devices = DevicesInMemory()
    test = devices.tests().begin("anna")
    test.borrow("board-0")
    test.light(LampName.FAILURE, True)
    await self_test(devices.registry, settles_s=0)
    assert devices.by_name["board-0"].lit == {LampName.FAILURE}


async def test_no_latch_edge_and_no_unlock_byte_is_in_the_trace(tmp_path: Path) -> None:
    configured = config(tmp_path)
    hardware = SimulatedHardware(configured)
    registry = midi_registry(configured, midi_ports(hardware), lambda: None)
    await registry.start()
    try:
        await until(lambda: all(s.state is DeviceState.READY for s in registry.statuses()))
        begun = len(records(tmp_path))
        # What a board has shown already is not traced again: this shows that the trace is read.
        registry.lamps("board-0")[LampName.FAILURE].set(True)
        rows = await self_test(registry, settles_s=0.1)
        seen = records(tmp_path)[begun:]
    finally:
        await registry.close()
        hardware.close()
    assert len([row for row in rows if row.result is SelfTestResult.PASSED]) > 6
    said = {row.device: row.remark for row in rows if not row.part}
    assert said["board-0"] == "answers", "its echo came while the test ran"
    assert [line for line in seen if line["what"] == "bytes"], "the lamp was sent"
    assert [line for line in seen if line["what"] == "latch"] == []
