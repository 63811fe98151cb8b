"""Makes a map of keys from what a MIDI device sends while a person presses each key once.

Pure: messages and their times go in; what they say about a key, or why not yet, comes out.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum, auto

import mido

from boxd.devices import Key

QUIET_S = 0.2
"""A key that has sent a release is done after this; a bounce comes within 40 ms."""

NO_END_S = 1.5
"""A key without a release by now sends none; a finger rests for a shorter time."""

LONGEST_S = 2.8
"""A device that still sends after this does not come to rest; said within three seconds."""

BOUNCE_S = 0.040
"""A touch so soon after the last one of the same key is a bounce: no finger is that quick."""

KEYS = (*(key for key in Key if key.is_digit), Key.ENTER, Key.CANCEL)
"""The keys, in the order of the questions."""

_MANY = 40  # messages of one control: more than any finger causes, few for a slider


class Kind(StrEnum):
    """What a control sends; the value is its name in the configuration."""

    NOTE = "note"
    CONTROL = "control"
    PROGRAM = "program"


@dataclass(frozen=True)
class Signal:
    """The identity of a control within a device (channel 1..16)."""

    kind: Kind
    number: int
    channel: int = 1

    def __str__(self) -> str:
        return f"{self.kind} {self.number} on channel {self.channel}"


@dataclass(frozen=True)
class LearnedEvent:
    """A control took a value; a note that ends has the value 0."""

    signal: Signal
    value: int
    at: float


@dataclass(frozen=True)
class LearnedKey:
    """What a key sends; `taps`: it sends no release. `notice` is for the person.

    `pressure`: its values say how hard it is pressed.
    """

    signal: Signal
    on: int = 127
    off: int = 0
    taps: bool = False
    pressure: bool = False
    notice: str = ""


@dataclass(frozen=True)
class Again:
    """The press taught nothing yet: why, and what to do."""

    why: str


def read(message: mido.Message, at: float) -> LearnedEvent | None:
    """The control and value in a complete message; None if it can be no key."""
    match message.type:
        case "note_off":
            return LearnedEvent(Signal(Kind.NOTE, message.note, message.channel + 1), 0, at)
        case "note_on":
            signal = Signal(Kind.NOTE, message.note, message.channel + 1)
            return LearnedEvent(signal, message.velocity, at)
        case "control_change":
            signal = Signal(Kind.CONTROL, message.control, message.channel + 1)
            return LearnedEvent(signal, message.value, at)
        case "program_change":
            return LearnedEvent(Signal(Kind.PROGRAM, message.program, message.channel + 1), 1, at)
    return None


class Press:
    """Everything received from a key's press until the device is quiet again.

    `before` are presses of the same key that taught nothing. The first value of a control in them
    is its value for on, because a press may begin with the end of the one before.
    """

    def __init__(self, before: Sequence[Press] = ()) -> None:
        self.events: list[LearnedEvent] = []
        self._on: dict[Signal, int] = {}
        for press in reversed(before):
            self._on |= press._on

    def hear(self, event: LearnedEvent) -> None:
        """Take one more event."""
        self.events.append(event)
        self._on.setdefault(event.signal, event.value)

    def is_over(self, now: float) -> bool:
        """Whether no more messages are expected."""
        if not self.events:
            return False
        if now - self.events[0].at >= LONGEST_S:
            return True
        is_held = any(self.course(signal) is Course.BEGUN for signal in self.signals)
        return now - self.events[-1].at >= (NO_END_S if is_held else QUIET_S)

    @property
    def signals(self) -> tuple[Signal, ...]:
        """The controls that sent something, in order of their first message."""
        return tuple(dict.fromkeys(event.signal for event in self.events))

    def of(self, signal: Signal) -> tuple[LearnedEvent, ...]:
        """The events of one control."""
        return tuple(event for event in self.events if event.signal == signal)

    def begins(self, event: LearnedEvent) -> bool:
        """Whether the event is the beginning of a touch."""
        if event.signal.kind is Kind.NOTE:
            return event.value > 0
        return event.value == self._on[event.signal]

    def course(self, signal: Signal) -> Course:
        """How far the control's touch has come."""
        steps = [self.begins(event) for event in self.of(signal)]
        if not any(steps):
            return Course.ENDED
        return Course.BEGUN if steps[-1] else Course.WHOLE


class Course(Enum):
    """Whether a control began and ended, only began, or only ended."""

    WHOLE = auto()
    BEGUN = auto()
    ENDED = auto()


