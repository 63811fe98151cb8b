"""The rules of a task: what it demands, its states, and what may be asked of it in each.

Plain values and functions, shared by the workflow, the ledger, the phones' pages and the API. Only
this module decides what a scan, a submission or a verdict does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from boxd.words import N_

_DIGEST = re.compile(r"[0-9a-f]{64}")
LONGEST_TEXT = 4000
LONGEST_REFERENCE = 200
LONGEST_REASON = 400
# What one attendee can write into the ledger for one try of a task: who corrects a slip has room,
# and nobody fills the card. The next try begins with an attendant's refusal.
MOST_SUBMISSIONS = 20
MOST_SUBMITTED_BYTES = 32 * 1024


class TaskState(StrEnum):
    """The state of a task."""

    OPEN = "open"  # something is still missing
    APPROVED = "approved"  # nothing is missing; the code is being issued
    REWARDED = "rewarded"  # the attendee has the code
    SOLD_OUT = "sold_out"  # nothing was missing, but there was no prize
    # Nothing was missing, but the attendee had reached the limit of codes.
    OVER_LIMIT = "over_limit"
    FAILED = "failed"  # nothing was missing, but no code could be made; an alarm says why
    REFUSED = "refused"  # refused in every allowed try
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"  # given up, or the attendee is forgotten

    @property
    def has_ended(self) -> bool:
        """Whether nothing follows by itself."""
        return self not in {TaskState.OPEN, TaskState.APPROVED}


WITHOUT_CODE = frozenset({TaskState.SOLD_OUT, TaskState.OVER_LIMIT, TaskState.FAILED})


class Demand(StrEnum):
    """What a kind of task asks the attendee to submit."""

    NONE = "none"
    TEXT = "text"
    REFERENCE = "reference"
    PHOTO = "photo"  # its digest is what is submitted


@dataclass(frozen=True)
class Checkpoint:
    """A place where attendees scan for a task."""

    id: str
    name: str


@dataclass(frozen=True)
class TaskTexts:
    """What a kind of task is called, and its text, in another language."""

    language: str
    name: str
    text: str = ""


@dataclass(frozen=True)
class TaskKind:
    """What tasks of this kind demand: scans of `needed` of the `checkpoints`, and more.

    `prizes` are the skus that the code is drawn among; empty for all. `expires_at` is ISO 8601,
    UTC, in the ledger's form; None if it does not expire. `translations` are in languages other
    than the event's own.
    """

    id: str
    name: str
    text: str = ""
    checkpoints: tuple[str, ...] = ()
    needed: int = 0
    submission: Demand = Demand.NONE
    verdict: bool = False
    tries: int = 3
    expires_at: str | None = None
    prizes: tuple[str, ...] = ()
    translations: tuple[TaskTexts, ...] = ()

    def in_language(self, language: str) -> TaskKind:
        """The kind with the texts of this language, as far as there are any."""
        for each in self.translations:
            if each.language == language:
                return replace(self, name=each.name, text=each.text or self.text)
        return self


@dataclass(frozen=True)
class Scan:
    """An attendee was at a checkpoint. `id` makes it idempotent; for `step` see `Verdict`.

    `daemon` and `deadline_s` are set on its way: which run of boxd took it, and the time on the
    boot clock until which that run may record it.
    """

    id: str
    task: str
    checkpoint: str
    actor: str
    step: int = 0
    daemon: str = ""
    deadline_s: float = 0.0


@dataclass(frozen=True)
class Submission:
    """An attendee's submission: a text, a reference or a photo's digest, as the kind demands."""

    id: str
    task: str
    text: str
    actor: str
    step: int = 0
    daemon: str = ""
    deadline_s: float = 0.0


@dataclass(frozen=True)
class Verdict:
    """An attendant's verdict on a task: approved, or refused for a reason.

    `actor` is the attendant's name. `step` is the step of the standing that it judged, so that it
    can't be taken for one on a later try; 0 means the standing at its arrival.
    """

    id: str
    task: str
    approved: bool
    actor: str
    reason: str = ""
    step: int = 0
    daemon: str = ""
    deadline_s: float = 0.0


@dataclass(frozen=True)
class Withdrawal:
    """A task is given up: nothing more is awaited, and there is no code for it."""

    id: str
    task: str
    actor: str
    reason: str = ""
    step: int = 0
    daemon: str = ""
    deadline_s: float = 0.0


Asked = Scan | Submission | Verdict | Withdrawal


class Missing(StrEnum):
    """What a task can still lack; the attendee's parts come before the attendant's."""

    SCANS = "scans"
    SUBMISSION = "submission"
    VERDICT = "verdict"
    CODE = "code"


@dataclass(frozen=True)
class TaskStanding:
    """A task's standing in the ledger. Times are ISO 8601, UTC.

    `scanned` are the checkpoints that count so far, in the order of the scans; `code` is the
    number of the code, never its digits; `last_refusal` is the reason of the last refusal; `issue`
    the id of the latest issue of its code, empty before there is one; `submissions` and
    `submitted_bytes` what was handed in for the present try.
    """

    task: str
    kind: TaskKind
    attendee: int
    state: TaskState
    step: int
    since: str
    scanned: tuple[str, ...] = ()
    is_submitted: bool = False
    tries_used: int = 0
    last_refusal: str = ""
    code: int | None = None
    expires_at: str | None = None
    issue: str = ""
    submissions: int = 0
    submitted_bytes: int = 0

    @property
    def scans_missing(self) -> int:
        """How many checkpoints are still to be scanned."""
        return max(0, self.kind.needed - len(self.scanned))

    @property
    def tries_left(self) -> int:
        """How many more refusals the task can take and stay open."""
        return max(0, self.kind.tries - self.tries_used)

    @property
    def missing(self) -> tuple[Missing, ...]:
        """What is still missing until the attendee has a code; empty once the task has ended."""
        if self.state is TaskState.APPROVED:
            return (Missing.CODE,)
        if self.state is not TaskState.OPEN:
            return ()
        lacks = {
            Missing.SCANS: self.scans_missing > 0,
            Missing.SUBMISSION: self.kind.submission is not Demand.NONE and not self.is_submitted,
            Missing.VERDICT: self.kind.verdict,
        }
        return tuple(what for what, is_missing in lacks.items() if is_missing)

    @property
    def awaited_from(self) -> str:
        """Whose turn it is: attendee, attendant, box or nobody."""
        if not self.missing:
            return "nobody"
        turns = {Missing.VERDICT: "attendant", Missing.CODE: "box"}
        return turns.get(self.missing[0], "attendee")


@dataclass(frozen=True)
class TaskReply:
    """The result of a request: accepted, or why not; with the task's present standing.

    `is_new` is False if it was accepted before, or counts already.
    """

    accepted: bool
    why: str
    standing: TaskStanding
    is_new: bool = True


def task_id(kind: str, attendee: int) -> str:
    """The id of an attendee's task of this kind; there is only one."""
    return f"{kind}.{attendee}"


