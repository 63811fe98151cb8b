"""Whether a board answers: every message that it is sent has to come back, unchanged and in time.

The boards' firmware sends each SysEx back once it has acted on it: a lamp's within 2 ms, an
unlock's when its pulse of 100 ms is over. So any lamp message is a question whether the board is
alive, in step, and what its name says.

    begin() --> QUIETING -- nothing comes for 50 ms --> ASKED -- its echo --> ANSWERING
                   ^                                      |                       |
                   |                                      | no echo in 200 ms     |
      something    |                                      v                       |
      comes        +----------------------------------- SILENT <------------------+

    from ASKED and ANSWERING, until it is plugged in anew: UNUSABLE, when something else came back

What a board said while nobody listened comes in one burst, old echoes and old keys alike. So keys
are new only while ANSWERING: after a quiet moment, and behind the echo of what was sent after it.

A board that was cut off in mid-message acts on that message again with each one that it gets, and
that may be the unlock. So nothing more is sent to one that is UNUSABLE, and little to a SILENT one.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto

import mido

from boxd.timers import Timer, Timers
from boxd.words import N_

ECHO_WITHIN_S = 0.2
"""A hundred times what a board needs; over JACK a round trip takes up to 6 ms."""

PROBE_EVERY_S = 1.0
"""A probe if nothing else is sent: a board that stops must be noticed within two seconds."""

POKE_AFTER_S = (1.0, 2.0, 4.0)
"""When to send something to a silent board: one lost message must not end its service."""

QUIET_S = 0.05
"""A board's buffer of 128 bytes is empty some milliseconds after it was opened."""

LONGEST_QUIETING_S = 0.5  # a key that chatters must not keep a board from being probed

LATE_S = 0.05
"""A timer that is this late was delayed with everything else: the echo may be waiting as well."""

_SILENT = N_(
    "it does not answer: what is sent to it does not come back. Pull its plug and put it back"
)
_OTHER = N_(
    "it sends back something else than it was sent: it is out of step, and each message may move "
    "its latch. boxd sends it nothing more; pull its plug and put it back"
)


class BoardAnswers(Enum):
    """What is known about a board's answers."""

    QUIETING = auto()
    ASKED = auto()
    ANSWERING = auto()
    SILENT = auto()
    UNUSABLE = auto()


Echoed = Callable[[float | None], None]
"""Takes after how many seconds a message came back, or None when it did not in time."""


@dataclass(frozen=True)
class _Awaited:
    """A message whose echo is due; times are on the clock of the timers."""

    message: tuple[int, ...]
    sent: float
    due: float
    on_echo: Echoed | None = None


