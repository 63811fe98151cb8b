"""Devices in memory: what they are told is written down, what they report is said by the test."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from boxd.bays.device_registry import DeviceRegistry
from boxd.bays.device_tests import DeviceTests
from boxd.config.schema import Config
from boxd.device_line import DeviceLine
from boxd.device_parts import ReportedDoor, ReportedKeypad
from boxd.devices import (
    Confirmation,
    Device,
    DeviceState,
    DeviceStatus,
    Door,
    DoorState,
    Key,
    KeyTouch,
    LampName,
    UnconfiguredDevice,
)
from boxd.errors import BoxdError
from tests.bays.parts import RecordingBuzzer, RecordingLamps
from tests.bays.quiet_bay import QuietBay
from tests.midi.box import config

LONG_AGO = datetime(2026, 11, 21, 12, tzinfo=UTC)


class LatchInMemory:
    """A latch with or without a contact of its own."""

    confirmation = Confirmation.OVER
    longest_s = 0.5

    def __init__(self, address: str, feedback: ReportedDoor | None) -> None:
        self.address = address
        self.contact = feedback
        self.pulses = 0
        self.fails_with: BoxdError | None = None

    @property
    def feedback(self) -> Door | None:
        return self.contact

    async def pulse(self) -> None:
        if self.fails_with is not None:
            raise self.fails_with
        self.pulses += 1


class DeviceInMemory:
    """A device with all parts, or only doors."""

    reader = None
    restart_sensor = None

    def __init__(self, name: str, *, doors: Sequence[str] = (), feedback: bool = False) -> None:
        self.name = name
        self.state = DeviceState.READY
        self.why = ""
        self.keys = ReportedKeypad()
        self.line = DeviceLine()
        self.shown = RecordingLamps()
        self.beeps = RecordingBuzzer()
        self.switches = {door: ReportedDoor() for door in doors}
        self.keypad = None if doors else self.keys
        self.lamps = {} if doors else self.shown.by_name()
        self.buzzer = None if doors else self.beeps
        self.latch = LatchInMemory(name, ReportedDoor() if feedback else None)
        self.latches = {} if doors else {"latch": self.latch}
        self.doors = self.switches

    @property
    def status(self) -> DeviceStatus:
        return DeviceStatus(self.name, "codetv", self.name, self.state, LONG_AGO, self.why)

    def touch(self, *keys: str) -> None:
        """A finger on each key, and off again."""
        for key in keys:
            self.keys.touch(KeyTouch(Key(key), True, 1.0))
            self.keys.touch(KeyTouch(Key(key), False, 1.1))

    @property
    def lit(self) -> set[LampName]:
        """The lamps that are lit."""
        return {LampName(name) for name in self.shown.lit}

    def say(self, door: str, state: DoorState) -> None:
        """The switch of a door says something."""
        self.switches[door].move(state)


class BusInMemory:
    """A bus with these devices on it."""

    def __init__(
        self, devices: Sequence[Device], unconfigured: Sequence[UnconfiguredDevice] = ()
    ) -> None:
        self.devices = tuple(devices)
        self.plugged_besides = tuple(unconfigured)

    async def start(self) -> None:
        pass

    async def close(self) -> None:
        pass

    def unconfigured(self) -> Sequence[UnconfiguredDevice]:
        return self.plugged_besides


class DevicesInMemory:
    """The devices of the shared configuration, on a registry, and their tests."""

    def __init__(
        self, unconfigured: Sequence[UnconfiguredDevice] = (), feedback: bool = False
    ) -> None:
        self.config: Config = config(Path("/nowhere"))
        doors = ("door-1", "door-2", "door-3")
        self.by_name = {
            each.name: DeviceInMemory(
                each.name, doors=doors if each.name == "door-pad" else (), feedback=feedback
            )
            for each in self.config.devices
        }
        self.bus = BusInMemory([*self.by_name.values()], unconfigured)
        self.registry = DeviceRegistry([*self.by_name], [self.bus])
        self.bays = {bay.id: QuietBay(bay.id) for bay in self.config.bays}

    async def settle(self) -> None:
        """Let everything be told that a contact has said."""
        for _ in range(3):
            await asyncio.sleep(0)

    def tests(self) -> DeviceTests:
        """Their tests, with bays that are as busy as they are told."""
        return DeviceTests(self.config, self.registry, self.bays, lambda: None)