def has_expired(standing: TaskStanding, now: datetime) -> bool:
    """Whether the task is still open although its time is over."""
    if standing.state is not TaskState.OPEN or standing.expires_at is None:
        return False
    return datetime.fromisoformat(standing.expires_at) <= now


def counts_already(standing: TaskStanding, asked: Asked) -> bool:
    """Whether it adds nothing: that checkpoint is counted, or the task is withdrawn."""
    if isinstance(asked, Withdrawal):
        return standing.state is TaskState.WITHDRAWN
    return isinstance(asked, Scan) and asked.checkpoint in standing.scanned


def why_refused(standing: TaskStanding, asked: Asked, now: datetime) -> str:
    """Why `asked` can't be accepted at the task's present standing; empty if it can."""
    if standing.state is not TaskState.OPEN:
        text = N_("this task is {why}; nothing is awaited any more")
        return text.format(why=_in_words(standing))
    if has_expired(standing, now):
        return N_("this task expired at {time}").format(time=standing.expires_at)
    match asked:
        case Scan():
            return _why_no_scan(standing.kind, asked)
        case Submission():
            return _why_no_submission(standing.kind, asked) or _why_over_quota(standing, asked)
        case Verdict():
            return _why_no_verdict(standing, asked)
        case Withdrawal():
            return ""


