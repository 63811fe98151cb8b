"""A simulated pad controller: notes and controls as its configuration maps them."""

from __future__ import annotations

from collections.abc import Callable

import mido

from boxd.devices import DoorState, Key, LampName
from boxd.midi.notes import encode, switched
from boxd.midi.sections import MidiControl, NotesDevice
from boxd.midi.stream import MidiStream
from boxd.sim.hardware_trace import Trace


class SimulatedPad:
    """A class-compliant MIDI device with keys, lamps and door switches.

    `door_state` returns the state of the door behind a switch.
    """

    def __init__(
        self,
        device: NotesDevice,
        trace: Trace,
        door_state: Callable[[str], DoorState] = lambda _door: DoorState.CLOSED,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self.product = device.port
        self.emit: Callable[[bytes], None] = lambda _data: None
        self.lamps = dict.fromkeys(LampName, False)
        self.sounds = 0
        self.is_sounding = False
        self._device = device
        self._trace = trace
        self._door_state = door_state
        self._on_change = on_change
        self._stream = MidiStream()
        self._touched: set[Key] = set()
        self._toggled: set[Key] = set()  # toggle keys whose last message was "on"
        self._lights: dict[MidiControl, bool] = {}

    def power_on(self) -> None:
        """Start with every output off."""
        self._trace.write("power", self.product)
        self._stream = MidiStream()

    def power_off(self) -> None:
        """Lose power: every output goes off."""
        self.lamps = dict.fromkeys(LampName, False)
        self.is_sounding = False
        self._touched.clear()
        self._toggled.clear()
        self._lights.clear()
        self._on_change()

    def receive(self, data: bytes) -> None:
        """Take bytes from the host."""
        self._trace.write("bytes", self.product, bytes=data.hex())
        for message in self._stream.feed(data):
            self._act(message)

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

    def report_door(self, door: str) -> None:
        """Report a door's state to the host, as its switch does when it moves."""
        if door not in self._device.doors:
            return
        is_open = self._door_state(door) is DoorState.OPEN
        self._say(self._device.doors[door], is_open)

    def _move_finger(self, key: Key, touched: bool) -> None:
        if key not in self._device.keys or touched == (key in self._touched):
            return
        (self._touched.add if touched else self._touched.discard)(key)
        self._trace.write("key", self.product, key=str(key), touched=touched)
        control = self._device.keys[key]
        if not control.taps:
            self._say(control, touched)
        elif touched:
            self._toggled ^= {key}
            self._say(control, key in self._toggled)

    def _say(self, control: MidiControl, on: bool) -> None:
        self.emit(bytes(encode(self._device.channel, control, on).bin()))

    def _act(self, message: mido.Message) -> None:
        channel, device = self._device.channel, self._device
        if device.ask_state and switched(channel, device.ask_state, message):
            for door in device.doors:
                self.report_door(door)
        for lamp, lights in device.lamps.items():
            for control in lights.controls:
                # A light depends on the exact value: a Launchpad's is off at velocity 12.
                for lit in (True, False):
                    if message == encode(channel, control, lit):
                        self._lights[control] = lit
                        self._light(lamp, all(self._lights.get(c) for c in lights.controls))
        if device.buzzer:
            sounding = switched(channel, device.buzzer, message)
            if sounding is not None:
                self._sound(sounding)

    def _light(self, lamp: LampName, lit: bool) -> None:
        self.lamps[lamp] = lit
        self._trace.write("lamp", self.product, lamp=str(lamp), lit=lit)
        self._on_change()

    def _sound(self, sounding: bool) -> None:
        self.sounds += int(sounding)
        self.is_sounding = sounding
        self._on_change()
