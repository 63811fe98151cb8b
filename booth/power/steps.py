"""What a power cut can fall into: the steps, how long each takes, and how often each is chosen."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from booth.power.record import LATCH_ROSE


class Kind(StrEnum):
    """What is under way."""

    FIRST_START = "first start"
    START = "start"
    REDEMPTION = "redemption"
    TASK = "task"
    HOUSEKEEPING = "housekeeping"
    RECOVERY = "recovery"


@dataclass(frozen=True)
class Step:
    """A step begins at a moment of that name, and gets `share` of the cuts.

    They fall within `span_s` of it; without that within the time that it took when it was last
    seen from its beginning to its end.
    """

    kind: Kind
    name: str
    share: int
    span_s: float | None = None


POWER_ON = "power on"
STEPS = (
    Step(Kind.FIRST_START, POWER_ON, 20),
    Step(Kind.START, POWER_ON, 10),
    Step(Kind.REDEMPTION, "typing", 4),
    Step(Kind.REDEMPTION, "claim", 8),
    Step(Kind.REDEMPTION, "refusal", 3),
    Step(Kind.REDEMPTION, "question", 3),
    Step(Kind.REDEMPTION, "confirmation", 9),
    Step(Kind.REDEMPTION, LATCH_ROSE, 10, span_s=0.01),  # its result takes no longer
    Step(Kind.REDEMPTION, "opening", 4),
    Step(Kind.REDEMPTION, "taking", 3),
    Step(Kind.REDEMPTION, "door", 3),
    Step(Kind.REDEMPTION, "completion", 6),
    Step(Kind.TASK, "task start", 3),
    Step(Kind.TASK, "scan", 3),
    Step(Kind.TASK, "submission", 3),
    Step(Kind.TASK, "verdict", 4),
    Step(Kind.TASK, "issue", 6),
    Step(Kind.TASK, "code", 2),
    Step(Kind.HOUSEKEEPING, "backup", 4),
    Step(Kind.HOUSEKEEPING, "expiry", 2),
    Step(Kind.RECOVERY, "recovery start", 3),
    Step(Kind.RECOVERY, "count", 5),
    Step(Kind.RECOVERY, "finding", 4),
)


@dataclass(frozen=True)
class Aim:
    """Where a cut is meant to fall: at this part, 0 to 1, of a step's span."""

    step: Step
    part: float


def aims(seed: int) -> Iterator[Aim]:
    """Aims for ever, decided by the seed; each hundred or so gives every step its share."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    while True:
        deck = [step for step in STEPS for _ in range(step.share)]
        dice.shuffle(deck)
        for step in deck:
            yield Aim(step, dice.random())
