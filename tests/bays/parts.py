"""Tiny devices, a clock that is turned by hand, and a service that decides as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from boxd.devices import Key, KeyTouch, LampName
from boxd.redemption import Answer, RedemptionStanding, Refusal, Reply, Stage

FINGER_S = 0.08
"""How long a finger rests on a key, and how long it is away from it."""

STANDING = RedemptionStanding(
    "r-1", "bay-1", Stage.LOAD, 1, "2026-11-21T12:00:00+00:00", 1, "sticker", "Mug"
)


@dataclass
class HandTimer:
    due: float
    callback: Callable[[], object]
    is_cancelled: bool = False

    def cancel(self) -> None:
        self.is_cancelled = True


class HandClock:
    """Time passes only by `advance`; what is due happens in order, each at its own time."""

    def __init__(self) -> None:
        self._now = 1000.0
        self._timers: list[HandTimer] = []

    def time(self) -> float:
        return self._now

    def call_later(self, delay: float, callback: Callable[[], object], /) -> HandTimer:
        timer = HandTimer(self._now + delay, callback)
        self._timers.append(timer)
        return timer

    def advance(self, seconds: float) -> None:
        end = self._now + seconds
        while due := [t for t in self._timers if not t.is_cancelled and t.due <= end]:
            first = min(due, key=lambda timer: timer.due)
            self._timers.remove(first)
            self._now = max(self._now, first.due)
            first.callback()
        self._now = end

    def stall(self, seconds: float) -> None:
        """Time passes in which nothing happens, as while a program is stopped."""
        self._now += seconds

    @property
    def pending(self) -> int:
        return sum(not timer.is_cancelled for timer in self._timers)


@dataclass
class RecordingLamps:
    """The lamps of a bay; `sent` is every change in order."""

    sent: list[tuple[str, bool]] = field(default_factory=list)
    lit: set[str] = field(default_factory=set)

    def by_name(self) -> dict[LampName, _Lamp]:
        return {name: _Lamp(self, name.value) for name in LampName}


@dataclass
class _Lamp:
    lamps: RecordingLamps
    name: str

    def set(self, lit: bool) -> None:
        self.lamps.sent.append((self.name, lit))
        (self.lamps.lit.add if lit else self.lamps.lit.discard)(self.name)


@dataclass
class RecordingBuzzer:
    sounded: list[int] = field(default_factory=list)

    def sound(self, milliseconds: int) -> None:
        self.sounded.append(milliseconds)


class Fingers:
    """A keypad and whoever touches it."""

    one_scan_s = 0.0

    def __init__(self, clock: HandClock) -> None:
        self._clock = clock
        self._listeners: list[Callable[[KeyTouch], None]] = []

    def subscribe(self, on_touch: Callable[[KeyTouch], None]) -> None:
        self._listeners.append(on_touch)

    def touch(self, key: Key) -> None:
        self._tell(key, touched=True)

    def release(self, key: Key) -> None:
        self._tell(key, touched=False)

    def press(self, *keys: Key) -> None:
        for key in keys:
            self._clock.advance(FINGER_S)
            self.touch(key)
            self._clock.advance(FINGER_S)
            self.release(key)

    def type(self, digits: str) -> None:
        self.press(*(Key(digit) for digit in digits))

    def _tell(self, key: Key, *, touched: bool) -> None:
        for listener in self._listeners:
            listener(KeyTouch(key, touched, self._clock.time()))


class ScriptedDesk:
    """Raises `errors` one by one, then `down` always; a closed `gate` keeps it from deciding."""

    def __init__(self) -> None:
        self.errors: list[Exception] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.begun: list[tuple[str, str]] = []
        self.answers: list[Answer] = []
        self.refusal = ""
        self.down: Exception | None = None

    async def begin(self, bay: str, typed: str) -> None:
        self.begun.append((bay, typed))
        await self._decide()

    async def answer(self, answer: Answer) -> Reply:
        self.answers.append(answer)
        await self._decide()
        return Reply(not self.refusal, self.refusal, STANDING)

    async def _decide(self) -> None:
        await self.gate.wait()
        if self.errors:
            raise self.errors.pop(0)
        if self.down is not None:
            raise self.down


def standing(
    stage: Stage, step: int = 1, redemption: str = "r-1", **changes: Any
) -> RedemptionStanding:
    """A redemption at bay-1 with a mug in locker 1."""
    return replace(STANDING, stage=stage, step=step, redemption=redemption, **changes)


def refused(refusal: Refusal, redemption: str = "r-1") -> RedemptionStanding:
    return standing(Stage.REFUSED, redemption=redemption, refusal=refusal, locker=None)


async def until(holds: Callable[[], object], within_s: float = 5.0) -> None:
    """Wait until the condition holds, or fail."""
    async with asyncio.timeout(within_s):
        while not holds():  # noqa: ASYNC110 - any condition, not one that tells
            await asyncio.sleep(0.001)
