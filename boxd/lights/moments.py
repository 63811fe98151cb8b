"""The moments of a bay that have lights, and what a pattern has to keep to at each.

A lamp is a promise: green means yes and red means no, in every show. So a verdict's lamp is lit by
the first step of its pattern, which is sent before anything else happens, and red is for refusals.

How often lamps may change follows from the boards: a board acts on a lamp's message within 2 ms and
is deaf for the 100 ms of a latch's pulse. Steps of 50 ms with all three lamps take an eighth of a
board's time, and an order to a latch waits behind three messages at most, which is 6 ms. While a
latch may be moving, steps are twice as long, so that a deaf board has at most six messages waiting.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from boxd.devices import LampName
from boxd.lights.pattern import NONE, Lit, Pattern

SHORTEST_STEP_MS = 50
SHORTEST_STEP_AT_A_PULSE_MS = 100
MOST_STEPS = 32

_STANDBY: Lit = frozenset({LampName.STANDBY})
_GREEN: Lit = frozenset({LampName.SUCCESS})
_RED: Lit = frozenset({LampName.FAILURE})


class LightMoment(StrEnum):
    """What a bay shows. The first ones last; those from `echo` on are played once, over them."""

    STARTING = "starting"
    READY = "ready"
    CHECKING = "checking"
    LOAD = "load"
    OPENING = "opening"
    OPEN = "open"
    ATTENTION = "attention"
    REFUSED = "refused"
    LOCKED_OUT = "locked_out"
    OUT_OF_SERVICE = "out_of_service"
    ECHO = "echo"
    ACCEPTED = "accepted"
    OPENED = "opened"
    GIVEN = "given"
    BLIP = "blip"
    LOCKED_SIGN = "locked_sign"
    REMINDER = "reminder"


@dataclass(frozen=True)
class MomentRule:
    """What a moment's pattern has to light at once, and never; how long it may take if it ends."""

    at_once: Lit = NONE
    never: Lit = NONE
    ends_within_ms: int | None = None
    shortest_step_ms: int = SHORTEST_STEP_MS


RULES: Mapping[LightMoment, MomentRule] = {
    LightMoment.STARTING: MomentRule(never=_GREEN | _RED),
    LightMoment.READY: MomentRule(at_once=_GREEN, never=_RED),
    LightMoment.CHECKING: MomentRule(at_once=_STANDBY, never=_GREEN | _RED),
    LightMoment.LOAD: MomentRule(never=_RED),
    LightMoment.OPENING: MomentRule(never=_RED, shortest_step_ms=SHORTEST_STEP_AT_A_PULSE_MS),
    LightMoment.OPEN: MomentRule(at_once=_GREEN, never=_RED),
    LightMoment.ATTENTION: MomentRule(never=_RED),
    LightMoment.REFUSED: MomentRule(at_once=_RED, never=_GREEN),
    LightMoment.LOCKED_OUT: MomentRule(at_once=_RED, never=_GREEN),
    LightMoment.OUT_OF_SERVICE: MomentRule(at_once=_RED, never=_GREEN),
    LightMoment.ECHO: MomentRule(never=_RED, ends_within_ms=300),
    LightMoment.ACCEPTED: MomentRule(at_once=_GREEN, never=_RED, ends_within_ms=3_000),
    LightMoment.OPENED: MomentRule(at_once=_GREEN, never=_RED, ends_within_ms=5_000),
    LightMoment.GIVEN: MomentRule(at_once=_GREEN, never=_RED, ends_within_ms=5_000),
    LightMoment.BLIP: MomentRule(at_once=_RED, never=_GREEN, ends_within_ms=500),
    LightMoment.LOCKED_SIGN: MomentRule(never=_GREEN, ends_within_ms=1_000),
    LightMoment.REMINDER: MomentRule(ends_within_ms=3_000),
}


def pattern_faults(moment: LightMoment, pattern: Pattern) -> Iterator[str]:
    """Why a pattern can't be shown at a moment, each with its remedy; nothing if it can."""
    rule = RULES[moment]
    yield from _step_faults(pattern, rule)
    if missing := rule.at_once - pattern.steps[0][0]:
        names = _names(missing)
        yield f"its first step has to light {names}, which people wait for: begin with '{names} …'"
    if wrong := rule.never & pattern.lamps:
        yield f"{_names(wrong)} would say the opposite of what is true here; leave it dark"
    yield from _length_faults(pattern, rule)


def _step_faults(pattern: Pattern, rule: MomentRule) -> Iterator[str]:
    if len(pattern.steps) > MOST_STEPS:
        yield f"{len(pattern.steps)} steps are more than {MOST_STEPS}; leave some out"
    if pattern.is_steady:
        return
    shortest = min(milliseconds for _lit, milliseconds in pattern.steps)
    if shortest < rule.shortest_step_ms:
        yield (
            f"a step of {shortest} ms is shorter than {rule.shortest_step_ms} ms, and a board has"
            f" to have time for its latch; write {rule.shortest_step_ms} or more"
        )


def _length_faults(pattern: Pattern, rule: MomentRule) -> Iterator[str]:
    if rule.ends_within_ms is None:
        if pattern.repeats is not None:
            yield "this moment lasts until the next one, so its pattern goes on; remove repeats"
        return
    takes = pattern.once_ms * (pattern.repeats or 1)
    if takes > rule.ends_within_ms:
        yield (
            f"it takes {takes} ms, and this moment has {rule.ends_within_ms} ms; make it shorter,"
            " or repeat it less often"
        )


def _names(lamps: Lit) -> str:
    return "+".join(name.value for name in LampName if name in lamps)
