"""Recoveries: runbooks that run. Their playbooks as data, and the rules of an answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from boxd.words import N_

END = "end"
"""The step after which a recovery has ended."""
GIVE_UP = "give-up"
"""The answer that ends a recovery at any step, without what is still to be done."""
LONGEST_NOTE = 500
MOST_COUNTED = 1_000_000


class Deed(StrEnum):
    """What an answer does in the ledger, beside being written down."""

    OUT_OF_SERVICE = "out_of_service"  # the locker
    IN_SERVICE = "in_service"
    COUNT = "count"  # so many units of the prize are on hand
    PRIZE_BACK = "prize_back"  # what lay in the locker is in stock again
    PRIZE_BROKEN = "prize_broken"  # it is written off
    ISSUE_AGAIN = "issue_again"  # codes that an old key has sealed are void, each with a new one


class OwnWork(StrEnum):
    """What boxd does by itself at a step; its answer is one of the step's choices."""

    SELF_TEST = "self_test"


PASSED, FAILED = "passed", "failed"
"""The choices by which boxd answers: nothing was found; something was, or it could not be done."""
BOXD = "boxd"
"""Who gives these answers."""


class AboutWhat(StrEnum):
    """What has to be known before a recovery begins."""

    LOCKER = "locker"
    PRIZE = "prize"


@dataclass(frozen=True)
class Choice:
    """One answer to a step's question: what it does, and the step after it."""

    id: str
    text: str
    next: str = END
    does: Deed | None = None


@dataclass(frozen=True)
class PlaybookStep:
    """One question, or another playbook that is called.

    `counts`: the answer has a number. `runs`: what boxd does here, and then answers; people may
    answer with another choice before. `calls`: the playbook that runs here, once for every prize
    if `each_prize`; `then` is the step after it.
    """

    id: str
    ask: str = ""
    choices: tuple[Choice, ...] = ()
    counts: bool = False
    runs: OwnWork | None = None
    calls: str = ""
    each_prize: bool = False
    then: str = END

    @property
    def for_people(self) -> tuple[Choice, ...]:
        """The choices that people have; the others are boxd's."""
        own = {PASSED, FAILED} if self.runs else set[str]()
        return tuple(choice for choice in self.choices if choice.id not in own)


@dataclass(frozen=True)
class Playbook:
    """A runbook as data: `when` says in a line when to start it."""

    id: str
    title: str
    when: str
    steps: tuple[PlaybookStep, ...]
    needs: tuple[AboutWhat, ...] = ()

    def step(self, name: str) -> PlaybookStep | None:
        """The step with this name."""
        return next((step for step in self.steps if step.id == name), None)


@dataclass(frozen=True)
class RecoveryStanding:
    """Where a recovery stands.

    `number` counts its steps; it waits for its `children`, or for what boxd `runs`.
    """

    recovery: str
    step: str
    number: int
    has_ended: bool
    since: str
    children: tuple[str, ...] = ()
    runs: str = ""


@dataclass(frozen=True)
class RecoveryQuestion:
    """A question that waits for an answer.

    `needs_sign_in`: it takes somebody who is known by name. `left_prize` lies in its locker.
    `found` is what boxd has found at the step before.
    """

    recovery: str
    number: int
    title: str
    text: str
    choices: tuple[Choice, ...]
    counts: bool = False
    needs_sign_in: bool = False
    left_prize: str = ""
    found: str = ""

    @property
    def id(self) -> str:
        """The question among all that are ever asked."""
        return f"{self.recovery}:{self.number}"

    @property
    def root(self) -> str:
        """The recovery that a person started: this one, or what called it."""
        return self.recovery.partition(".")[0]


@dataclass(frozen=True)
class RecoveryAnswer:
    """What a person or boxd itself says to the question of step `number`, 0 the present one."""

    id: str
    recovery: str
    choice: str
    actor: str
    number: int = 0
    count: int | None = None
    note: str = ""
    by_boxd: bool = False


@dataclass(frozen=True)
class RecoveryTaken:
    """Whether an answer was taken, and why not.

    `has_more`: what it does was done in part, and goes on with the same answer once more.
    """

    accepted: bool
    why: str
    standing: RecoveryStanding
    has_more: bool = False


def why_refused(playbook: Playbook, standing: RecoveryStanding, answer: RecoveryAnswer) -> str:
    """Why the answer can't be taken at this standing; empty if it can."""
    step = playbook.step(standing.step)
    if standing.has_ended or step is None:
        return N_("this recovery has ended; nothing is asked any more")
    if answer.number not in {0, standing.number}:
        return N_("this question was answered meanwhile; look again, then answer")
    if answer.choice == GIVE_UP:
        return ""
    if step.calls:
        return N_("other questions come first; answer those that this recovery has begun")
    choices = step.choices if answer.by_boxd else step.for_people
    if answer.choice not in {choice.id for choice in choices}:
        known = ", ".join(choice.id for choice in choices)
        return N_("'{choice}' is no answer here; there are: {known}").format(
            choice=answer.choice[:40], known=known
        )
    if step.counts and answer.count is None:
        return N_("say how many there are: a whole number, 0 or more")
    return ""


def chosen(playbook: Playbook, step: str, choice: str) -> Choice:
    """The choice of a step. Only for an answer that is not refused."""
    found = playbook.step(step)
    assert found is not None  # noqa: S101 - `why_refused` has looked
    return next(each for each in found.choices if each.id == choice)
