"""How long each question has been open, by a clock that nobody sets.

Temporal's timers go by the wall clock: if that jumps ahead, all of them fire. So this is checked
before anybody is reminded.
"""

from __future__ import annotations

from collections.abc import Callable

from boxd.redemption import RedemptionStanding

# A timer is right to the second; a slow card records the question a little late.
_NEARLY_S = 1.0


class QuestionAges:
    """Remembers since when each question is open, in seconds of `seconds`; for this run of boxd."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._asked: dict[str, tuple[int, float]] = {}

    def asked(self, standing: RedemptionStanding) -> None:
        """Record a question, unless it is known already; or that there is none any more."""
        if standing.stage.has_ended:
            self._asked.pop(standing.redemption, None)
        elif self._asked.get(standing.redemption, (None,))[0] != standing.step:
            self._asked[standing.redemption] = (standing.step, self._seconds())

    def answered(self, standing: RedemptionStanding) -> None:
        """Forget a question that is found answered, or ended, when its reminder is due."""
        if self._asked.get(standing.redemption, (None,))[0] == standing.step:
            del self._asked[standing.redemption]

    def early_s(self, standing: RedemptionStanding, due_s: float) -> float:
        """How much too early a reminder is that is due `due_s` after the question; 0 if it is time.

        For a question of an earlier run the timer is believed. One that is answered has no age: its
        reminder is dropped in the ledger.
        """
        step, since = self._asked.get(standing.redemption, (None, 0.0))
        if step is not None and standing.step < step:
            return 0.0
        if step != standing.step:
            self._asked[standing.redemption] = (standing.step, self._seconds() - due_s)
            return 0.0
        left_s = due_s - (self._seconds() - since)
        return left_s if left_s > _NEARLY_S else 0.0
