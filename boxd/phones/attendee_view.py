"""The attendee's page: codes, the QR code to show, and what each task still wants."""

from __future__ import annotations

from datetime import datetime

from boxd.ledger.attendee_codes import OwnCode
from boxd.phones import words
from boxd.phones.attendee_service import AttendeePage
from boxd.phones.markup import Html, tag
from boxd.task import LONGEST_REFERENCE, LONGEST_TEXT, Demand, TaskStanding, TaskState

_SOON_S = 3  # somebody is waiting for it beside the box or an attendant
_LATER_S = 10


def main(shown: AttendeePage, link: str, qr: Html, now: datetime) -> Html:
    """The content; `qr` is what to show to an attendant, as SVG."""
    tasks = shown.picture.tasks
    usable = [code for code in shown.picture.codes if code.number in shown.digits]
    over = [code for code in shown.picture.codes if code.number not in shown.digits]
    return tag(
        "main",
        *(_usable(code, shown.digits[code.number], now) for code in usable),
        *(_waiting(task) for task in tasks if task.state is TaskState.APPROVED),
        _to_show(tasks, qr),
        tag("h1", "My tasks"),
        *(_task(task, shown.picture.places, link, now) for task in tasks),
        "" if tasks else tag("p", "There are no tasks just now."),
        *(_over(code, now) for code in over),
        data_again=str(again_s(shown)),
    )


def again_s(shown: AttendeePage) -> int:
    """After how many seconds the page looks again."""
    states = [code.state for code in shown.picture.codes]
    is_awaited = any(
        task.state is TaskState.APPROVED or (task.step and words.awaits_verdict(task))
        for task in shown.picture.tasks
    )
    return _SOON_S if is_awaited or "in_use" in states else _LATER_S


def _usable(code: OwnCode, digits: str, now: datetime) -> Html:
    how = "Type it at the box, then press Enter."
    if code.state == "in_use":
        how = "The box has it: look at the lamps."
    if not digits:
        how = "The box can't show its digits just now. Ask at the booth."
    return tag(
        "section",
        _head("Your code", words.CODE_LABELS[code.state], "good"),
        tag("p", *(tag("span", group) for group in words.grouped(digits)), class_="digits"),
        tag("p", how),
        tag("p", f"Good until {words.moment(code.expires_at, now)}, once.", class_="soft"),
        class_="code is-good",
        data_code=str(code.number),
    )


def _waiting(task: TaskStanding) -> Html:
    return tag(
        "section",
        _head("Your code", "waiting", "act"),
        tag("p", *words.to_do(task)),
        tag("p", f"For: {task.kind.name}", class_="soft"),
        class_="code is-act",
    )


def _over(code: OwnCode, now: datetime) -> Html:
    """A code that can't be typed any more; what it was for is no surprise now."""
    told = f"Issued {words.moment(code.issued_at, now)}."
    return tag(
        "section",
        _head("Code", words.CODE_LABELS.get(code.state, code.state), ""),
        tag("p", f"{code.prize}. {told}" if code.state == "spent" else told, class_="soft"),
        class_="code over",
        data_code=str(code.number),
    )


def _to_show(tasks: tuple[TaskStanding, ...], qr: Html) -> Html:
    """The QR code: open when an attendant's word is all that is missing of what was begun."""
    judged = [task for task in tasks if task.kind.verdict and task.state is TaskState.OPEN]
    if not judged:
        return Html("")
    title = tag("summary", "Show this to an attendant")
    is_awaited = any(task.step and words.awaits_verdict(task) for task in judged)
    return tag("details", title, qr, open=is_awaited)


def _task(task: TaskStanding, places: dict[str, str], link: str, now: datetime) -> Html:
    is_open = task.state is TaskState.OPEN
    until = f"Until {words.moment(task.expires_at, now)}." if task.expires_at and is_open else ""
    return tag(
        "section",
        _head(task.kind.name, words.label(task), _tone(task)),
        tag("p", task.kind.text) if task.kind.text else "",
        _refusal(task),
        *(tag("p", line, class_="next") for line in words.to_do(task)),
        _places(task, places) if is_open else "",
        _form(task, link) if is_open and task.kind.submission is not Demand.NONE else "",
        tag("p", until, class_="soft") if until else "",
        class_="task",
        data_kind=task.kind.id,
        data_state=task.state,
    )


def _tone(task: TaskStanding) -> str:
    if task.state in {TaskState.REWARDED, TaskState.APPROVED}:
        return "good"
    if task.state in {TaskState.REFUSED, TaskState.FAILED}:
        return "bad"
    return "act" if words.awaits_verdict(task) else ""


def _refusal(task: TaskStanding) -> Html:
    if not task.last_refusal or task.state not in {TaskState.OPEN, TaskState.REFUSED}:
        return Html("")
    left = ""
    if task.state is TaskState.OPEN:
        left = f" You can try {words.counted(task.tries_left, 'more time')}."
    return tag("p", f"Not accepted: {task.last_refusal}.{left}", class_="bad")


def _places(task: TaskStanding, places: dict[str, str]) -> Html:
    if not task.kind.checkpoints:
        return Html("")
    items = [
        tag("li", places.get(each, each), class_="done" if each in task.scanned else None)
        for each in task.kind.checkpoints
    ]
    return tag("ul", *items)


def _form(task: TaskStanding, link: str) -> Html:
    kind, noun = task.kind.id, words.hand_in_noun(task)
    name = f"hand-in-{kind}"
    if task.kind.submission is Demand.TEXT:
        entry = tag("textarea", id=name, name="text", maxlength=str(LONGEST_TEXT), required=True)
    else:
        longest = str(LONGEST_REFERENCE)
        entry = tag("input", type="text", id=name, name="text", maxlength=longest, required=True)
    again = "Hand in another one" if task.is_submitted else "Hand in"
    return tag(
        "form",
        tag("p", f"Your {noun} was handed in.", class_="good") if task.is_submitted else "",
        tag("label", f"Your {noun}", for_=name),
        entry,
        tag("input", type="hidden", name="kind", value=kind),
        tag("button", again),
        method="post",
        action=f"/a/{link}/submission",
    )


def _head(title: str, label: str, tone: str) -> Html:
    return tag("div", tag("h2", title), tag("span", label, class_=f"label {tone}"), class_="head")
