"""What bays and the operator's keys need of redemptions: protocols that tests can implement."""

from __future__ import annotations

from typing import Protocol

from boxd.recovery import RecoveryAnswer, RecoveryTaken
from boxd.redemption import Answer, Reply


class AnswerTaker(Protocol):
    """Decides people's answers."""

    async def answer(self, answer: Answer) -> Reply:
        """Send an answer to its redemption and return the result.

        Raises TemporalUnavailable if it was not decided, another BoxdError if it can't be.
        """


class RecoveryTaker(Protocol):
    """Takes answers to the questions of playbooks."""

    async def answer(self, answer: RecoveryAnswer) -> RecoveryTaken:
        """Take an answer. Raises a BoxdError if what it means can't be booked."""


class Redemptions(AnswerTaker, Protocol):
    """Decides typed codes and people's answers."""

    async def begin(self, bay: str, typed: str) -> None:
        """Decide the digits typed at `bay`; the verdict arrives through `Bay.follow`.

        Raises LedgerUnusable if nothing was decided: the bay asks again for a while, so a repeated
        call for the same digits must not become a second redemption. Raises another BoxdError,
        with a message for people and without digits, if nothing ever will be.
        """
