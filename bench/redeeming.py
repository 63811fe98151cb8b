"""One redemption after the other, by keys, doors and HTTP, with the moment of each thing seen."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import cycle

from bench import trace
from bench.box import BOARDS, LOCKERS, Box, Browser
from bench.trace import Trace

STANDBY_ON = "f07d3001f7"
VERDICT = "f07d4001f7"  # the success lamp comes on when a code was accepted
UNLOCK = "f07d6001f7"
OPERATOR = "Operator Pad"
LOADING_S = 0.3  # shorter than anybody takes to put a prize into a locker
SAME_KEY_AGAIN_S = 0.05  # a bay takes the same key again after 40 ms of quiet
LOST_S = 1.0  # a tap that is not seen by then was not taken: so long does no reflex wait
PAUSE_BEFORE_ENTER_S = 0.1  # the lamps' echo of the last digit is over after 70 ms
LOOKING_S = 0.45  # the operator's keys answer no question that is newer than 0.4 s


class Confirmed(StrEnum):
    """How the operator says that the locker is loaded."""

    BY_HUD = "by the HUD's POST"
    BY_KEY = "by key"
    AT_ONCE = "by the HUD's POST, in the moment of the verdict"


@dataclass
class Seen:
    """Samples in seconds: from what went in to what came out."""

    reflex: list[float] = field(default_factory=list)
    verdict: list[float] = field(default_factory=list)
    unlock: dict[Confirmed, list[float]] = field(
        default_factory=lambda: {how: [] for how in Confirmed}
    )

    def add(self, other: Seen) -> None:
        """Take another's samples too."""
        self.reflex += other.reflex
        self.verdict += other.verdict
        for how, samples in other.unlock.items():
            self.unlock[how] += samples


