"""The Arduinos' firmware in Python: the protocol's rules, with the time as an argument.

It passes the same list of cases as the firmware itself: tests/arduino/conformance/.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from boxd.arduino.frames import Frame, FrameStream
from boxd.arduino.layouts import Layout
from boxd.arduino.messages import (
    BUZZER_LONGEST_MS,
    PROTOCOL_VERSION,
    PULSE_LONGEST_MS,
    PULSE_SHORTEST_MS,
    REPLY,
    SILENCE_MS,
    AllOff,
    BuzzerCommand,
    DoorLevels,
    DoorMoved,
    Hello,
    Lamps,
    Message,
    Ping,
    Pong,
    PulseCommand,
    ReadDoors,
    ReplyMessage,
    ResultCode,
    Subscribe,
    Subscribed,
    Unreadable,
    Welcome,
    frame_of,
    message_of,
)

DEBOUNCE_S = 0.025
_MOST_BAD_FRAMES = 0xFFFF
_NEVER = float("inf")


class Output(StrEnum):
    """What a board drives."""

    LATCH = "latch"
    LAMP = "lamp"
    BUZZER = "buzzer"


@dataclass(frozen=True)
class OutputEdge:
    """An output, counted from 1, was switched at a time in seconds."""

    output: Output
    number: int
    on: bool
    at: float


class PythonFirmware:
    """A board that booted at the time `now`, with its contacts at these levels.

    `send` takes the bytes of each frame, `switched` each edge of an output, `new_nonce` returns a
    nonce that differs from every earlier one. Times only grow.
    """

    def __init__(
        self,
        layout: Layout,
        board: int,
        contacts: int,
        now: float,
        new_nonce: Callable[[], int],
        send: Callable[[bytes], None],
        switched: Callable[[OutputEdge], None],
    ) -> None:
        self._layout = layout
        self._board = board
        self._new_nonce = new_nonce
        self._send = send
        self._switched = switched
        self._nonce = new_nonce()
        self._stream = FrameStream()
        self._refused_frames = 0
        self._last_id = 0
        self._last_body = b""
        self._last_reply = b""
        self._heard_at = -_NEVER
        self._is_silent = True
        self._is_subscribed = False
        self._contacts = self._levels = contacts
        self._seq = 0
        self._moves_at: dict[int, float] = {}  # doors whose contact has moved
        self._ends_at: dict[int, float] = {}  # energised latches
        self._lit = 0
        self._sounds_until: float | None = None
        self._settled_at = now + DEBOUNCE_S
        self._unheard: list[bytes] = []  # frames that came before the doors had settled

    def next_due(self) -> float | None:
        """When `advance` has something to do next; None if nothing is pending."""
        times = [*self._ends_at.values(), *self._moves_at.values()]
        if self._sounds_until is not None:
            times.append(self._sounds_until)
        if not self._is_silent:
            times.append(self._heard_at + SILENCE_MS / 1000)
        if self._unheard:
            times.append(self._settled_at)
        return min(times, default=None)

    def advance(self, now: float) -> None:
        """Do what is due by `now`, in order."""
        while (due := self.next_due()) is not None and due <= now:
            self._do_what_is_due(due)

    def receive(self, data: bytes, now: float) -> None:
        """Take bytes from the host."""
        self.advance(now)
        if now < self._settled_at:
            self._unheard.append(data)
            return
        for frame in self._stream.feed(data):
            self._take(frame, now)

    def set_contact(self, door: int, high: bool, now: float) -> None:
        """Set the level of a door's contact; it counts once it has lasted."""
        self.advance(now)
        bit = 1 << (door - 1)
        self._contacts = self._contacts | bit if high else self._contacts & ~bit
        if now < self._settled_at:
            self._levels = self._contacts
        elif not (self._contacts ^ self._levels) & bit:
            self._moves_at.pop(door, None)
        else:
            self._moves_at.setdefault(door, now + DEBOUNCE_S)

    def lose_power(self, now: float) -> None:
        """Every output goes off; a board that returns is a new object."""
        self._turn_off(now)

    def _do_what_is_due(self, now: float) -> None:
        for latch in [latch for latch, at in self._ends_at.items() if at <= now]:
            del self._ends_at[latch]
            self._switched(OutputEdge(Output.LATCH, latch, False, now))
        if self._sounds_until is not None and self._sounds_until <= now:
            self._sounds_until = None
            self._switched(OutputEdge(Output.BUZZER, 1, False, now))
        for door in [door for door, at in self._moves_at.items() if at <= now]:
            del self._moves_at[door]
            self._move_door(door)
        if not self._is_silent and self._heard_at + SILENCE_MS / 1000 <= now:
            self._fall_silent(now)
        if self._unheard and self._settled_at <= now:
            data = b"".join(self._unheard)
            self._unheard.clear()
            self.receive(data, now)

    def _move_door(self, door: int) -> None:
        bit = 1 << (door - 1)
        self._levels ^= bit
        self._seq = (self._seq + 1) & 0xFFFF
        if self._is_subscribed:
            moved = DoorMoved(self._seq, door, int(bool(self._levels & bit)), self._levels)
            self._send(frame_of(moved, self._nonce, 0).to_bytes())

    def _fall_silent(self, now: float) -> None:
        self._is_silent = True
        self._turn_off(now)
        self._is_subscribed = False
        self._nonce = self._new_nonce()

    def _turn_off(self, now: float) -> None:
        for latch in self._ends_at:
            self._switched(OutputEdge(Output.LATCH, latch, False, now))
        self._ends_at.clear()
        self._light(0, now)
        self._sound(0, now)

    def _take(self, frame: Frame, now: float) -> None:
        if frame.kind & REPLY:
            self._refused_frames += 1
        elif frame.kind == Hello.KIND:
            self._welcome(frame, now)
        elif frame.nonce != self._nonce:
            self._refuse(frame, ResultCode.STALE_BOOT)
        else:
            self._heard_at, self._is_silent = now, False
            self._answer(frame, now)

    def _answer(self, frame: Frame, now: float) -> None:
        if frame.id == self._last_id != 0 and frame.body == self._last_body:
            self._send(self._last_reply)
        elif frame.id <= self._last_id:
            self._refuse(frame, ResultCode.STALE_ID)
        else:
            self._last_id, self._last_body = frame.id, frame.body
            said = self._execute(message_of(frame), now)
            reply = ReplyMessage(frame.kind, said) if isinstance(said, ResultCode) else said
            self._last_reply = frame_of(reply, self._nonce, frame.id).to_bytes()
            self._send(self._last_reply)

    def _refuse(self, frame: Frame, result: ResultCode) -> None:
        self._send(frame_of(ReplyMessage(frame.kind, result), self._nonce, frame.id).to_bytes())

    def _welcome(self, frame: Frame, now: float) -> None:
        result = _result_of_hello(frame.payload)
        if result is ResultCode.OK:
            self._heard_at, self._is_silent = now, False
        welcome = Welcome(
            result=result,
            protocol=PROTOCOL_VERSION,
            major=1,
            minor=0,
            patch=0,
            board=self._board,
            latches=self._layout.latches,
            doors=self._layout.doors,
            lamps=self._layout.lamps,
            buzzer=1,
            longest_pulse_ms=PULSE_LONGEST_MS,
            silence_ms=SILENCE_MS,
            last_id=self._last_id,
            bad_frames=self._bad_frames,
        )
        self._send(frame_of(welcome, self._nonce, 0).to_bytes())

    @property
    def _bad_frames(self) -> int:
        return min(self._stream.dropped + self._refused_frames, _MOST_BAD_FRAMES)

    def _execute(self, command: Message, now: float) -> ResultCode | Message:
        match command:
            case PulseCommand(latch, milliseconds):
                return self._pulse(latch, milliseconds, now)
            case Lamps(mask, _) if mask >> self._layout.lamps:
                return ResultCode.BAD_ARGUMENT
            case Lamps(mask, lit):
                self._light((self._lit & ~mask) | (lit & mask), now)
            case BuzzerCommand(milliseconds) if milliseconds > BUZZER_LONGEST_MS:
                return ResultCode.BAD_ARGUMENT
            case BuzzerCommand(milliseconds):
                self._sound(milliseconds, now)
            case ReadDoors():
                return DoorLevels(ResultCode.OK, self._seq, self._levels)
            case Subscribe(on) if on > 1:
                return ResultCode.BAD_ARGUMENT
            case Subscribe(on):
                self._is_subscribed = bool(on)
                return Subscribed(ResultCode.OK, self._seq, self._levels)
            case Ping():
                return self._pong()
            case AllOff():
                self._turn_off(now)
            case Unreadable(_, is_known=True):
                return ResultCode.BAD_LENGTH
            case _:
                return ResultCode.UNKNOWN_TYPE
        return ResultCode.OK

    def _pong(self) -> Pong:
        energised = sum(1 << (latch - 1) for latch in self._ends_at)
        return Pong(
            ResultCode.OK,
            self._seq,
            self._levels,
            self._lit,
            energised,
            self._bad_frames,
            int(self._is_subscribed),
        )

    def _pulse(self, latch: int, milliseconds: int, now: float) -> ResultCode:
        fits = PULSE_SHORTEST_MS <= milliseconds <= PULSE_LONGEST_MS
        if not fits or not 1 <= latch <= self._layout.latches:
            return ResultCode.BAD_ARGUMENT
        if latch in self._ends_at:
            return ResultCode.BUSY
        self._ends_at[latch] = now + milliseconds / 1000
        self._switched(OutputEdge(Output.LATCH, latch, True, now))
        return ResultCode.OK

    def _light(self, lit: int, now: float) -> None:
        changed, self._lit = self._lit ^ lit, lit
        for lamp in _numbers(changed):
            self._switched(OutputEdge(Output.LAMP, lamp, bool(lit >> (lamp - 1) & 1), now))

    def _sound(self, milliseconds: int, now: float) -> None:
        was_sounding = self._sounds_until is not None
        self._sounds_until = now + milliseconds / 1000 if milliseconds else None
        if milliseconds or was_sounding:
            self._switched(OutputEdge(Output.BUZZER, 1, bool(milliseconds), now))


def _result_of_hello(payload: bytes) -> ResultCode:
    if payload and payload[0] != PROTOCOL_VERSION:
        return ResultCode.BAD_VERSION
    return ResultCode.OK if len(payload) == 1 else ResultCode.BAD_LENGTH


def _numbers(bits: int) -> Iterator[int]:
    """The numbers, from 1, of the bits that are set."""
    return (number for number in range(1, bits.bit_length() + 1) if bits >> (number - 1) & 1)
