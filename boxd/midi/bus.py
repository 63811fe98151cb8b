"""The MIDI system as one bus: its devices, searched for as long as the box runs."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable, Collection, Sequence

import structlog

from boxd.devices import UnconfiguredDevice
from boxd.midi.codetv import CodetvProfile
from boxd.midi.device import MidiDevice
from boxd.midi.finding import PluggedDevice, WantedDevice, plugged_in
from boxd.midi.learned import name_for
from boxd.midi.notes import NotesProfile
from boxd.midi.ports import Listing, PortSystem
from boxd.midi.sections import CodetvDevice, NotesDevice

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 0.5  # people expect to see a device come and go within two seconds
FIRST_LOOK_S = 1.0  # the rest of the box starts then, even if a MIDI system is slow to answer
LAST_LOOK_S = 2.0  # how long a look may still take when the bus is closed
LONGEST_WAIT_S = 2.0  # between attempts while there is no MIDI system at all

_CODETV_PRODUCT = re.compile(r"CodeTV Board [0-3]")
_LEARN = "# its keys and lamps: `boxd devices learn` finds out which they are, and writes this"


class MidiBus:
    """The MIDI devices of a box. A missing one is a state, and the rest starts without it."""

    def __init__(
        self,
        devices: Sequence[CodetvDevice | NotesDevice],
        ports: PortSystem,
        on_change: Callable[[], None],
    ) -> None:
        self._ports = ports
        self._wanted = tuple(wanted(device) for device in devices)
        self.devices = tuple(_device(device, ports, on_change, self._wanted) for device in devices)
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
        """The MIDI devices that are plugged in but not configured."""
        taken = [device.name for device in self.devices]
        found = plugged_in(self._listing, self._wanted)
        return tuple(unconfigured_midi(device, taken) for device in found)

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


def wanted(device: CodetvDevice | NotesDevice) -> WantedDevice:
    """How the configuration identifies the device, and in which directions it is needed."""
    if isinstance(device, CodetvDevice):
        return WantedDevice(device.port, device.usb or "")
    return WantedDevice(
        device.port,
        device.usb or "",
        device.port_number,
        sends=bool(device.keys or device.doors),
        takes=bool(device.lamps or device.buzzer or device.ask_state or device.greeting),
    )


def unconfigured_midi(plugged: PluggedDevice, taken: Collection[str]) -> UnconfiguredDevice:
    """A device for people, with the section that would configure it; `taken` are names in use."""
    product = plugged.wanted.product
    board = _CODETV_PRODUCT.fullmatch(product)
    kind, name = (
        ("codetv", f"board-{product[-1]}") if board else ("notes", name_for(product, taken))
    )
    lines = ["[[devices]]", f'kind = "{kind}"', f'name = "{name}"', *plugged.wanted.lines]
    section = "\n".join(lines if board else [*lines, _LEARN])
    return UnconfiguredDevice(kind, plugged.wanted.label, section=section)


def _device(
    device: CodetvDevice | NotesDevice,
    ports: PortSystem,
    on_change: Callable[[], None],
    configured: Collection[WantedDevice],
) -> MidiDevice:
    profile = CodetvProfile() if isinstance(device, CodetvDevice) else NotesProfile(device)
    return MidiDevice(
        ports,
        profile,
        on_change,
        name=device.name,
        kind=device.kind,
        wanted=wanted(device),
        enabled=device.enabled,
        configured=configured,
    )