class EchoWatch:
    """Watches one connection to a board. All methods are called on the event loop.

    `probe` sends one harmless message, through `sent` like all others. `on_change` is called when
    the board begins to answer or stops; `settled` is set at the first such change. `on_missing` is
    called for each echo that is skipped while the board answers.
    """

    def __init__(
        self,
        timers: Timers,
        probe: Callable[[], None],
        on_change: Callable[[], None],
        on_missing: Callable[[], None],
    ) -> None:
        self.answers = BoardAnswers.QUIETING
        self.why = ""
        self.settled = asyncio.Event()
        self._timers = timers
        self._probe = probe
        self._on_change = on_change
        self._on_missing = on_missing
        self._awaited: deque[_Awaited] = deque()
        self._busy_until = 0.0  # while the board acts on earlier messages
        self._noise_at = -math.inf
        self._quieting_since = 0.0
        self._pokes: Iterator[float] = iter(())
        self._due: Timer | None = None
        self._next: Timer | None = None  # the next probe or poke, or the end of a quiet moment

    @property
    def is_answering(self) -> bool:
        """Whether the board answers, and its keys are new ones."""
        return self.answers is BoardAnswers.ANSWERING

    def begin(self) -> None:
        """The connection is open."""
        self._quieting_since = self._timers.time()
        self._then(QUIET_S, self._ask)

    def stop(self) -> None:
        """The connection is closed."""
        for timer in (self._due, self._next):
            if timer is not None:
                timer.cancel()
        self._await_nothing()
        self.settled.set()

    def sent(
        self, message: mido.Message, acts_for_s: float = 0.0, on_echo: Echoed | None = None
    ) -> None:
        """A message is being sent; the board acts on it for so long before it echoes.

        `on_echo` is called once, in any case.
        """
        now = self._timers.time()
        if self.answers is BoardAnswers.SILENT:
            _tell(_Awaited((), now, now, on_echo), None)
            return
        self._busy_until = max(now, self._busy_until) + acts_for_s
        due = self._busy_until + ECHO_WITHIN_S
        self._awaited.append(_Awaited(tuple(message.bytes()), now, due, on_echo))
        if self._due is None:
            self._await_next()
        self._then(PROBE_EVERY_S, self._probe)

    def hear_echo(self, message: mido.Message) -> None:
        """A message came that can only be an echo, from now or from an earlier connection."""
        heard = tuple(message.bytes())
        place = next((n for n, each in enumerate(self._awaited) if each.message == heard), None)
        if self.answers in (BoardAnswers.QUIETING, BoardAnswers.SILENT):
            self.hear_old()
        elif place is not None:
            for _ in range(place):  # echoes come in order: those before it were lost
                _tell(self._awaited.popleft(), None)
                self._on_missing()
            echoed = self._awaited.popleft()
            _tell(echoed, self._timers.time() - echoed.sent)
            self._await_next()
            if self.answers is BoardAnswers.ASKED:
                self._become(BoardAnswers.ANSWERING)
        elif self.is_answering:
            self.hear_noise()

    def hear_old(self) -> None:
        """A message came that may have waited in the board."""
        now = self._timers.time()
        if self.answers is BoardAnswers.SILENT:
            self.answers, self._quieting_since = BoardAnswers.QUIETING, now
        if self.answers is BoardAnswers.QUIETING:
            longest_s = self._quieting_since + LONGEST_QUIETING_S - now
            self._then(max(0.0, min(QUIET_S, longest_s)), self._ask)

    def hear_noise(self) -> None:
        """Bytes came that no board in step sends."""
        self._noise_at = self._timers.time()

    def give_up(self, why: str) -> None:
        """The board can't be used until it is plugged in again."""
        self.stop()
        self._become(BoardAnswers.UNUSABLE, why)

    def _ask(self) -> None:
        self._await_nothing()
        self.answers = BoardAnswers.ASKED
        self._probe()

    def _await_nothing(self) -> None:
        while self._awaited:
            _tell(self._awaited.popleft(), None)
        self._await_next()

    def _await_next(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None
        if self._awaited:
            in_s = max(0.0, self._awaited[0].due - self._timers.time())
            self._due = self._timers.call_later(in_s, self._miss)

    def _miss(self) -> None:
        self._due = None
        missed, now = self._awaited[0], self._timers.time()
        if now - missed.due > LATE_S:
            self._awaited[0] = replace(missed, due=now + LATE_S)
            self._await_next()
        elif self._noise_at >= missed.sent:
            self.give_up(_OTHER)
        else:
            if self.is_answering or not self.settled.is_set():
                self._pokes = iter(POKE_AFTER_S)
            self._await_nothing()
            self._become(BoardAnswers.SILENT, _SILENT)
            self._poke_later()

    def _poke_later(self) -> None:
        if (seconds := next(self._pokes, None)) is not None:
            self._then(seconds, self._poke)
        elif self._next is not None:
            self._next.cancel()

    def _poke(self) -> None:
        self._probe()
        self._poke_later()

    def _then(self, seconds: float, act: Callable[[], None]) -> None:
        if self._next is not None:
            self._next.cancel()
        self._next = self._timers.call_later(seconds, act)

    def _become(self, answers: BoardAnswers, why: str = "") -> None:
        self.answers, self.why = answers, why
        self.settled.set()
        self._on_change()


def _tell(awaited: _Awaited, after_s: float | None) -> None:
    if awaited.on_echo is not None:
        awaited.on_echo(after_s)
