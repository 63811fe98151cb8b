"""Every configured device on any bus, found by its name in the configuration."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from boxd.bays.device_events import DeviceEvents
from boxd.bays.monitored import MonitoredDevice
from boxd.config.addresses import split
from boxd.devices import (
    Bus,
    Buzzer,
    DeviceStatus,
    Door,
    Keypad,
    Lamp,
    LampName,
    Latch,
    Reader,
    UnconfiguredDevice,
)
from boxd.errors import NotFound


class DeviceRegistry:
    """The devices of a box. A missing one is a state, and the rest starts without it.

    `order` is the order of the devices in the configuration. `events` are the events at them.
    """

    def __init__(self, order: Sequence[str], buses: Sequence[Bus]) -> None:
        self._buses = tuple(buses)
        found = {device.name: device for bus in buses for device in bus.devices}
        self.events = DeviceEvents()
        self._devices = {name: MonitoredDevice(found[name], self.events) for name in order}

    async def start(self) -> None:
        """Search for every device and keep searching; returns after a second at the latest."""
        await asyncio.gather(*(bus.start() for bus in self._buses))

    async def close(self) -> None:
        """Put every output off and release the devices; no bus waits for another, or fails it."""
        ended = await asyncio.gather(*(bus.close() for bus in self._buses), return_exceptions=True)
        for error in ended:
            if isinstance(error, BaseException):
                raise error

    def statuses(self) -> tuple[DeviceStatus, ...]:
        """The state of each device, in the order of the configuration."""
        return tuple(device.status for device in self._devices.values())

    def notice(self) -> None:
        """A device may have changed: report those whose state has."""
        for device in self._devices.values():
            device.notice()

    def unconfigured(self) -> tuple[UnconfiguredDevice, ...]:
        """Devices that are plugged in but not configured."""
        return tuple(unconfigured for bus in self._buses for unconfigured in bus.unconfigured())

    @property
    def devices(self) -> Sequence[MonitoredDevice]:
        """Every device, in the order of the configuration."""
        return tuple(self._devices.values())

    def device(self, name: str) -> MonitoredDevice:
        """The device with this name. Raises NotFound."""
        try:
            return self._devices[name]
        except KeyError:
            known = ", ".join(self._devices) or "none"
            raise NotFound(f"no device is called '{name}'; known: {known}") from None

    def keypad(self, name: str) -> Keypad:
        """The keypad of the device with this name."""
        keypad = self.device(name).keypad
        if keypad is None:
            raise NotFound(f"device '{name}' has no keys")
        return keypad

    def reader(self, name: str) -> Reader:
        """The scanner of the device with this name."""
        reader = self.device(name).reader
        if reader is None:
            raise NotFound(f"device '{name}' reads no codes")
        return reader

    def lamps(self, name: str) -> dict[LampName, Lamp]:
        """The lamps of the device with this name."""
        return dict(self.device(name).lamps)

    def buzzer(self, name: str) -> Buzzer:
        """The buzzer of the device with this name."""
        buzzer = self.device(name).buzzer
        if buzzer is None:
            raise NotFound(f"device '{name}' has no buzzer")
        return buzzer

    def latch(self, address: str) -> Latch:
        """The latch at `device.latch`, or the only one of `device`."""
        name, latch = split(address)
        latches = self.device(name).latches
        if not latch and len(latches) == 1:
            return next(iter(latches.values()))
        if latch not in latches:
            known = ", ".join(latches) or "none"
            raise NotFound(f"device '{name}' has no latch '{latch}'; its latches: {known}")
        return latches[latch]

    def door(self, address: str) -> Door:
        """The door switch at `device.door`."""
        name, door = split(address)
        doors = self.device(name).doors
        if door not in doors:
            known = ", ".join(doors) or "none"
            raise NotFound(f"device '{name}' has no door '{door}'; its doors: {known}")
        return doors[door]
