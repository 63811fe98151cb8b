"""The attendee's Cancel on its way to the redemption that is open at a bay."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from uuid import uuid4

from boxd.bays.answering import outcome, why_not_taken
from boxd.bays.redemptions import AnswerTaker
from boxd.redemption import Answer, AnswerKind, RedemptionStanding


class Cancelling:
    """Sends one Cancel at a time; another press meanwhile changes nothing.

    `on_refused` is called with the reason if it was not accepted within `patience_s`.
    """

    def __init__(
        self, redemptions: AnswerTaker, patience_s: float, on_refused: Callable[[str], None]
    ) -> None:
        self._redemptions = redemptions
        self._patience_s = patience_s
        self._on_refused = on_refused
        self._asking: asyncio.Task[str] | None = None

    def ask(self, standing: RedemptionStanding) -> None:
        """Ask for the end of a redemption at the step at which it is shown; returns at once."""
        if self._asking is not None:
            return
        answer = Answer(
            id=str(uuid4()),
            redemption=standing.redemption,
            step=standing.step,
            kind=AnswerKind.CANCELLED,
            actor="attendee",
        )
        answering = why_not_taken(self._redemptions.answer(answer), self._patience_s)
        self._asking = asyncio.get_running_loop().create_task(answering)
        self._asking.add_done_callback(self._is_over)

    def close(self) -> None:
        """Stop asking: the bay is closing."""
        if self._asking is not None:
            self._asking.cancel()

    def _is_over(self, task: asyncio.Task[str]) -> None:
        self._asking = None
        if not task.cancelled() and (why := outcome(task)):
            self._on_refused(why)