class Hand:
    """Attendee and operator at one bay of a box, in one person; for one thread."""

    def __init__(self, box: Box, bay: str = "bay-1") -> None:
        self._bay = bay
        self._keypad = "board-0" if bay == "bay-1" else "board-1"
        self._board, self._locker = BOARDS[bay], LOCKERS[bay]
        self._trace = Trace(box.trace_file)
        self._browser = Browser(box.port)
        self._let_go_at: dict[str, float] = {}

    def close(self) -> None:
        """Let go of the box."""
        self._browser.close()
        self._trace.close()

    def wait_until_there(self) -> None:
        """Wait until the box's front can be touched."""
        self._browser.wait_until_there()

    def redeem(
        self,
        code: str,
        how: Confirmed = Confirmed.BY_HUD,
        *,
        calm: bool = True,
        loading_s: float = 0,
    ) -> Seen:
        """Redeem a code, from its first digit to the shut door.

        `calm` waits before Enter; the operator takes `loading_s` to load the locker.
        """
        self._trace.forget()
        seen = Seen()
        self.type(code)
        if calm:
            time.sleep(PAUSE_BEFORE_ENTER_S)
        entered, verdict = self.enter()
        seen.verdict.append(verdict - entered)
        seen.reflex.append(
            self._first("standby lamp", trace.anything_sent(self._board, entered)) - entered
        )
        if how is not Confirmed.AT_ONCE:
            time.sleep(loading_s)
        confirmed, unlocked = self._confirm(how)
        seen.unlock[how].append(unlocked - confirmed)
        self._take()
        return seen

    def type(self, digits: str) -> None:
        """Tap the digits, each when the one before is seen: a busy machine takes some no faster.

        Enter after a lost digit would show ready again, whose bytes are a verdict's.
        """
        for count, digit in enumerate(digits, 1):
            again_in_s = self._let_go_at.get(digit, 0) + SAME_KEY_AGAIN_S - time.monotonic()
            if again_in_s > 0:
                time.sleep(again_in_s)
            while self._typed() < count:
                self._tap(self._keypad, digit)
                self._wait_until_typed(count)
            self._let_go_at[digit] = time.monotonic()
        assert self._typed() == len(digits), f"{self._bay} has taken a digit twice"

    def _typed(self) -> int:
        """How many digits the bay holds, as the HUD shows it."""
        status, shown = self._browser.get("/snapshot")
        assert status == 200, shown
        return int(next(bay["typed"] for bay in shown["bays"] if bay["id"] == self._bay))

    def _wait_until_typed(self, count: int) -> None:
        """Wait until so many digits are held, or so long that the last tap must have been lost."""
        deadline = time.monotonic() + LOST_S
        while self._typed() < count and time.monotonic() < deadline:
            time.sleep(0.002)

    def enter(self, within_s: float = 20) -> tuple[float, float]:
        """Press Enter and wait for the verdict; returns when each was."""
        self._trace.forget()
        self._touch(self._keypad, "Enter", "stick")
        entered = self._first("Enter", trace.key(self._board, "Enter"))
        verdict = self._first("a verdict", trace.sent(self._board, VERDICT, entered), within_s)
        self._touch(self._keypad, "Enter", "unstick")
        return entered, verdict

    def finish(self) -> None:
        """Go on from an accepted code to the shut door."""
        self._confirm(Confirmed.BY_HUD)
        self._take()

    def _confirm(self, how: Confirmed) -> tuple[float, float]:
        """Say that the locker is loaded; when that was said, and when the unlock went out."""
        redemption = self._redemption()
        if how is Confirmed.BY_KEY:
            return self._confirm_by_key()
        said = time.monotonic()
        status, reply = self._browser.post(f"/api/v1/redemptions/{redemption}/loaded", {})
        assert status == 200, reply
        return said, self._first("an unlock", trace.sent(self._board, UNLOCK))

    def _confirm_by_key(self) -> tuple[float, float]:
        """Press the operator's Enter, again when the question came too late for the one before."""
        deadline = time.monotonic() + 20
        while True:
            time.sleep(LOOKING_S)
            self._trace.forget()
            self._tap("operator-pad", "Enter")
            said = self._first("the operator's Enter", trace.key(OPERATOR, "Enter"))
            with suppress(TimeoutError):
                return said, self._first("an unlock", trace.sent(self._board, UNLOCK), LOST_S)
            assert time.monotonic() < deadline, f"the operator's Enter opens nothing at {self._bay}"

    def _take(self) -> None:
        """Take the prize, shut the door, complete; then wait until the board hears again."""
        self._first("an open door", trace.door(self._locker, "open"))
        redemption = self._redemption()
        self._browser.post(f"/sim/api/lockers/{self._locker}/door", {"state": "closed"})
        path = f"/api/v1/redemptions/{redemption}/completed"
        deadline = time.monotonic() + 20
        while self._browser.post(path, {})[0] != 200:
            assert time.monotonic() < deadline, f"{redemption} could not be completed"
            time.sleep(0.005)
        self._first("the end of the pulse", trace.latch(self._board, 0))

    def _redemption(self) -> str:
        status, reply = self._browser.get("/api/v1/redemptions?open=1&limit=10")
        assert status == 200, reply
        open_ones = [each["id"] for each in reply["redemptions"] if each["bay"] == self._bay]
        assert open_ones, f"{self._bay} has no open redemption: its Enter was no claim"
        return str(open_ones[0])

    def _tap(self, device: str, key: str) -> None:
        self._touch(device, key, "stick")
        self._touch(device, key, "unstick")

    def _touch(self, device: str, key: str, fault: str) -> None:
        """A finger stays on a key, or goes: unlike whole taps, at once."""
        status, reply = self._browser.post(
            "/sim/api/faults", {"device": device, "fault": fault, "key": key}
        )
        assert status == 200, reply

    def _first(
        self, what: str, holds: Callable[[trace.Record], bool], within_s: float = 20
    ) -> float:
        return float(self._trace.wait(f"{what} at {self._bay}", holds, within_s)["t"])


def redeem_all(
    box: Box,
    codes: Sequence[str],
    ways: Sequence[Confirmed] = (Confirmed.BY_HUD,),
    *,
    loading_s: float = 0,
) -> Seen:
    """Redeem the codes at one bay, calmly, confirmed in these ways by turns."""
    hand, seen = Hand(box), Seen()
    try:
        for code, how in zip(codes, cycle(ways), strict=False):
            seen.add(hand.redeem(code, how, loading_s=loading_s))
    finally:
        hand.close()
    return seen