def judge(
    press: Press,
    taken: Mapping[Signal, Key],
    before: Sequence[Press] = (),
    *,
    has_taps: bool = False,
) -> LearnedKey | Again:
    """What a press says about a key.

    `taken` are the controls of keys learned so far, `before` the presses of this key that taught
    nothing; `has_taps`: another key of the device sends no release.
    """
    why = _why_not_this(press, taken)
    if why:
        return Again(why)
    candidates = _candidates(press, taken)
    if len(candidates) > 1 and set(candidates) not in [set(_candidates(p, taken)) for p in before]:
        listed = " and ".join(str(signal) for signal in candidates)
        return Again(f"that sent {listed}; press it once more, and nothing else")
    signal = candidates[0]
    heard = press.of(signal)
    values = [event.value for event in heard]
    if signal.kind is Kind.CONTROL and len(set(values)) > 2 and not _is_pressure(values):
        return Again("that is a slider or knob; press a plain button")
    if signal.kind is Kind.PROGRAM and len(values) > 1:
        return Again(
            "that sends one program change when it is pressed and the same when it is let go, so "
            "a press can't be told from its end; set the device to send notes"
        )
    if len(heard) > _MANY:
        return Again(f"{signal} does not come to rest; is the key stuck? Press it once more")
    also = [other for other in press.signals if other != signal and other not in taken]
    return _timed(press, signal, before, has_taps, _notice(press, signal, also))


def _why_not_this(press: Press, taken: Mapping[Signal, Key]) -> str:
    fired = [taken[s] for s in press.signals if s in taken]
    if not fired:
        return ""
    if all(signal in taken for signal in press.signals):
        return f"that is {fired[0]} already; press another key"
    # The end of an earlier key may come late; its beginning would press two keys at once.
    begun = [s for s in press.signals if s in taken and any(event.value for event in press.of(s))]
    if begun:
        key = taken[begun[0]]
        return f"{key} fired too: is it stuck, or were two keys pressed? Press it once more"
    return ""


def _candidates(press: Press, taken: Mapping[Signal, Key]) -> list[Signal]:
    """The controls that may be the key's: notes if there are any, because pads send both."""
    new = [signal for signal in press.signals if signal not in taken]
    return [signal for signal in new if signal.kind is Kind.NOTE] or new


def _notice(press: Press, signal: Signal, also: Sequence[Signal]) -> str:
    parts = []
    begun = [event.at for event in press.of(signal) if press.begins(event)]
    bounces = sum(later - at < BOUNCE_S for at, later in itertools.pairwise(begun))
    if bounces:
        parts.append(f"it bounced {bounces} times, which boxd ignores")
    if also:
        parts.append("it also sends " + " and ".join(map(str, also)) + ", which boxd ignores")
    return "; ".join(parts)


def _timed(
    press: Press, signal: Signal, before: Sequence[Press], has_taps: bool, notice: str
) -> LearnedKey | Again:
    values = [event.value for event in press.of(signal)]
    course = press.course(signal)
    if course is Course.WHOLE:
        if signal.kind is Kind.NOTE:
            return LearnedKey(signal, notice=notice)
        if _is_pressure(values):
            return LearnedKey(signal, pressure=True, notice=notice)
        on = next(event.value for event in press.of(signal) if press.begins(event))
        return LearnedKey(signal, on, values[-1], notice=notice)
    earlier = [event.value for each in before for event in each.of(signal)]
    # A finger that rested on the key looks the same once; a second beginning decides.
    if has_taps or (earlier and course is Course.BEGUN):
        return _tapping(signal, [*earlier, *values], notice)
    if earlier:
        return Again("press it once more")
    return Again("it said nothing when it was let go; press it once more, and let go at once")


def _is_pressure(values: Sequence[int]) -> bool:
    """Whether a control's values of one touch say how hard it was: not 127, and 0 at its end."""
    return values[0] > 0 and values[-1] == 0 and values[0] != 127


def _tapping(signal: Signal, values: Sequence[int], notice: str) -> LearnedKey:
    if signal.kind is not Kind.CONTROL:
        return LearnedKey(signal, taps=True, notice=notice)
    on, off = max(values), min(values)
    return LearnedKey(signal, on or 127, off if off != on else 0, taps=True, notice=notice)


class LearningSession:
    """The key that is being asked for, and what was learned so far."""

    def __init__(self) -> None:
        self.learned: dict[Key, LearnedKey] = {}
        self._at = 0
        self._before: list[Press] = []

    @property
    def key(self) -> Key | None:
        """The key that is to be pressed; None after the last."""
        return KEYS[self._at] if self._at < len(KEYS) else None

    def press(self) -> Press:
        """A new press of the key that is asked for."""
        return Press(self._before)

    def take(self, press: Press) -> LearnedKey | Again:
        """Learn the key that is asked for, or say why not yet."""
        taken = {known.signal: key for key, known in self.learned.items()}
        has_taps = any(known.taps for known in self.learned.values())
        outcome = judge(press, taken, self._before, has_taps=has_taps)
        if isinstance(outcome, Again):
            self._before.append(press)
        elif self.key is not None:
            self.learned[self.key] = outcome
            self._move(1)
        return outcome

    def skip(self) -> None:
        """Leave the key out: the device has none for it."""
        self._move(1)

    def back(self) -> None:
        """Ask for the previous key once more."""
        self._move(-1)
        if self.key is not None:
            self.learned.pop(self.key, None)

    def _move(self, steps: int) -> None:
        self._at = min(max(self._at + steps, 0), len(KEYS))
        self._before.clear()
