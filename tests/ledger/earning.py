"""Attendees who earn codes in a ledger, in few words."""

from __future__ import annotations

from itertools import count

from boxd.issue import DRAW_BITS, IssueStanding, IssueState
from boxd.ledger import attendees, issues, issuing, task_publishing, task_standings, tasks
from boxd.task import (
    Checkpoint,
    Demand,
    Scan,
    Submission,
    TaskKind,
    TaskReply,
    TaskStanding,
    Verdict,
)
from tests.ledger.conftest import Hands

CHECKPOINTS = [Checkpoint(name, name.title()) for name in ("entrance", "stage", "workshop")]
ALL = tuple(each.id for each in CHECKPOINTS)
KINDS = [
    TaskKind("hunt", "Hunt", checkpoints=ALL, needed=2),
    TaskKind("demo", "Demonstration", verdict=True, tries=2),
    TaskKind(
        id="build",
        name="Build something",
        text="",
        checkpoints=("workshop",),
        needed=1,
        submission=Demand.REFERENCE,
        verdict=True,
        tries=3,
    ),
    TaskKind("essay", "Essay", submission=Demand.TEXT, verdict=True),
    TaskKind("mugs", "For a mug", verdict=True, prizes=("mug",)),
    TaskKind("brief", "Brief", verdict=True, expires_at="2030-05-01T10:00:00.000Z"),
]
RULES = issuing.IssueRules(box="box-1", length=8, valid_days=7, per_attendee=0)
_NUMBERS = count(1)


class Earner:
    """Whatever attendees and attendants do, each time under an id of its own."""

    def __init__(self, hands: Hands) -> None:
        self._write = hands.ledger.write_now
        self._keys = hands.keys
        self._write(lambda tx: task_publishing.declare(tx, KINDS, CHECKPOINTS))

    def start(self, kind: str, attendee: str = "ada") -> str:
        number = self._write(lambda tx: attendees.number_of(tx, attendee))
        return self._write(lambda tx: tasks.start(tx, kind, number, "app")).task

    def standing(self, task: str) -> TaskStanding:
        return self._write(lambda tx: task_standings.require(tx.connection, task))

    def scan(self, task: str, checkpoint: str, request: str = "") -> TaskReply:
        scan = Scan(request or f"r-{next(_NUMBERS)}", task, checkpoint, "app")
        return self._write(lambda tx: tasks.record(tx, scan))

    def submit(self, task: str, text: str, request: str = "") -> TaskReply:
        submission = Submission(request or f"r-{next(_NUMBERS)}", task, text, "app")
        return self._write(lambda tx: tasks.record(tx, submission))

    def approve(self, task: str, step: int = 0, request: str = "") -> TaskReply:
        verdict = Verdict(request or f"r-{next(_NUMBERS)}", task, True, "Eva", step=step)
        return self._write(lambda tx: tasks.record(tx, verdict))

    def refuse(self, task: str, reason: str = "it does not run", step: int = 0) -> TaskReply:
        verdict = Verdict(f"r-{next(_NUMBERS)}", task, False, "Eva", reason, step)
        return self._write(lambda tx: tasks.record(tx, verdict))

    def issue(
        self, issue: str, rules: issuing.IssueRules = RULES, draw: int = 1 << DRAW_BITS - 1
    ) -> IssueStanding:
        """All steps of an issue, as the workflow takes them."""
        standing = self.step(issue, "pick", rules, draw)
        for step in ("hold", "mint", "hand_over"):
            if not standing.state.has_ended:
                standing = self.step(issue, step, rules)
        return standing

    def step(
        self,
        issue: str,
        step: str,
        rules: issuing.IssueRules = RULES,
        draw: int = 0,
        attempt: int = 1,
    ) -> IssueStanding:
        match step:
            case "pick":
                return self._write(lambda tx: issuing.pick(tx, issue, attempt, draw, rules))
            case "hold":
                return self._write(lambda tx: issuing.hold(tx, issue, rules))
            case "mint":
                return self._write(lambda tx: issuing.mint(tx, issue, rules, self._keys))
            case _:
                return self._write(lambda tx: issuing.hand_over(tx, issue))

    def ask(self, issue: str, attendee: str, *prizes: str) -> IssueStanding:
        number = self._write(lambda tx: attendees.number_of(tx, attendee))
        order = issues.IssueOrder(issue, number, "organiser", prizes)
        return self._write(lambda tx: issues.ask(tx, order))

    def undo(self, issue: str, why: str = "a test wants it") -> IssueStanding:
        return self._write(lambda tx: issuing.undo(tx, issue, why))


STEPS = {
    "pick": IssueState.PICKED,
    "hold": IssueState.HELD,
    "mint": IssueState.MINTED,
    "hand_over": IssueState.DONE,
}
