"""The simulated hardware of a whole box: its boards, pads and doors, and their faults."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from importlib.metadata import entry_points
from typing import Any

from boxd.config.addresses import split
from boxd.config.device_kinds import loaded, name_of_kind
from boxd.config.device_schema import DeviceSection
from boxd.config.schema import Config, MidiBackend
from boxd.devices import DoorState, Key
from boxd.errors import BadInput, ConfigError
from boxd.sim.doors import SimulatedDoors
from boxd.sim.faults import inject
from boxd.sim.front import front_state
from boxd.sim.hardware_trace import Trace
from boxd.sim.inputs import SimulatedInput
from boxd.sim.unit import GROUP, PlugPoint, SimulatedKind, Unit, Wiring

TOUCH_S = 0.04  # how long a quick finger rests on a key
GAP_S = 0.06  # and how long it takes to the next: longer than a bounce, even on a busy loop
DOOR_OPENS_S = 0.06  # from the coil's current to the door's switch


class SimulatedHardware:
    """All devices and doors of the configuration, plugged into the sockets of their kinds.

    Doors and pulse counts are kept in the state directory, because real doors keep their position.
    Raises ConfigError if the configuration is not for a simulation.
    """

    def __init__(self, config: Config) -> None:
        if not config.simulation.enabled or config.midi.backend is not MidiBackend.SIMULATION:
            raise ConfigError(
                "simulated hardware does not stand beside real devices; set "
                'simulation.enabled = true and midi.backend = "simulation", or use real boards'
            )
        self._config = config
        self._kinds = _twins(config)
        self._trace = Trace(config.trace_file)
        self._mechanics = SimulatedDoors(
            config.simulated_hardware_file,
            tuple(locker.id for locker in config.lockers),
        )
        self._listeners: list[Callable[[], None]] = []
        self._hands: dict[str, asyncio.Lock] = {}
        self._copies: dict[str, Unit] = {}
        self._stuck: dict[str, set[Key]] = {}
        self._opening: set[asyncio.TimerHandle] = set()
        self._end_interrupted_pulses()
        self._units = {
            device.name: self._kind(device.name).unit(device, self._wiring(device))
            for device in config.devices
        }
        for name in self._units:
            self._plug(name)

    @property
    def sockets(self) -> dict[str, PlugPoint]:
        """Where the devices of each kind are plugged in, by the kind's name."""
        return {name: kind.socket for name, kind in self._kinds.items()}

    def close(self) -> None:
        """End every timer and close the trace; the boards lose their power."""
        for timer in self._opening:
            timer.cancel()
        for unit in (*self._units.values(), *self._copies.values()):
            unit.power_off()
        self._trace.close()

    def on_change(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` after every change of `state`; returns a function that stops this."""
        self._listeners.append(callback)
        return lambda: self._listeners.remove(callback)

    def state(self) -> dict[str, Any]:
        """The front of the box, for programs."""
        plugged = {name for name in self._units if self._is_plugged(name)}
        return front_state(self._config, self._units, plugged, self._mechanics.doors)

    async def press(self, bay: str, keys: Sequence[str]) -> None:
        """Tap keys at a bay, one after the other, as fast as a quick finger."""
        keypads = {known.id: known.keypad for known in self._config.bays}
        if bay not in keypads:
            raise BadInput(f"there is no bay '{bay}'; the bays: {', '.join(keypads)}")
        await self._tap(keypads[bay], [_key(name) for name in keys])

    async def press_operator(self, keys: Sequence[str]) -> None:
        """Tap the operator's keys."""
        keypad = self._config.operator.keypad
        if keypad is None:
            raise BadInput("this box has no operator's keys; set operator.keypad to a device")
        await self._tap(keypad, [_key(name) for name in keys])

    def touch(self, device: str, key: str, touched: bool) -> None:
        """A finger touches (`touched`) or leaves a device's key."""
        unit = self._named(device)
        (unit.touch if touched else unit.release)(_key(key))

    def scan(self, device: str, text: str) -> None:
        """Hold something before a scanner."""
        unit = self._named(device)
        if not isinstance(unit, SimulatedInput):
            raise BadInput(f"'{device}' reads no codes; name a device of kind = 'hid'")
        unit.scan(text)

    def set_door(self, locker: int, state: DoorState | str) -> None:
        """Open or close a locker's door by hand."""
        known = (str(DoorState.OPEN), str(DoorState.CLOSED))
        if state not in known:
            raise BadInput(f"a door can't be '{state}'; it can be: {', '.join(known)}")
        self._check_locker(locker)
        self._move_door(locker, DoorState(state))

    def fault(self, device: str, fault: str, key: str = "") -> None:
        """Make something fail, or work again; see `boxd.sim.faults.inject`."""
        inject(self, device, fault, key)

    def unplug(self, device: str) -> None:
        """Pull a device's plug."""
        self._named(device)
        if self._is_plugged(device):
            self._pull(device)

    def replug(self, device: str) -> None:
        """Put a device's plug back."""
        self._named(device)
        if not self._is_plugged(device):
            self._plug(device)

    def jam(self, locker: int) -> None:
        """The locker no longer opens when its latch is pulsed."""
        self._check_locker(locker)
        self._mechanics.jam(locker, True)
        self._tell()

    def unjam(self, locker: int) -> None:
        """The locker opens again when its latch is pulsed."""
        self._check_locker(locker)
        self._mechanics.jam(locker, False)
        self._tell()

    def spring(self, locker: int) -> None:
        """The door opens by itself."""
        self._check_locker(locker)
        self._move_door(locker, DoorState.OPEN)

    def own_faults(self, device: str) -> Mapping[str, Callable[[], None]]:
        """The faults that only such a device has, e.g. a CodeTV board."""
        return self._named(device).own_faults

    def stick(self, device: str, key: str) -> None:
        """A key reads as touched until `unstick`."""
        unit, stuck = self._named(device), _key(key)
        self._stuck.setdefault(device, set()).add(stuck)
        unit.touch(stuck)

    def unstick(self, device: str, key: str) -> None:
        """A stuck key is released."""
        unit, stuck = self._named(device), _key(key)
        self._stuck.get(device, set()).discard(stuck)
        unit.release(stuck)

    def duplicate(self, device: str) -> None:
        """Plug in a second device with the same product name."""
        if device in self._copies:
            return
        self._named(device)
        configured = self._configured(device)
        wiring = replace(self._wiring(configured), on_latch=_wired_to_nothing)
        copy = self._kind(device).double(configured, wiring)
        if copy is None:
            raise BadInput(f"'{device}' is found by its place: a second one is no other's double")
        self._copies[device] = copy
        self._kind(device).socket.plug(copy)
        self._trace.write("plugged", copy.product, copy=True)
        self._tell()

    def unduplicate(self, device: str) -> None:
        """Unplug the second device."""
        self._named(device)
        if copy := self._copies.pop(device, None):
            self._kind(device).socket.unplug(copy)
            self._trace.write("unplugged", copy.product, copy=True)
            self._tell()

    def _configured(self, device: str) -> DeviceSection:
        return next(known for known in self._config.devices if known.name == device)

    def _kind(self, device: str) -> SimulatedKind:
        return self._kinds[name_of_kind(self._configured(device))]

    def _wiring(self, device: DeviceSection) -> Wiring:
        return Wiring(
            config=self._config,
            trace=self._trace,
            on_latch=partial(self._latch_changed, device),
            door_state=partial(self._door_at, device),
            on_change=self._tell,
        )

    def _lockers_behind(self, device: DeviceSection, latch: str) -> list[int]:
        """The lockers that this latch of the device opens."""
        only = len(device.latch_names) == 1
        return [
            locker.id
            for locker in self._config.lockers
            if split(locker.latch) == (device.name, latch)
            or (only and split(locker.latch) == (device.name, ""))
        ]

    def _named(self, device: str) -> Unit:
        if device not in self._units:
            known = ", ".join(self._units)
            raise BadInput(f"there is no device '{device}'; the devices: {known}")
        return self._units[device]

    def _check_locker(self, locker: int) -> None:
        if locker not in self._mechanics.doors:
            known = ", ".join(str(number) for number in self._mechanics.doors)
            raise BadInput(f"there is no locker {locker}; the lockers: {known}")

    def _is_plugged(self, device: str) -> bool:
        return self._kind(device).socket.is_plugged(self._units[device])

    def _plug(self, device: str) -> None:
        unit = self._units[device]
        unit.power_on()
        self._kind(device).socket.plug(unit)
        self._trace.write("plugged", unit.product)
        self._tell()

    def _pull(self, device: str) -> None:
        unit = self._units[device]
        self._kind(device).socket.unplug(unit)
        self._trace.write("unplugged", unit.product)
        unit.power_off()
        self._tell()

    async def _tap(self, device: str, keys: list[Key]) -> None:
        unit = self._named(device)
        stuck = self._stuck.get(device, set())
        async with self._hands.setdefault(device, asyncio.Lock()):
            for key in keys:
                unit.touch(key)
                await asyncio.sleep(TOUCH_S)
                if key not in stuck:
                    unit.release(key)
                await asyncio.sleep(GAP_S)

    def _latch_changed(
        self, device: DeviceSection, latch: str, address: str, longest_ms: int, energised: bool
    ) -> None:
        if not energised:
            self._mechanics.rest(address)
            return
        lockers = self._lockers_behind(device, latch)
        for locker in self._mechanics.opening(address, lockers, longest_ms):
            self._open_soon(locker)
        self._tell()

    def _open_soon(self, locker: int) -> None:
        def arrive() -> None:
            self._opening.discard(timer)
            self._move_door(locker, DoorState.OPEN)

        timer = asyncio.get_running_loop().call_later(DOOR_OPENS_S, arrive)
        self._opening.add(timer)

    def _move_door(self, locker: int, state: DoorState) -> None:
        if not self._mechanics.move(locker, state):
            return
        known = next(known for known in self._config.lockers if known.id == locker)
        name, door = split(known.door or "")
        unit = self._units.get(name)
        where = unit.product if unit else f"locker {locker}"
        self._trace.write("door", where, door=locker, state=str(state))
        if unit is not None:
            unit.report_door(door)
        latched_by, latch = split(known.latch)
        self._units[latched_by].report_door(latch)
        self._tell()

    def _door_at(self, device: DeviceSection, part: str) -> DoorState:
        """The state of the door that belongs to this switch or this latch's feedback contact."""
        behind = self._lockers_behind(device, part) if part in device.latch_names else []
        for locker in self._config.lockers:
            if locker.door == f"{device.name}.{part}" or locker.id in behind:
                return self._mechanics.doors[locker.id].state
        return DoorState.CLOSED

    def _end_interrupted_pulses(self) -> None:
        """Trace the edges that a dead program could not: a board ends its pulses by itself.

        Not for pins: the process that drives them lives on, and the pins' memory has their edges.
        """
        pins = {each.name for each in self._config.devices if self._kind(each.name).outlives_boxd}
        for latch, until in list(self._mechanics.energised.items()):
            if split(latch)[0] in pins:
                continue
            self._trace.write("latch", latch, at=min(until, time.monotonic()), level=0)
            self._mechanics.rest(latch)

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()


def _twins(config: Config) -> dict[str, SimulatedKind]:
    """A twin of each kind that the configuration uses. Raises ConfigError if one has none."""
    twins = {point.name: point for point in entry_points(group=GROUP)}
    used = {name_of_kind(device): device for device in config.devices}
    for name, device in used.items():
        if name not in twins:
            raise ConfigError(
                f"device '{device.name}': kind = '{device.kind}' has no simulated twin; take the"
                " device out of the simulation"
            )
    return {name: loaded(twins[name])(config) for name in used}


def _wired_to_nothing(_latch: str, _address: str, _longest_ms: int, _energised: bool) -> None:
    """Nothing hangs on this latch."""


def _key(name: str) -> Key:
    try:
        return Key(name)
    except ValueError:
        raise BadInput(f"there is no key '{name}'; the keys: {', '.join(Key)}") from None
