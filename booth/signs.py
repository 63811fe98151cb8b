"""What a bay's lamps say to somebody who looks at them: the signs of docs/operators.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from statistics import median

STANDBY, SUCCESS, FAILURE = "standby", "success", "failure"


class Sign(StrEnum):
    """What the lamps say."""

    DARK = "dark"
    STARTING = "starting"
    READY = "ready"
    CHECKING = "checking"
    LOAD = "load"
    ASKING = "asking"
    OPENING = "opening"
    OPEN = "open"
    REFUSED = "refused"
    LOCKED = "locked"
    OUT_OF_SERVICE = "out of service"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Change:
    """A lamp was lit or put out, at a time in seconds."""

    at: float
    lamp: str
    lit: bool


_STEADY_S = 2.5  # the longest that a blinking lamp stays as it is: 1.9 s, and it may be late
_LOOKED_AT = 5  # so many changes tell a blinking lamp's rhythm
_FLASH_S = 1.4  # dark for longer than this between two flashes: the box is starting

# Between the slow and the fast rhythm of each lamp; they are emulated, and so may be late.
_BLINKS_SLOWLY_S = {STANDBY: 0.36, SUCCESS: 0.0, FAILURE: 0.45}
_STEADY = {STANDBY: Sign.CHECKING, SUCCESS: Sign.READY, FAILURE: Sign.LOCKED}
_SLOW = {STANDBY: Sign.LOAD, SUCCESS: Sign.OPEN, FAILURE: Sign.OUT_OF_SERVICE}
_FAST = {STANDBY: Sign.ASKING, SUCCESS: Sign.OPEN, FAILURE: Sign.REFUSED}


def sign(changes: Sequence[Change], now: float) -> Sign:
    """What the lamps say at the time `now`, by their changes until then."""
    if not changes or now - changes[-1].at > _STEADY_S:
        return _steady(changes)
    looked_at = changes[-_LOOKED_AT:]
    lamps = {each.lamp for each in looked_at}
    if len(looked_at) < _LOOKED_AT or now - looked_at[0].at > _LOOKED_AT * _STEADY_S:
        return Sign.UNCLEAR
    if lamps == {STANDBY, SUCCESS}:
        return Sign.OPENING
    if len(lamps) > 1:
        return Sign.UNCLEAR
    return _blinking(looked_at)


def _steady(changes: Sequence[Change]) -> Sign:
    lit = {lamp for lamp, is_lit in {each.lamp: each.lit for each in changes}.items() if is_lit}
    if not lit:
        return Sign.DARK
    return _STEADY[lit.pop()] if len(lit) == 1 else Sign.UNCLEAR


def _blinking(changes: Sequence[Change]) -> Sign:
    lamp = changes[0].lamp
    phases = [later.at - each.at for each, later in pairwise(changes)]
    if lamp == STANDBY and max(phases) > _FLASH_S:
        return Sign.STARTING
    return (_SLOW if median(phases) > _BLINKS_SLOWLY_S[lamp] else _FAST)[lamp]
