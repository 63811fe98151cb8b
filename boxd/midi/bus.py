"""The MIDI system as one bus: its devices, searched for as long as the box runs."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable, Collection, Sequence

import structlog

from boxd.config.device_schema import CodetvDevice, NotesDevice
from boxd.devices import UnconfiguredDevice
from boxd.midi.codetv import CodetvProfile
from boxd.midi.device import MidiDevice
from boxd.midi.notes import NotesProfile
from boxd.midi.ports import Listing, PortSystem, belongs_to

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 0.5  # people expect to see a device come and go within two seconds
FIRST_LOOK_S = 1.0  # the rest of the box starts then, even if a MIDI system is slow to answer
LAST_LOOK_S = 2.0  # how long a look may still take when the bus is closed
LONGEST_WAIT_S = 2.0  # between attempts while there is no MIDI system at all

_CODETV_PRODUCT = re.compile(r"CodeTV Board \d+")


class MidiBus:
    """The MIDI devices of a box. A missing one is a state, and the rest starts without it."""

    def __init__(
        self,
        devices: Sequence[CodetvDevice | NotesDevice],
        ports: PortSystem,
        on_change: Callable[[], None],
    ) -> None:
        self._ports = ports
        products = frozenset(device.port for device in devices)
        self.devices = tuple(_device(device, ports, on_change, products) for device in devices)
        self._listing = Listing()
        self._closing = asyncio.Event()
        self._watch: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Look and keep watching; returns once what is there is connected, or after a second."""
        first = asyncio.create_task(self._look())
        self._watch = asyncio.create_task(self._keep_looking(first), name="midi bus")
        self._watch.add_done_callback(_report_failure)
        await asyncio.wait({first}, timeout=FIRST_LOOK_S)

    async def close(self) -> None:
        """Stop watching, put the lamps out and close every port, then the MIDI system."""
        self._closing.set()
        if self._watch:
            # A look may be opening ports in a thread: let it finish.
            await asyncio.wait({self._watch}, timeout=LAST_LOOK_S)
            self._watch.cancel()
        for device in self.devices:
            await device.close()
        await self._ports.close()

    def unconfigured(self) -> tuple[UnconfiguredDevice, ...]:
        """The CodeTV boards that are plugged in but not configured."""
        plugged = {
            match.group()
            for port in self._listing.destinations
            if (match := _CODETV_PRODUCT.search(port))
        }
        configured = {device.product for device in self.devices}
        return tuple(
            UnconfiguredDevice("codetv", product)
            for product in sorted(plugged - configured)
            if any(belongs_to(port, product) for port in self._listing.destinations)
        )

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
            await asyncio.gather(*(device.lose(why) for device in self.devices))
            return False
        await asyncio.gather(*(device.see(self._listing) for device in self.devices))
        return True


def _report_failure(watch: asyncio.Task[None]) -> None:
    if not watch.cancelled() and (error := watch.exception()):
        log.critical("midi_watch.ended", remedy="restart boxd", exc_info=error)


def _device(
    device: CodetvDevice | NotesDevice,
    ports: PortSystem,
    on_change: Callable[[], None],
    configured: Collection[str],
) -> MidiDevice:
    profile = CodetvProfile() if isinstance(device, CodetvDevice) else NotesProfile(device)
    return MidiDevice(
        ports,
        profile,
        on_change,
        name=device.name,
        kind=device.kind,
        product=device.port,
        enabled=device.enabled,
        configured=configured,
    )
