"""Which pulse belongs to which actuation: one to one, latch by latch, in their order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from checker.board import is_board
from checker.evidence import Evidence
from checker.ledger import Actuation
from checker.pulses import pulses_of
from checker.trace import Line

# An order may reach a board that was pulled so long before it or after it.
_AWAY_WITHIN_S = 5.0
_ACKNOWLEDGED = "the board pulsed"


@dataclass(frozen=True)
class Lost:
    """An actuation that is `done` and has no pulse.

    `while_away` if its device was unplugged just then, and no echo said that it pulsed.
    """

    actuation: Actuation
    while_away: bool


def lost_pulses(latch: str, evidence: Evidence) -> Iterator[Lost]:
    """The actuations `done` of this latch without a pulse of their own.

    Order decides: the trace's clock is not the ledger's. What was not known may have pulsed or
    not, so it takes a pulse only where those that are `done` leave one over.
    """
    mine = [each for each in evidence.ledger.actuations if each.latch == latch]
    mine = [each for each in mine if each.may_have_pulsed]
    rises = [pulse.rise for pulse in pulses_of(evidence.trace) if pulse.device == latch]
    if sum(each.outcome == "done" for each in mine) <= len(rises):
        return
    pairs = paired(mine, rises) if _clocks_agree(evidence) else _in_order(mine, rises)
    for actuation, rise in zip(mine, pairs, strict=True):
        if rise is None and actuation.outcome == "done":
            was_away = _was_away(latch, actuation, mine, pairs, evidence)
            yield Lost(actuation, was_away and actuation.note != _ACKNOWLEDGED)


def _clocks_agree(evidence: Evidence) -> bool:
    """Whether a second of the ledger is one of the trace: no clock was set, no machine booted."""
    times = [line.t for line in evidence.trace.lines]
    was_set = any(row.action == "clock.moved" for row in evidence.ledger.audit)
    return not was_set and times == sorted(times)


def _in_order(mine: Sequence[Actuation], rises: Sequence[Line]) -> list[Line | None]:
    """The first ones have their pulses; nothing tells which lacks one."""
    done = iter(rises)
    return [next(done, None) if each.outcome == "done" else None for each in mine]


def paired(mine: Sequence[Actuation], rises: Sequence[Line]) -> list[Line | None]:
    """For each actuation its pulse, so that as many `done` as possible have one.

    Times are compared by the distance to the last pair only: the clocks' offset is not known.
    """
    pairs: list[Line | None] = []
    left = list(rises)
    for place, actuation in enumerate(mine):
        rest = mine[place + 1 :]
        needed = sum(each.outcome == "done" for each in rest)
        may_take = actuation.outcome == "done" or len(left) > needed
        is_its_own = bool(left) and may_take and _fits(mine, pairs, actuation, left[0])
        pairs.append(left.pop(0) if is_its_own else None)
    return pairs


def _fits(
    mine: Sequence[Actuation], pairs: Sequence[Line | None], actuation: Actuation, rise: Line
) -> bool:
    """Whether the pulse is about as long after the last pair's as the order after its order."""
    for before, line in zip(reversed(mine[: len(pairs)]), reversed(pairs), strict=True):
        if line is not None:
            waited = _seconds(before.intent_at, actuation.intent_at)
            return waited is None or abs((rise.t - line.t) - waited) <= _AWAY_WITHIN_S
    return True


def _was_away(
    latch: str,
    actuation: Actuation,
    mine: Sequence[Actuation],
    pairs: Sequence[Line | None],
    evidence: Evidence,
) -> bool:
    """Whether the latch's device was unplugged within seconds of the order.

    Sending to a vanished board raises nothing at first. A second device of the same name (`copy`)
    that goes away says nothing about the first.
    """
    device = latch if is_board(latch) else latch.partition(".")[0]
    lines = [line for line in evidence.trace.of("unplugged", device) if not line.fields.get("copy")]
    at = _on_the_trace(actuation, mine, pairs) if _clocks_agree(evidence) else None
    if at is None:
        return bool(lines)
    return any(_is_away(at, line, device, evidence) for line in lines)


def _is_away(at: float, line: Line, device: str, evidence: Evidence) -> bool:
    back = (each.t for each in evidence.trace.after(line) if _is_return(each, device))
    return line.t - _AWAY_WITHIN_S <= at <= next(back, at) + _AWAY_WITHIN_S


def _is_return(line: Line, device: str) -> bool:
    return line.what == "plugged" and line.device == device


def _on_the_trace(
    actuation: Actuation, mine: Sequence[Actuation], pairs: Sequence[Line | None]
) -> float | None:
    """When the order was, by the trace's clock; None where no pulse of this latch tells."""
    known = [(each, line) for each, line in zip(mine, pairs, strict=True) if line is not None]
    apart = [(_seconds(each.intent_at, actuation.intent_at), line.t) for each, line in known]
    nearest = min(
        ((s, t) for s, t in apart if s is not None), key=lambda each: abs(each[0]), default=None
    )
    return None if nearest is None else nearest[1] + nearest[0]


def _seconds(one: str, other: str) -> float | None:
    try:
        return (datetime.fromisoformat(other) - datetime.fromisoformat(one)).total_seconds()
    except ValueError:
        return None
