"""Every configured device, kept connected, and found by the names in the configuration."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable

import structlog

from boxd.config.schema import CodetvDevice, Config, Device
from boxd.devices import Buzzer, DeviceStatus, Door, Keypad, Lamp, LampName, Latch
from boxd.errors import NotFound
from boxd.midi.codetv import CodetvProfile
from boxd.midi.device import MidiDevice
from boxd.midi.notes import NotesProfile
from boxd.midi.ports import Listing, PortSystem, belongs_to

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 0.5  # a device's coming and going is to be noticed within two seconds
FIRST_LOOK_S = 1.0  # the rest of the box starts then, even if a MIDI system is slow to answer
LAST_LOOK_S = 2.0  # what a look may still take when the rack is closed
LONGEST_WAIT_S = 2.0  # between attempts while there is no MIDI system at all

_CODETV_PRODUCT = re.compile(r"CodeTV Board \d+")


class Rack:
    """The devices of a box. A missing one is a state, and keeps nothing else from starting."""

    def __init__(self, config: Config, ports: PortSystem, on_change: Callable[[], None]) -> None:
        self._ports = ports
        self._devices = {
            device.name: _device(device, ports, on_change) for device in config.devices
        }
        self._listing = Listing()
        self._closing = asyncio.Event()
        self._watch: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Look and go on watching; returns once what is there is connected, or after a second."""
        first = asyncio.create_task(self._look())
        self._watch = asyncio.create_task(self._keep_looking(first), name="rack")
        self._watch.add_done_callback(_report_failure)
        await asyncio.wait({first}, timeout=FIRST_LOOK_S)

    async def close(self) -> None:
        """Stop watching, put the lamps out and close every port, then the MIDI system."""
        self._closing.set()
        if self._watch:
            # A look that is under way may be opening ports in a thread: let it finish.
            await asyncio.wait({self._watch}, timeout=LAST_LOOK_S)
            self._watch.cancel()
        for device in self._devices.values():
            await device.close()
        await self._ports.close()

    def statuses(self) -> tuple[DeviceStatus, ...]:
        """How each device stands, in the order of the configuration."""
        return tuple(device.status for device in self._devices.values())

    def keypad(self, name: str) -> Keypad:
        """The keypad of the device of this name."""
        return self._device(name).keypad

    def lamps(self, name: str) -> dict[LampName, Lamp]:
        """The lamps that the device of this name has."""
        return dict(self._device(name).lamps)

    def buzzer(self, name: str) -> Buzzer:
        """The buzzer of the device of this name."""
        return self._device(name).buzzer

    def latch(self, name: str) -> Latch:
        """The latch of the device of this name; NotFound where it has none."""
        latch = self._device(name).latch
        if latch is None:
            raise NotFound(f"device '{name}' has no latch; only CodeTV boards have one")
        return latch

    def door(self, address: str) -> Door:
        """The door switch at `device.door`."""
        name, _, door = address.partition(".")
        doors = self._device(name).doors
        if door not in doors:
            known = ", ".join(doors) or "none"
            raise NotFound(f"device '{name}' has no door '{door}'; its doors: {known}")
        return doors[door]

    def unknown_ports(self) -> list[str]:
        """The products of CodeTV boards that are plugged in and in no configuration."""
        plugged = {
            match.group()
            for port in self._listing.destinations
            if (match := _CODETV_PRODUCT.search(port))
        }
        configured = {device.product for device in self._devices.values()}
        return sorted(
            product
            for product in plugged - configured
            if any(belongs_to(port, product) for port in self._listing.destinations)
        )

    def _device(self, name: str) -> MidiDevice:
        try:
            return self._devices[name]
        except KeyError:
            known = ", ".join(self._devices) or "none"
            raise NotFound(f"no device is called '{name}'; known: {known}") from None

    async def _keep_looking(self, first: asyncio.Task[bool]) -> None:
        wait = LOOK_EVERY_S
        seen = await first
        while not self._closing.is_set():
            wait = LOOK_EVERY_S if seen else min(wait * 2, LONGEST_WAIT_S)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), wait)
                return
            seen = await self._look()

    async def _look(self) -> bool:
        try:
            self._listing = await self._ports.look()
        except OSError as error:
            self._listing = Listing()
            why = f"there is no MIDI system to find it on: {error}"
            await asyncio.gather(*(device.lose(why) for device in self._devices.values()))
            return False
        await asyncio.gather(*(device.see(self._listing) for device in self._devices.values()))
        return True


def _report_failure(watch: asyncio.Task[None]) -> None:
    if not watch.cancelled() and (error := watch.exception()):
        log.critical("devices are watched no longer; restart boxd", exc_info=error)


def _device(device: Device, ports: PortSystem, on_change: Callable[[], None]) -> MidiDevice:
    profile = CodetvProfile() if isinstance(device, CodetvDevice) else NotesProfile(device)
    return MidiDevice(
        ports,
        profile,
        on_change,
        name=device.name,
        kind=device.kind,
        product=device.port,
        enabled=device.enabled,
    )
