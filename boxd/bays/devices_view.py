"""The devices as people see them at one moment: states, parts, strangers, who tests what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from boxd.bays.capabilities import Believed, DeviceParts, believed, parts_of
from boxd.bays.device_tests import DeviceTests
from boxd.bays.rack import DeviceRegistry
from boxd.config import Config
from boxd.devices import DeviceStatus, Stranger


@dataclass(frozen=True)
class DevicesView:
    """All that is shown of the devices. `tested` names the device under test, or is empty."""

    statuses: Sequence[DeviceStatus]
    parts: Mapping[str, DeviceParts]
    strangers: Sequence[Stranger]
    believed: Mapping[int, Believed]
    tested: str = ""
    tester: str = ""


def devices_view(config: Config, tests: DeviceTests) -> DevicesView:
    """How the devices stand now."""
    test = tests.current
    tested = test.device.name if test and test.device else ""
    return DevicesView(
        statuses=tests.rack.statuses(),
        parts={
            declared.name: parts_of(tests.rack.device(declared.name), declared, config.lockers)
            for declared in config.devices
        },
        strangers=tests.rack.strangers(),
        believed=who_is_believed(config, tests.rack),
        tested=tested,
        tester=test.actor if test and tested else "",
    )


def who_is_believed(config: Config, rack: DeviceRegistry) -> dict[int, Believed]:
    """Per locker, who says whether it opened."""
    return {
        locker.id: believed(locker.door is not None, rack.latch(locker.latch).feedback is not None)
        for locker in config.lockers
    }
