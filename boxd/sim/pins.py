"""The simulated front of a device on the Pi's pins: what its wires lead to, below gpiozero."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from boxd.config.device_schema import PinLevel
from boxd.devices import DoorState, Key, LampName
from boxd.gpio.pin_memory import PinMemory
from boxd.gpio.sections import GpioDevice, GpioOutput
from boxd.sim.contacts import (
    DOOR_BOUNCES_S,
    KEY_BOUNCES_S,
    SimulatedContact,
    SimulatedCrossing,
    SimulatedSwitch,
)
from boxd.sim.hardware_trace import Trace
from boxd.sim.outputs import OutputWatch

Switched = Callable[[bool, float], None]
"""Called when an output goes on or off, with the time."""


class SimulatedPins:
    """Latches, lamps, buzzer, keys and door switches on a connector that can be unplugged.

    `memory_dir` is the folder of the pins' memory. `on_latch` gets a latch's name when its coil
    gets or loses its current; `door_state` returns the state of the door that belongs to a door
    switch or to a latch with a feedback contact.

    The process that drives the pins may outlive this one: what happened in between is reported and
    traced at the first `power_on`.
    """

    def __init__(
        self,
        device: GpioDevice,
        memory_dir: Path,
        trace: Trace,
        on_latch: Callable[[str, bool], None] = lambda _latch, _energised: None,
        door_state: Callable[[str], DoorState] = lambda _door: DoorState.CLOSED,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self.product = device.name
        self.lamps = dict.fromkeys(LampName, False)
        self.sounds = 0
        self.is_sounding = False
        self._device = device
        self._folder = memory_dir
        self._trace = trace
        self._on_latch = on_latch
        self._door_state = door_state
        self._on_change = on_change
        self._memory: PinMemory | None = None
        self._keys = dict(_key_contacts(device))
        self._switches = tuple(_switches(device))
        wired = list(self._wired_outputs())
        self._effects = {output.pin: effect for output, effect in wired}
        self._watch = OutputWatch(
            {output.pin: output.on is PinLevel.HIGH for output, _ in wired},
            self._switch,
            memory_dir / f"seen-by-{device.name}",
        )

    def power_on(self) -> None:
        """Plug the connector onto the header."""
        if self._memory is not None:
            return
        self._memory = PinMemory(self._folder)
        is_resumed = self._watch.resume()
        self._adopt(self._watch.on)
        for latch in () if is_resumed else self._device.latches:
            self._trace.write("power", self._address(latch))
        for name, switch in self._switches:
            switch.is_closed = self._is_shut(name)
        for contact in self._contacts():
            contact.plug(self._memory)
        self._watch.open(self._memory, is_resumed=is_resumed)
        self._on_change()

    def power_off(self) -> None:
        """Unplug the connector: inputs follow their pulls, outputs reach nothing."""
        if self._memory is None:
            return
        for contact in self._contacts():
            contact.unplug()
        self._watch.close()
        self._memory.close()
        self._memory = None
        self._on_change()

    @property
    def own_faults(self) -> dict[str, Callable[[], None]]:
        """None but what can happen to every device."""
        return {}

    def touch(self, key: Key) -> None:
        """A finger touches a key."""
        self._move_finger(key, True)

    def release(self, key: Key) -> None:
        """The finger leaves the key."""
        self._move_finger(key, False)

    def report_door(self, _door: str) -> None:
        """A door has moved: switches and feedback contacts follow."""
        for name, switch in self._switches:
            switch.move(self._is_shut(name))

    def _adopt(self, on: frozenset[int]) -> None:
        """The outputs that were on when the last program that followed them died."""
        self.lamps.update((lamp, each.pin in on) for lamp, each in self._device.lamps.items())
        self.is_sounding = self._device.buzzer is not None and self._device.buzzer.pin in on

    def _is_shut(self, name: str) -> bool:
        return self._door_state(name) is DoorState.CLOSED

    def _move_finger(self, key: Key, touched: bool) -> None:
        contact = self._keys.get(key)
        if contact is None or contact.is_closed == touched:
            return
        self._trace.write("key", self.product, key=str(key), touched=touched)
        contact.move(touched)

    def _contacts(self) -> Iterator[SimulatedContact]:
        yield from (switch for _, switch in self._switches)
        yield from self._keys.values()

    def _wired_outputs(self) -> Iterator[tuple[GpioOutput, Switched]]:
        for name, latch in self._device.latches.items():
            yield GpioOutput(pin=latch.pin, on=latch.on), partial(self._energise, name)
        for lamp, output in self._device.lamps.items():
            yield output, partial(self._light, lamp)
        if self._device.buzzer is not None:
            yield self._device.buzzer, self._sound

    def _switch(self, pin: int, on: bool, at: float) -> None:
        self._effects[pin](on, at)
        self._on_change()

    def _energise(self, latch: str, energised: bool, at: float) -> None:
        section = self._device.latches[latch]
        held = {} if section.hold_ms is None else {"hold_ms": section.hold_ms}
        self._trace.write("latch", self._address(latch), at=at, level=int(energised), **held)
        self._on_latch(latch, energised)

    def _light(self, lamp: LampName, lit: bool, at: float) -> None:
        self.lamps[lamp] = lit
        self._trace.write("lamp", self.product, at=at, lamp=str(lamp), lit=lit)

    def _sound(self, sounding: bool, at: float) -> None:
        self.sounds += int(sounding)
        self.is_sounding = sounding
        self._trace.write("buzzer", self.product, at=at, sounding=sounding)

    def _address(self, latch: str) -> str:
        return f"{self._device.name}.{latch}"


def _switches(device: GpioDevice) -> Iterator[tuple[str, SimulatedSwitch]]:
    """The contacts that a door or latch moves, by the part's name."""
    for name, switch in device.doors.items():
        yield name, SimulatedSwitch(switch, DOOR_BOUNCES_S)
    for name, latch in device.latches.items():
        if latch.feedback is not None:
            yield name, SimulatedSwitch(latch.feedback, DOOR_BOUNCES_S)


def _key_contacts(device: GpioDevice) -> Iterator[tuple[Key, SimulatedContact]]:
    for key, switch in device.keys.items():
        yield key, SimulatedSwitch(switch, KEY_BOUNCES_S)
    if device.matrix is not None:
        rows, columns = device.matrix.rows, device.matrix.columns
        for (row, column), key in device.matrix.keys.items():
            yield key, SimulatedCrossing(rows[row], columns[column], KEY_BOUNCES_S)
