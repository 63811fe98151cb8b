"""How long people have been asked the same, by a clock that nobody sets.

Temporal's timers go by the wall clock: one that jumps ahead ends them all. What is said here is
asked before anybody is reminded.
"""

from __future__ import annotations

from collections.abc import Callable

from boxd.redemption import RedemptionStanding

# A timer is right to the second; a slow card makes the note later than the question.
_NEARLY_S = 1.0


class QuestionAges:
    """Remembers since when each question stands, in seconds of `seconds`; for this run of boxd."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._asked: dict[str, tuple[int, float]] = {}

    def asked(self, standing: RedemptionStanding) -> None:
        """Something is asked, unless it was already; or nothing any more."""
        if standing.stage.has_ended:
            self._asked.pop(standing.redemption, None)
        elif self._asked.get(standing.redemption, (None,))[0] != standing.step:
            self._asked[standing.redemption] = (standing.step, self._seconds())

    def early_s(self, standing: RedemptionStanding, due_s: float) -> float:
        """How much too early it is for what is due `due_s` after the question; 0 if it is time.

        A question of an earlier run is taken to be as old as its timer says.
        """
        step, since = self._asked.get(standing.redemption, (None, 0.0))
        if step != standing.step:
            self._asked[standing.redemption] = (standing.step, self._seconds() - due_s)
            return 0.0
        left_s = due_s - (self._seconds() - since)
        return left_s if left_s > _NEARLY_S else 0.0
