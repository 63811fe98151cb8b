"""What the phones' pages say of a task or a code, in few and plain words."""

from __future__ import annotations

from datetime import datetime

from boxd.task import Demand, Missing, TaskStanding, TaskState, missing

# State: a word or two for the label, and what there is to do about it.
_ENDED = {
    TaskState.APPROVED: ("approved", "Your code is being made; it shows here in a moment."),
    TaskState.REWARDED: ("done", ""),
    TaskState.SOLD_OUT: (
        "done, sold out",
        "You have done it all, but no prize is left just now. Ask at the booth.",
    ),
    TaskState.OVER_LIMIT: (
        "done",
        "You have as many codes as one person may have, so there is none for this.",
    ),
    TaskState.FAILED: ("done", "No code could be made. Ask at the booth: they can try again."),
    TaskState.REFUSED: ("not accepted", ""),
    TaskState.EXPIRED: ("over", "The time for this is over."),
    TaskState.WITHDRAWN: ("withdrawn", ""),
}

CODE_LABELS = {
    "ready": "ready",
    "in_use": "at the box",
    "spent": "used",
    "expired": "expired",
    "voided": "not valid",
}


def label(task: TaskStanding) -> str:
    """A word or two on where the task stands."""
    if task.state in _ENDED:
        return _ENDED[task.state][0]
    if awaits_verdict(task):
        return "show it"
    return "under way" if task.step and (task.scanned or task.is_submitted) else "to do"


def awaits_verdict(task: TaskStanding) -> bool:
    """Whether nothing but an attendant's word is missing."""
    return missing(task) == (Missing.VERDICT,)


def to_do(task: TaskStanding) -> list[str]:
    """What there is to know or to do, a sentence each."""
    if task.state in _ENDED:
        told = _ENDED[task.state][1]
        return [told] if told else []
    return [lacking(task, what) for what in missing(task)]


def lacking(task: TaskStanding, what: Missing) -> str:
    """What there is to do about one thing that is missing."""
    match what:
        case Missing.SCANS:
            more = "more " if task.scanned else ""
            return f"Scan {counted(task.scans_missing, f'{more}checkpoint')} with your camera."
        case Missing.SUBMISSION:
            return f"Hand in your {hand_in_noun(task)}."
        case Missing.VERDICT:
            return (
                "Show your QR code to an attendant."
                if awaits_verdict(task)
                else "Then show your QR code to an attendant."
            )
        case Missing.CODE:
            return _ENDED[TaskState.APPROVED][1]


def hand_in_noun(task: TaskStanding) -> str:
    """What the task wants handed in."""
    return "text" if task.kind.submission is Demand.TEXT else "link or number"


def counted(number: int, noun: str) -> str:
    """A number with its noun."""
    return f"{number} {noun}" + ("" if number == 1 else "s")


def grouped(digits: str) -> list[str]:
    """A code's digits in groups that an eye can carry to a keypad."""
    size = 3 if len(digits) % 4 and len(digits) % 3 == 0 else 4
    return [digits[start : start + size] for start in range(0, len(digits), size)]


def moment(text: str, now: datetime) -> str:
    """A time of the ledger as people here say it: 14:03, or with its day."""
    at = datetime.fromisoformat(text).astimezone()
    return at.strftime("%H:%M" if at.date() == now.astimezone().date() else "%a %d %b, %H:%M")
