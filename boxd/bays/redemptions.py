"""What bays and the operator's keys ask of redemptions: a protocol that tests can fulfil."""

from __future__ import annotations

from typing import Protocol

from boxd.redemption import Answer, Reply


class Redemptions(Protocol):
    """Where typed codes and people's answers are decided."""

    async def begin(self, bay: str, typed: str) -> None:
        """Have the digits typed at `bay` decided; the verdict comes back by `Bay.follow`.

        Raises TemporalUnavailable when nothing was decided: the bay asks again for a while, so a
        repeated call for the same digits must not become a second redemption. Raises another
        BoxdError, whose message is meant for people and holds no digits, when nothing will be.
        """

    async def answer(self, answer: Answer) -> Reply:
        """Give an answer to its redemption and tell what became of it.

        Raises TemporalUnavailable when it was not decided, another BoxdError when it can't be.
        """
