"""A kind of device in one file: a box on the network that speaks in lines of text."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from boxd.config.device_kinds import DeviceKind
from boxd.config.device_schema import DeviceSection
from boxd.config.duplicates import Use, used_twice
from boxd.config.schema import Config
from boxd.config.schema_texts import SchemaFinding
from boxd.config.values import Name
from boxd.device_line import DeviceLine, LineFault
from boxd.device_parts import DeviceLamp, ReportedKeypad
from boxd.device_state import StatusTracker
from boxd.devices import Bus, Confirmation, DeviceState, DeviceStatus, Door, Key, KeyTouch, LampName
from boxd.errors import DeliveryUnknown, DeviceUnreachable
from boxd.sim.unit import SimulatedKind, Wiring

PULSE_MS = 120  # the box ends its pulses itself
ANSWERS_WITHIN_S = 1.0  # a pulse and its answer take an eighth of that
TRIES_EVERY_S = 0.5


# 1. The section of the configuration, and the rules that pydantic can't see


class ParlourDevice(DeviceSection):
    """A box at a Unix socket, with a keypad, lamps and latches."""

    kind: Literal["parlour"]
    port: Annotated[str, Field(pattern="^/", description="the path of a Unix socket")]
    latches: dict[Name, Annotated[int, Field(ge=1, le=9)]] = Field(default_factory=dict)

    @property
    def key_names(self) -> frozenset[Key]:
        return frozenset(Key)

    @property
    def lamp_names(self) -> frozenset[LampName]:
        return frozenset(LampName)


def latch_faults(devices: Mapping[int, ParlourDevice]) -> Iterable[SchemaFinding]:
    """A finding for each latch number that has a name already."""
    for row, device in devices.items():
        uses = [
            Use(
                ("devices", row, "latches", name),
                f"device '{device.name}': {name}",
                f"no. {number}",
            )
            for name, number in device.latches.items()
        ]
        yield from used_twice(uses, "give each latch a number of its own")


# 2. The codec: text to messages and back, with no port in sight


@dataclass(frozen=True)
class KeyMoved:
    """A key went down or came up."""

    key: Key
    down: bool


@dataclass(frozen=True)
class Answer:
    """The box repeats an order once it is done."""

    order: str


def parse(line: str) -> KeyMoved | Answer | None:
    """What a line from the box means; None if it means nothing."""
    word, _, rest = line.partition(" ")
    if word in ("down", "up") and rest in set(Key):
        return KeyMoved(Key(rest), word == "down")
    return Answer(rest) if word == "done" else None


def lamp_order(lamp: LampName, lit: bool) -> str:
    """The order that lights a lamp or puts it out."""
    return f"lamp {lamp} {'on' if lit else 'off'}"


# 3. The device: its state, and its parts


class ParlourBox:
    """One configured box and its connection."""

    reader = None
    buzzer = None
    restart_sensor = None
    doors: ClassVar[dict[str, Door]] = {}

    def __init__(self, section: ParlourDevice, on_change: Callable[[], None]) -> None:
        self.name = section.name
        self.line = DeviceLine()
        self.keypad = ReportedKeypad()
        self.lamps = {lamp: DeviceLamp(lamp, self.show) for lamp in LampName}
        self.latches = {
            name: ParlourLatch(f"{section.name}.{name}", number, self.order)
            for name, number in section.latches.items()
        }
        self.tried = asyncio.Event()
        self._path = section.port
        self._tracker = StatusTracker(
            section.name, section.kind, section.port, on_change, enabled=section.enabled
        )
        self._lit = dict.fromkeys(LampName, False)
        self._writer: asyncio.StreamWriter | None = None
        self._awaited: dict[str, asyncio.Future[None]] = {}

    @property
    def status(self) -> DeviceStatus:
        return self._tracker.status

    async def keep_connected(self) -> None:
        """Connect, and again whenever that ends; for ever, unless it is disabled."""
        while self._tracker.is_enabled:
            try:
                reader, self._writer = await asyncio.open_unix_connection(self._path)
                await self._converse(reader)
                why = "it hung up; is it switched off?"
            except OSError as error:
                why = f"nothing answers there ({error.strerror or error}); check its cable"
            self._lose(why)
            await asyncio.sleep(TRIES_EVERY_S)

    def show(self, lamp: LampName, lit: bool) -> None:
        """Keep a lamp's state, and send it if the box is there."""
        self._lit[lamp] = lit
        if self._tracker.is_ready:
            self._say(lamp_order(lamp, lit))

    async def order(self, order: str) -> None:
        """Send an order once; returns when the box has done it."""
        if not self._tracker.is_ready:
            raise DeviceUnreachable(self._tracker.why_nothing_was_sent)
        done = self._awaited[order] = asyncio.get_running_loop().create_future()
        self._say(order)
        try:
            await asyncio.wait_for(done, ANSWERS_WITHIN_S)
        except TimeoutError as error:
            self.line.note(LineFault.ECHO_MISSING)
            raise DeliveryUnknown(
                f"{self._tracker.naming} did not answer '{order}'; look whether the locker is open"
            ) from error
        finally:
            self._awaited.pop(order, None)

    def put_out(self) -> None:
        """Put the lamps out, as the last word."""
        for lamp in LampName:
            self.show(lamp, False)
        self._hang_up()

    async def _converse(self, reader: asyncio.StreamReader) -> None:
        self._say("fresh")  # its answer comes behind every key that the box had kept
        while line := await reader.readline():
            heard = parse(line.decode().strip())
            if isinstance(heard, Answer):
                self._hear_answer(heard.order)
            elif isinstance(heard, KeyMoved) and self._tracker.is_ready:
                self.keypad.touch(KeyTouch(heard.key, heard.down, time.monotonic()))
            elif heard is None:
                self.line.note(LineFault.BAD_FRAME)

    def _hear_answer(self, order: str) -> None:
        if order == "fresh":
            self._tracker.become(DeviceState.READY)
            self.tried.set()
            for lamp, lit in self._lit.items():
                self._say(lamp_order(lamp, lit))
        elif (done := self._awaited.get(order)) and not done.done():
            done.set_result(None)

    def _lose(self, why: str) -> None:
        self._hang_up()
        self._tracker.become(DeviceState.UNREACHABLE, why)
        self.tried.set()
        for done in self._awaited.values():
            if not done.done():
                done.set_exception(DeliveryUnknown(f"{self._tracker.naming}: {why}"))

    def _hang_up(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()

    def _say(self, order: str) -> None:
        if self._writer is not None:
            self._writer.write(f"{order}\n".encode())


class ParlourLatch:
    """A latch of the box, which ends each pulse itself."""

    feedback = None
    confirmation = Confirmation.OVER
    longest_s = 0.2

    def __init__(self, address: str, number: int, order: Callable[[str], Awaitable[None]]) -> None:
        self.address = address
        self._number = number
        self._order = order

    async def pulse(self) -> None:
        await self._order(f"open {self._number}")


# 4. The bus, which keeps the devices connected


class ParlourBus:
    """The boxes; a missing one is a state, and does not keep the rest from starting."""

    def __init__(self, devices: Sequence[ParlourDevice], on_change: Callable[[], None]) -> None:
        self.devices = tuple(ParlourBox(device, on_change) for device in devices)
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        self._tasks = [asyncio.create_task(box.keep_connected()) for box in self.devices]
        enabled = [box for box in self.devices if box.status.state is not DeviceState.DISABLED]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                await asyncio.gather(*(box.tried.wait() for box in enabled))

    async def close(self) -> None:
        for box in self.devices:
            box.put_out()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def unconfigured(self) -> tuple[()]:
        return ()


# 5. The kind, which the entry point names


class ParlourKind(DeviceKind[ParlourDevice, object]):
    """Boxes at Unix sockets."""

    sections = (ParlourDevice,)

    def faults(self, devices: Mapping[int, ParlourDevice]) -> Iterable[SchemaFinding]:
        return latch_faults(devices)

    def buses(
        self,
        devices: Sequence[ParlourDevice],
        config: Config,
        simulated: object | None,
        on_change: Callable[[], None],
    ) -> Sequence[Bus]:
        return [ParlourBus(devices, on_change)] if devices else []


PARLOUR = ParlourKind()


# 6. The twin, for the simulation and for the conformance tests


class SimulatedParlourBox:
    """A box at a real Unix socket; what is touched while nobody listens waits, as in a buffer."""

    own_faults: ClassVar[dict[str, Callable[[], None]]] = {}
    sounds, is_sounding = 0, False

    def __init__(self, section: ParlourDevice, wiring: Wiring) -> None:
        self.product = section.name
        self.lamps = dict.fromkeys(LampName, False)
        self._section = section
        self._trace = wiring.trace
        self._on_latch = wiring.coils(section, dict.fromkeys(section.latches, PULSE_MS))
        self._talk: asyncio.Task[None] | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._kept: list[str] = []

    def power_on(self) -> None:
        """Nothing happens before somebody connects."""

    def power_off(self) -> None:
        self.lamps = dict.fromkeys(LampName, False)

    def touch(self, key: Key) -> None:
        self._say(f"down {key}")

    def release(self, key: Key) -> None:
        self._say(f"up {key}")

    def report_door(self, door: str) -> None:
        """It has no doors."""

    def connect(self) -> None:
        """Listen at the socket."""
        Path(self._section.port).unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(self._section.port)
        listener.listen()
        self._talk = asyncio.get_running_loop().create_task(self._serve(listener))

    def disconnect(self) -> None:
        """Hang up, and listen no longer."""
        if self._writer is not None:
            self._writer.close()
        if self._talk is not None:
            self._talk.cancel()
        self._writer = self._talk = None
        Path(self._section.port).unlink(missing_ok=True)

    async def _serve(self, listener: socket.socket) -> None:
        server = await asyncio.start_unix_server(self._converse, sock=listener)
        async with server:
            await server.serve_forever()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        kept, self._kept = self._kept, []
        for line in kept:
            self._say(line)
        with contextlib.suppress(ConnectionError):
            await self._obey(reader)
        writer.close()

    async def _obey(self, reader: asyncio.StreamReader) -> None:
        while line := (await reader.readline()).decode().strip():
            match line.split(" "):
                case ["lamp", lamp, state]:
                    self.lamps[LampName(lamp)] = state == "on"
                case ["open", number]:
                    await self._pulse(int(number))
            self._say(f"done {line}")

    async def _pulse(self, number: int) -> None:
        name = next(name for name, wired in self._section.latches.items() if wired == number)
        for energised in (True, False):
            self._trace.write("latch", f"{self.product}.{name}", level=int(energised))
            self._on_latch(name, energised)
            await asyncio.sleep(PULSE_MS / 1000 if energised else 0)

    def _say(self, line: str) -> None:
        if self._writer is not None:
            self._writer.write(f"{line}\n".encode())
        elif not line.startswith("done"):
            self._kept.append(line)


class ParlourSockets:
    """Where the simulated boxes are plugged in."""

    def __init__(self) -> None:
        self._plugged: list[SimulatedParlourBox] = []

    def plug(self, unit: SimulatedParlourBox) -> None:
        self._plugged.append(unit)
        unit.connect()

    def unplug(self, unit: SimulatedParlourBox) -> None:
        self._plugged.remove(unit)
        unit.disconnect()

    def is_plugged(self, unit: SimulatedParlourBox) -> bool:
        return unit in self._plugged


class SimulatedParlour(SimulatedKind):
    """The twin that the second entry point names."""

    def __init__(self, config: Config) -> None:
        del config
        self.socket = ParlourSockets()

    def unit(self, device: ParlourDevice, wiring: Wiring) -> SimulatedParlourBox:
        return SimulatedParlourBox(device, wiring)
