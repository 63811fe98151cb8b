"""The phones' texts about a task or a code, in few and plain words.

Texts are whole sentences, in singular and plural, from the catalogue of boxd/words.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from boxd import words
from boxd.task import Demand, Missing, TaskStanding, TaskState
from boxd.words import N_, ngettext
from boxd.words import gettext as _

# State: a word or two for the label, and what to do about it.
_HOUR_S, _MINUTE_S = 3600, 60
_ENDED = {
    TaskState.APPROVED: (N_("approved"), N_("Your code is being made; it shows here in a moment.")),
    TaskState.REWARDED: (N_("done"), ""),
    TaskState.SOLD_OUT: (
        N_("done, sold out"),
        N_("You have done everything, but no prize is left right now. Ask at the booth."),
    ),
    TaskState.OVER_LIMIT: (
        N_("done"),
        N_("You already have as many codes as one person may have, so there is none for this."),
    ),
    TaskState.FAILED: (
        N_("done"),
        N_("No code could be made. Ask at the booth: they can try again."),
    ),
    TaskState.REFUSED: (N_("not accepted"), ""),
    TaskState.EXPIRED: (N_("over"), N_("The time for this is over.")),
    TaskState.WITHDRAWN: (N_("withdrawn"), ""),
}
# What is missing: what to do, the label of its field, and the text after the submission.
_SUBMISSIONS = {
    Demand.TEXT: (N_("Submit your text."), N_("Your text"), N_("Your text was submitted.")),
    Demand.REFERENCE: (
        N_("Submit your link or number."),
        N_("Your link or number"),
        N_("Your link or number was submitted."),
    ),
    Demand.PHOTO: (N_("Submit a photo."), N_("Your photo"), N_("Your photo was submitted.")),
}

_ENDING = 8  # a longer last word is cut to the next
_SHORT_ENDING = 4

_CODE_LABELS = {
    "ready": N_("ready"),
    "in_use": N_("in use"),
    "spent": N_("used"),
    "expired": N_("expired"),
    "voided": N_("not valid"),
}


def label(task: TaskStanding) -> str:
    """A word or two on the task's state."""
    if task.state in _ENDED:
        return _(_ENDED[task.state][0])
    if awaits_verdict(task):
        return _("ready to show")
    return _("under way") if task.step and (task.scanned or task.is_submitted) else _("to do")


def spoken(task: TaskStanding) -> TaskStanding:
    """The task with its name and text in the reader's language, if the organiser wrote them."""
    return replace(task, kind=task.kind.in_language(words.current().language))


def code_label(state: str, bay: str = "") -> str:
    """A word or two on a code's state; `bay` is the name of the bay where it is in use."""
    if bay:
        return _("in use at {bay}").format(bay=bay)
    return _(_CODE_LABELS.get(state, state))


def tone(task: TaskStanding) -> str:
    """The colour of the label in phone.css."""
    if task.state in {TaskState.REWARDED, TaskState.APPROVED}:
        return "good"
    if task.state in {TaskState.REFUSED, TaskState.FAILED}:
        return "bad"
    return "act" if awaits_verdict(task) else ""


def awaits_verdict(task: TaskStanding) -> bool:
    """Whether only an attendant's verdict is missing."""
    return task.missing == (Missing.VERDICT,)


def is_verdict_alone(task: TaskStanding) -> bool:
    """Whether the task needs nothing but a verdict, which the attendee may ask for."""
    return task.state is TaskState.OPEN and awaits_verdict(task) and not task.kind.checkpoints


def to_do(task: TaskStanding) -> list[str]:
    """What to know or to do, one sentence each."""
    if task.state in _ENDED:
        sentence = _ENDED[task.state][1]
        return [_(sentence)] if sentence else []
    return [lacking(task, what) for what in task.missing]


def own_part(task: TaskStanding) -> list[str]:
    """What the attendee still has to do, without the others' part."""
    own = {Missing.SCANS, Missing.SUBMISSION}
    return [lacking(task, what) for what in task.missing if what in own]


def lacking(task: TaskStanding, what: Missing) -> str:
    """What to do about one thing that is missing."""
    match what:
        case Missing.SCANS:
            return _scans(task.scans_missing, has_begun=bool(task.scanned))
        case Missing.SUBMISSION:
            return _(_SUBMISSIONS[task.kind.submission][0])
        case Missing.VERDICT:
            if awaits_verdict(task):
                return _("Show your QR code to an attendant.")
            return _("Then show your QR code to an attendant.")
        case Missing.CODE:
            return _(_ENDED[TaskState.APPROVED][1])


def submission_label(task: TaskStanding) -> str:
    """The label of the field for the submission."""
    return _(_SUBMISSIONS[task.kind.submission][1])


def handed_in(task: TaskStanding) -> str:
    """The text after a submission."""
    return _(_SUBMISSIONS[task.kind.submission][2])


def named(checkpoints: Iterable[str], places: Mapping[str, str]) -> str:
    """The names of checkpoints, as a list in a sentence."""
    return ", ".join(places.get(each, each) for each in checkpoints)


def is_address(text: str) -> bool:
    """Whether the text is one web address, so that it can be a link."""
    return text.startswith(("https://", "http://")) and not any(map(str.isspace, text))


def ending(reference: str) -> str:
    """The end of somebody's name: enough to recognise their own."""
    last = re.split(r"[\W_]+", reference.strip())[-1] or reference
    shown = last if len(last) <= _ENDING else last[-_SHORT_ENDING:]
    return shown if shown == reference else f"…{shown}"


def grouped(digits: str) -> list[str]:
    """A code's digits in groups that are easy to remember."""
    size = 3 if len(digits) % 4 and len(digits) % 3 == 0 else 4
    return [digits[start : start + size] for start in range(0, len(digits), size)]


def in_time(seconds: int) -> str:
    """A stretch of time: 40 s, 5 min, 2 h 10 min."""
    if seconds < _MINUTE_S:
        return _("{} s").format(seconds)
    minutes = seconds // _MINUTE_S
    if seconds < _HOUR_S:
        return _("{} min").format(minutes)
    return _("{} h {} min").format(minutes // 60, minutes % 60)


def until_again(seconds: int) -> str:
    """How long to wait, in whole minutes if it is one: too early is refused once more."""
    minutes = math.ceil(seconds / _MINUTE_S)
    return in_time(seconds if seconds < _MINUTE_S else minutes * _MINUTE_S)


def moment(text: str, now: datetime) -> str:
    """A time for people here: 14:03, or with its day."""
    return words.moment(datetime.fromisoformat(text), now)


def _scans(count: int, has_begun: bool) -> str:
    """How many checkpoints are still to be scanned."""
    if has_begun:
        return ngettext(
            "Scan {} more checkpoint with your camera.",
            "Scan {} more checkpoints with your camera.",
            count,
        ).format(count)
    return ngettext(
        "Scan {} checkpoint with your camera.", "Scan {} checkpoints with your camera.", count
    ).format(count)
