"""The test that asks nobody and moves nothing: what the devices themselves report.

It never touches a latch: only opening a locker shows whether a bolt moves.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from boxd.bays.device_registry import DeviceRegistry
from boxd.bays.monitored import MonitoredDevice
from boxd.devices import DeviceState, DoorState, part_named

SETTLES_S = 1.5
"""How long a device's fault may take to show: a command to an Arduino is tried for a second."""

_ANSWERS = "answers"
"""Said in place of the state by a device that answered while the test ran."""


class SelfTestResult(StrEnum):
    """The result of testing one part."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Tested:
    """One part of one device with its test's result; `part` is empty for the device itself."""

    device: str
    part: str
    result: SelfTestResult
    remark: str = ""

    def as_json(self) -> dict[str, str]:
        """The result as values for JSON."""
        return {
            "device": self.device,
            "part": self.part,
            "result": self.result.value,
            "remark": self.remark,
        }


async def self_test(registry: DeviceRegistry, settles_s: float = SETTLES_S) -> tuple[Tested, ...]:
    """Send every lamp its present state again, and check the states of devices and contacts."""
    begun = time.monotonic()
    for device in registry.devices:
        for lamp in device.lamps.values():
            lamp.send_again()
    await asyncio.sleep(settles_s)
    tested = [row for device in registry.devices for row in _look_at(device, begun)]
    for unconfigured in registry.unconfigured():
        remark = f"plugged in, but in no configuration. {unconfigured.remedy}".strip()
        tested.append(Tested(unconfigured.port, "", SelfTestResult.SKIPPED, remark))
    return tuple(tested)


def failures(tested: Sequence[Tested]) -> str:
    """What has failed, and why; empty for nothing."""
    failed = (row for row in tested if row.result is SelfTestResult.FAILED)
    return "; ".join(f"{row.device} {row.part}".strip() + f": {row.remark}" for row in failed)


def _look_at(device: MonitoredDevice, begun: float) -> Iterator[Tested]:
    status = device.status
    if status.state is DeviceState.DISABLED:
        yield Tested(device.name, "", SelfTestResult.SKIPPED, "switched off in the configuration")
        return
    if status.state is not DeviceState.READY:
        because = f": {status.why}" if status.why else ""
        yield Tested(device.name, "", SelfTestResult.FAILED, f"{status.state}{because}")
        return
    remark = _ANSWERS if device.line.has_answered_since(begun) else status.state
    yield Tested(device.name, "", SelfTestResult.PASSED, remark)
    for lamp in device.lamps:
        yield Tested(
            device.name, f"{lamp} lamp", SelfTestResult.PASSED, "can be sent; nobody looked"
        )
    for name, door in device.doors.items():
        yield _contact(device.name, part_named("door", name), door.state)
    for name, latch in device.latches.items():
        if latch.feedback is not None:
            yield _contact(
                device.name, f"contact of {part_named('latch', name)}", latch.feedback.state
            )
        yield Tested(
            device.name, part_named("latch", name), SelfTestResult.SKIPPED, "never moved by itself"
        )


def _contact(device: str, part: str, state: DoorState) -> Tested:
    if state is DoorState.UNKNOWN:
        return Tested(device, part, SelfTestResult.FAILED, "has said nothing; check its wiring")
    return Tested(device, part, SelfTestResult.PASSED, state)
