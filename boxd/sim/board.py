"""A simulated CodeTV board: the firmware's behaviour, bytes in and bytes out.

It copies the boards' public firmware with its faults: it looks only at the third byte of a SysEx,
sends each back once it has acted on it, is deaf during a pulse, beeps by itself, and a reset
energises the latch. It can hang, get out of step, and be the oldest firmware, whose messages have
six bytes: other numbers for keys and latch, but the same echoes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from functools import partial

from boxd.devices import Key, LampName
from boxd.midi import codetv
from boxd.midi.echo_watch import PROBE_EVERY_S
from boxd.sim.board_reader import BoardReader, TakenSysex
from boxd.sim.hardware_trace import Trace

OWN_BEEP_MS = 50

_CUT_AFTER_ITS_TYPE = bytes((0xF0, 0x7D, codetv.TYPE_OF_LAMP[LampName.FAILURE]))
# A lamp message that comes alone and changes nothing: each second's would fill the trace.
_PROBES_APART_S = PROBE_EVERY_S * 0.9
_OLDEST_KEY = 0x01  # the oldest firmware's type of every key's message
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
        self._reader = BoardReader()
        self._told: dict[LampName, bool] = {}  # the host's lamp messages since power-on
        self._heard_at = 0.0
        self._is_hung = False
        self._is_oldest = False
        self._fingers: set[Key] = set()
        self._reported: set[Key] = set()
        self._waiting: list[TakenSysex] = []  # messages that arrived during a pulse
        self._pulse: asyncio.TimerHandle | None = None
        self._sound: asyncio.TimerHandle | None = None

    @property
    def is_deaf(self) -> bool:
        """Whether it is pulsing, and so neither acts on messages nor reads its keys."""
        return self._pulse is not None

    def power_on(self) -> None:
        """Start with every output off, in step."""
        self._trace.write("power", self.product)
        self._reader = BoardReader()
        self._told.clear()
        self._is_hung = False
        self._scan()

    def power_off(self) -> None:
        """Lose power: every output goes off, and waiting messages are lost."""
        self._let_go()
        if self._sound:
            self._sound.cancel()
        self._sound = None
        self.is_sounding = False
        self.lamps = dict.fromkeys(LampName, False)
        self._waiting.clear()
        self._reported.clear()
        self._on_change()

    def receive(self, data: bytes) -> None:
        """Take bytes from the host."""
        if self._is_hung:
            return
        taken = self._reader.feed(data)
        now = time.monotonic()
        is_probe = now - self._heard_at > _PROBES_APART_S and all(map(self._is_known, taken))
        self._heard_at = now
        if not (taken and is_probe):
            self._trace.write("bytes", self.product, bytes=data.hex())
        self._act_on(taken)

    @property
    def own_faults(self) -> Mapping[str, Callable[[], None]]:
        """What goes wrong with boards alone."""
        return {
            "hang": self.hang,
            "out-of-step": self.get_out_of_step,
            "oldest": partial(self.be_oldest, True),
            "newest": partial(self.be_oldest, False),
        }

    def hang(self) -> None:
        """Do nothing more until the power is cut; a pulse that has begun still ends."""
        self._is_hung = True

    def get_out_of_step(self) -> None:
        """Receive a message that a USB reset cut after its third byte."""
        self._reader.feed(_CUT_AFTER_ITS_TYPE)

    def be_oldest(self, is_oldest: bool) -> None:
        """Be a board with the oldest firmware, or no longer."""
        self._is_oldest = is_oldest

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
        if self.is_deaf or self._is_hung:
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
        said = bytes(codetv.key(key, touched).bin())
        self.emit(said[:2] + bytes((_OLDEST_KEY,)) + said[2:] if self._is_oldest else said)

    def _is_known(self, message: TakenSysex) -> bool:
        lamp = _LAMP_OF_TYPE.get(message.kind)
        return lamp is not None and self._told.get(lamp) == (message.value != 0)

    def _act_on(self, messages: list[TakenSysex]) -> None:
        for message in messages:
            if self.is_deaf:
                self._waiting.append(message)
            else:
                self._act(message)

    def _act(self, message: TakenSysex) -> None:
        """Act on a message, then send it back; after a pulse, once that is over."""
        kind, value = message.kind, message.value
        if self._is_oldest:
            self.emit(message.echo)
        elif kind == codetv.TYPE_UNLOCK:
            self._hold_latch(codetv.PULSE_MS, message)
        elif kind == codetv.TYPE_RESET:
            for lamp in LampName:
                self._light(lamp, True)
            self._hold_latch(codetv.RESTART_MS, message)
        else:
            if kind in _LAMP_OF_TYPE and not self._is_known(message):
                self._told[_LAMP_OF_TYPE[kind]] = value != 0
                self._light(_LAMP_OF_TYPE[kind], value != 0)
            elif kind == codetv.TYPE_BUZZER:
                self._beep(value * codetv.BUZZER_UNIT_MS)
            self.emit(message.echo)

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

    def _hold_latch(self, milliseconds: int, message: TakenSysex) -> None:
        self._energise(True)
        loop = asyncio.get_running_loop()
        self._pulse = loop.call_later(milliseconds / 1000, self._end_pulse, message)

    def _end_pulse(self, message: TakenSysex) -> None:
        self._let_go()
        if message.kind == codetv.TYPE_RESET:
            for lamp in LampName:
                self._light(lamp, False)
            self._told.clear()
        if self._is_hung:
            return
        self.emit(message.echo)
        waiting, self._waiting = self._waiting, []
        self._act_on(waiting)
        self._scan()

    def _let_go(self) -> None:
        """End the pulse, if there is one, when a board would have.

        A board goes by its own clock; this program may have been held up for seconds.
        """
        if self._pulse is None:
            return
        self._pulse.cancel()
        ended_at, self._pulse = min(self._pulse.when(), time.monotonic()), None
        self._energise(False, ended_at)

    def _energise(self, energised: bool, at: float | None = None) -> None:
        self._trace.write("latch", self.product, at=at, level=int(energised))
        self._on_latch(energised)
