"""Whether upstream refuses one event or everything that this box sends.

A refusal does not say: receivers answer 400 to a signature that fails, 402 to a bill that was not
paid, 404 in the middle of a deployment. The events behind it show it. Once upstream takes one of
them and refuses the first one again, that event is to blame; while it takes none, the box is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from boxd.ledger.outbox import Event
from boxd.upstream.response_meaning import Meaning, ResponseMeaning

Ask = Callable[[Event], Awaitable[ResponseMeaning]]


@dataclass(frozen=True)
class Evidence:
    """What was found: `to_blame` with the reasons, and the event behind them that was `taken`.

    Without such an event nothing was found, and `trouble` says why.
    """

    trouble: ResponseMeaning
    to_blame: tuple[tuple[Event, str], ...] = ()
    taken: Event | None = None


async def gather(
    first: Event, refusal: ResponseMeaning, behind: Sequence[Event], ask: Ask
) -> Evidence:
    """Ask for the events `behind` a refused one, in order, until upstream takes one."""
    refused = [first]
    for event in behind:
        said = await ask(event)
        if said.meaning is Meaning.RECEIVED:
            return await _asked_again(refused, event, refusal, ask)
        if said.meaning is not Meaning.REFUSED:
            return Evidence(said)
        refused.append(event)
    return Evidence(_of_the_box(refusal))


async def _asked_again(
    refused: Sequence[Event], taken: Event, refusal: ResponseMeaning, ask: Ask
) -> Evidence:
    """What was refused before is asked for once more: the box's clock may have been set since."""
    to_blame = []
    for event in refused:
        said = await ask(event)
        if said.meaning is Meaning.REFUSED:
            to_blame.append((event, said.why))
        elif said.meaning is not Meaning.RECEIVED:
            return Evidence(said)
    return Evidence(refusal, tuple(to_blame), taken)


def _of_the_box(refusal: ResponseMeaning) -> ResponseMeaning:
    why = (
        f"it refuses what the box sends ({refusal.why}): look at [upstream] url and secret, and at"
        " the box's clock"
    )
    return ResponseMeaning(Meaning.NEEDS_A_PERSON, why, retry_after_s=refusal.retry_after_s)