def _in_words(standing: TaskStanding) -> str:
    words = standing.state.value.replace("_", " ")
    return f"{words} ({standing.last_refusal})" if standing.last_refusal else words


def _why_no_scan(kind: TaskKind, scan: Scan) -> str:
    if scan.checkpoint in kind.checkpoints:
        return ""
    known = ", ".join(kind.checkpoints) or "none"
    text = N_("'{place}' is no checkpoint of '{task}'; its checkpoints: {known}")
    return text.format(place=scan.checkpoint, task=kind.name, known=known)


def _why_no_submission(kind: TaskKind, submission: Submission) -> str:
    if kind.submission is Demand.NONE:
        return N_("nothing is to be handed in for '{task}'").format(task=kind.name)
    if not submission.text.strip():
        return N_("the {what} is empty; write one").format(what=kind.submission)
    if kind.submission is Demand.PHOTO and not _DIGEST.fullmatch(submission.text):
        return N_("a photo is to be handed in; take one")
    longest = LONGEST_TEXT if kind.submission is Demand.TEXT else LONGEST_REFERENCE
    if len(submission.text) > longest:
        long = len(submission.text)
        text = N_("the {what} has {long} characters; at most {longest} are taken")
        return text.format(what=kind.submission, long=long, longest=longest)
    return ""


def _why_over_quota(standing: TaskStanding, submission: Submission) -> str:
    size = standing.submitted_bytes + len(submission.text.encode("utf-8", "replace"))
    if standing.submissions < MOST_SUBMISSIONS and size <= MOST_SUBMITTED_BYTES:
        return ""
    text = N_(
        "{count} submissions are the most for this task, and you made them; the last one counts"
    )
    return text.format(count=standing.submissions)


def _why_no_verdict(standing: TaskStanding, verdict: Verdict) -> str:
    if not standing.kind.verdict:
        text = N_("nobody judges '{task}'; it is done when nothing is missing")
        return text.format(task=standing.kind.name)
    if verdict.step and verdict.step != standing.step:
        if not standing.last_refusal:
            return N_("the task has changed since you looked at it; look again, then decide")
        text = N_(
            "the task has changed since you looked at it: refused, {reason}; look again, then"
            " decide"
        )
        return text.format(reason=standing.last_refusal)
    if not verdict.approved and not verdict.reason.strip():
        return N_("a refusal needs a reason that the attendee can act on")
    if len(verdict.reason) > LONGEST_REASON:
        text = N_("the reason is longer than {longest} characters; shorten it")
        return text.format(longest=LONGEST_REASON)
    lacking = [what for what in standing.missing if what is not Missing.VERDICT]
    if lacking:
        text = N_("there is nothing to judge yet; still missing: {missing}")
        return text.format(missing=", ".join(lacking))
    return ""


def state_after(standing: TaskStanding, asked: Asked) -> TaskState:
    """The state after `asked` was accepted into `standing`.

    `standing` already counts the scan, the submission or the try of a refusal.
    """
    if isinstance(asked, Withdrawal):
        return TaskState.WITHDRAWN
    if isinstance(asked, Verdict):
        if asked.approved:
            return TaskState.APPROVED
        return TaskState.OPEN if standing.tries_left else TaskState.REFUSED
    return TaskState.OPEN if standing.missing else TaskState.APPROVED
