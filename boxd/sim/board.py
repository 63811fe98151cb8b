"""A simulated CodeTV board: the firmware's behaviour, bytes in and bytes out.

It copies the boards' public firmware with its faults: it looks only at the third byte of a SysEx,
is deaf during a pulse, beeps by itself, and a reset energises the latch.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import mido

from boxd.devices import Key, LampName
from boxd.midi import codetv
from boxd.midi.stream import MidiStream
from boxd.sim.trace import Trace

RESET_MS = 1000
OWN_BEEP_MS = 50
SYSEX_ROOM_BYTES = 4096  # the firmware sets no limit

_LAMP_OF_TYPE = {kind: lamp for lamp, kind in codetv.TYPE_OF_LAMP.items()}


class SimulatedBoard:
    """One board. `emit` receives its bytes; the port that it is plugged into sets it.

    `on_latch` is called when the coil gets current; `on_change` after every visible change.
    """

    def __init__(
        self,
        product: str,
        trace: Trace,
        on_latch: Callable[[bool], None] = lambda _energised: None,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self.product = product
        self.emit: Callable[[bytes], None] = lambda _data: None
        self.lamps = dict.fromkeys(LampName, False)
        self.sounds = 0
        self.is_sounding = False
        self._trace = trace
        self._on_latch = on_latch
        self._on_change = on_change
        self._stream = MidiStream(SYSEX_ROOM_BYTES)
        self._fingers: set[Key] = set()
        self._reported: set[Key] = set()
        self._waiting: list[mido.Message] = []  # messages that arrived during a pulse
        self._pulse: asyncio.TimerHandle | None = None
        self._sound: asyncio.TimerHandle | None = None

    @property
    def is_deaf(self) -> bool:
        """Whether it is pulsing, and so neither acts on messages nor reads its keys."""
        return self._pulse is not None

    def power_on(self) -> None:
        """Start with every output off."""
        self._trace.write("power", self.product)
        self._stream = MidiStream(SYSEX_ROOM_BYTES)
        self._scan()

    def power_off(self) -> None:
        """Lose power: every output goes off, and waiting messages are lost."""
        for timer in (self._pulse, self._sound):
            if timer:
                timer.cancel()
        if self._pulse:
            self._energise(False)
        self._pulse = self._sound = None
        self.is_sounding = False
        self.lamps = dict.fromkeys(LampName, False)
        self._waiting.clear()
        self._reported.clear()
        self._on_change()

    def receive(self, data: bytes) -> None:
        """Take bytes from the host."""
        self._trace.write("bytes", self.product, bytes=data.hex())
        for message in self._stream.feed(data):
            if self.is_deaf:
                self._waiting.append(message)
            else:
                self._act(message)

    def touch(self, key: Key) -> None:
        """A finger touches a key."""
        self._fingers.add(key)
        self._scan()

    def release(self, key: Key) -> None:
        """The finger leaves the key."""
        self._fingers.discard(key)
        self._scan()

    def report_door(self, door: str) -> None:
        """A board has no door switches: nothing to report."""

    def _scan(self) -> None:
        if self.is_deaf:
            return
        for key in Key:
            touched = key in self._fingers
            if touched != (key in self._reported):
                self._report(key, touched)

    def _report(self, key: Key, touched: bool) -> None:
        if touched:
            self._reported.add(key)
            self._beep(OWN_BEEP_MS)
        else:
            self._reported.discard(key)
        self._trace.write("key", self.product, key=str(key), touched=touched)
        self.emit(bytes(codetv.key(key, touched).bin()))

    def _act(self, message: mido.Message) -> None:
        if message.type != "sysex" or len(message) < 4:
            return
        kind, value = message.bytes()[2:4]
        if kind in _LAMP_OF_TYPE:
            self._light(_LAMP_OF_TYPE[kind], value != 0)
        elif kind == codetv.TYPE_BUZZER:
            self._beep(value * codetv.BUZZER_UNIT_MS)
        elif kind == codetv.TYPE_UNLOCK:
            self._hold_latch(codetv.PULSE_MS)
        elif kind == codetv.TYPE_RESET:
            for lamp in LampName:
                self._light(lamp, True)
            self._hold_latch(RESET_MS)

    def _light(self, lamp: LampName, lit: bool) -> None:
        self.lamps[lamp] = lit
        self._trace.write("lamp", self.product, lamp=str(lamp), lit=lit)
        self._on_change()

    def _beep(self, milliseconds: int) -> None:
        self._trace.write("buzzer", self.product, ms=milliseconds)
        if self._sound:
            self._sound.cancel()
        self.sounds += 1
        self.is_sounding = True
        loop = asyncio.get_running_loop()
        self._sound = loop.call_later(milliseconds / 1000, self._fall_silent)
        self._on_change()

    def _fall_silent(self) -> None:
        self.is_sounding = False
        self._on_change()

    def _hold_latch(self, milliseconds: int) -> None:
        self._energise(True)
        loop = asyncio.get_running_loop()
        was_reset = milliseconds == RESET_MS
        self._pulse = loop.call_later(milliseconds / 1000, self._end_pulse, was_reset)

    def _end_pulse(self, was_reset: bool) -> None:
        self._pulse = None
        self._energise(False)
        if was_reset:
            for lamp in LampName:
                self._light(lamp, False)
        waiting, self._waiting = self._waiting, []
        for message in waiting:
            if self.is_deaf:
                self._waiting.append(message)
            else:
                self._act(message)
        self._scan()

    def _energise(self, energised: bool) -> None:
        self._trace.write("latch", self.product, level=int(energised))
        self._on_latch(energised)
