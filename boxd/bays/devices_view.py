"""The devices for people at one moment: states, parts, unconfigured devices, and who tests what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from boxd.bays.capabilities import Believed, DeviceParts, believed, parts_of
from boxd.bays.device_registry import DeviceRegistry
from boxd.bays.device_tests import DeviceTests
from boxd.config import Config
from boxd.device_line import DeviceLine
from boxd.devices import DeviceStatus, UnconfiguredDevice


@dataclass(frozen=True)
class DevicesView:
    """Everything shown about the devices. `tested` names the device under test, or is empty."""

    statuses: Sequence[DeviceStatus]
    parts: Mapping[str, DeviceParts]
    unconfigured: Sequence[UnconfiguredDevice]
    believed: Mapping[int, Believed]
    lines: Mapping[str, DeviceLine]
    tested: str = ""
    tester: str = ""


def devices_view(config: Config, tests: DeviceTests) -> DevicesView:
    """The present view of the devices."""
    test = tests.current
    tested = test.device.name if test and test.device else ""
    return DevicesView(
        statuses=tests.registry.statuses(),
        parts={
            declared.name: parts_of(tests.registry.device(declared.name), declared, config.lockers)
            for declared in config.devices
        },
        unconfigured=tests.registry.unconfigured(),
        believed=who_is_believed(config, tests.registry),
        lines={device.name: device.line for device in tests.registry.devices},
        tested=tested,
        tester=test.actor if test and tested else "",
    )


def who_is_believed(config: Config, registry: DeviceRegistry) -> dict[int, Believed]:
    """For each locker, what tells that it opened."""
    return {
        locker.id: believed(
            locker.door is not None, registry.latch(locker.latch).feedback is not None
        )
        for locker in config.lockers
    }
