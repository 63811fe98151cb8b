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


@dataclass(frozen=True)
class Step:
    """A step begins at a moment of that name; `share` of the cuts fall within `span_s` of it."""

    kind: Kind
    name: str
    span_s: float
    share: int


POWER_ON = "power on"
STEPS = (
    # Until the box takes codes; how long that takes here is measured as it goes.
    Step(Kind.FIRST_START, POWER_ON, 0.0, 20),
    Step(Kind.START, POWER_ON, 0.0, 10),
    Step(Kind.REDEMPTION, "typing", 0.9, 4),
    Step(Kind.REDEMPTION, "claim", 0.15, 8),
    Step(Kind.REDEMPTION, "refusal", 0.15, 3),
    Step(Kind.REDEMPTION, "question", 0.2, 3),
    Step(Kind.REDEMPTION, "confirmation", 0.08, 9),
    Step(Kind.REDEMPTION, LATCH_ROSE, 0.12, 6),
    Step(Kind.REDEMPTION, "opening", 0.4, 4),
    Step(Kind.REDEMPTION, "taking", 0.2, 3),
    Step(Kind.REDEMPTION, "door", 0.1, 3),
    Step(Kind.REDEMPTION, "completion", 0.1, 6),
    Step(Kind.TASK, "task start", 0.1, 3),
    Step(Kind.TASK, "scan", 0.1, 3),
    Step(Kind.TASK, "submission", 0.1, 3),
    Step(Kind.TASK, "verdict", 0.1, 4),
    Step(Kind.TASK, "issue", 0.4, 6),
    Step(Kind.TASK, "code", 0.1, 2),
    Step(Kind.HOUSEKEEPING, "backup", 0.3, 4),
    Step(Kind.HOUSEKEEPING, "expiry", 0.3, 2),
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
