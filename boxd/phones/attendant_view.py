"""The attendants' pages: the PIN, an attendee's tasks to judge, and the last verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from boxd.ledger.verdicts import GivenVerdict
from boxd.phones import words
from boxd.phones.markup import Html, join, tag
from boxd.phones.sessions import Session
from boxd.phones.verdict_service import LONGEST_NAME, Judging
from boxd.task import LONGEST_REASON, Missing, TaskStanding, TaskState, missing


def enter_main(link: str, why: str = "", name: str = "") -> Html:
    """The name and the PIN, asked once."""
    return tag(
        "main",
        tag("h1", "For attendants"),
        tag("p", why, class_="bad", role="alert") if why else "",
        tag(
            "form",
            tag("label", "Your name", for_="name"),
            tag(
                "input", type="text", id="name", name="name", value=name, required=True,
                autocomplete="name", maxlength=str(LONGEST_NAME),
            ),
            tag("label", "PIN", for_="pin"),
            tag(
                "input", type="password", id="pin", name="pin", required=True,
                inputmode="numeric", autocomplete="off", maxlength="20",
            ),
            tag("input", type="hidden", name="link", value=link),
            tag("button", "Go on"),
            method="post",
            action="/v/enter",
            data_asks_pin=None if why else "",
        ),
        tag("p", "Your name stands beside each of your verdicts.", class_="soft"),
    )  # fmt: skip


def judging_main(
    judging: Judging, link: str, last: Sequence[GivenVerdict], session: Session, now: datetime,
    why: str = "",
) -> Html:  # fmt: skip
    """An attendee's tasks, those first that can be judged now."""
    tasks = [task for task in judging.picture.tasks if task.kind.verdict]
    ready = [task for task in tasks if words.awaits_verdict(task)]
    others = [task for task in tasks if task not in ready]
    return tag(
        "main",
        tag("h1", str(judging.picture.attendee.reference)),
        tag("p", why, class_="note bad", role="alert") if why else "",
        *(_to_judge(task, judging, link) for task in ready),
        "" if ready else tag("p", "Nothing waits for your word just now."),
        *(_not_now(task) for task in others),
        _last(last, now),
        _leaving(session),
    )


def home_main(last: Sequence[GivenVerdict], session: Session, now: datetime) -> Html:
    """What an attendant sees without an attendee."""
    return tag(
        "main",
        tag("h1", "For attendants"),
        tag("section", tag("p", "Scan an attendee's QR code with your phone's own camera.")),
        _last(last, now),
        _leaving(session),
    )


def _to_judge(task: TaskStanding, judging: Judging, link: str) -> Html:
    name = f"reason-{task.kind.id}"
    return tag(
        "section",
        tag("h2", task.kind.name),
        tag("p", task.kind.text) if task.kind.text else "",
        _evidence(task, judging),
        tag(
            "form",
            _hidden(task),
            tag("button", "Approve", class_="approve", name="word", value="approve"),
            method="post",
            action=f"/v/{link}/verdict",
        ),
        tag(
            "details",
            tag("summary", "Refuse …"),
            tag(
                "form",
                _hidden(task),
                tag("label", "Why? The attendee reads this.", for_=name),
                tag(
                    "input", type="text", id=name, name="reason", required=True,
                    maxlength=str(LONGEST_REASON), autocomplete="off",
                ),
                tag("button", "Refuse", class_="refuse", name="word", value="refuse"),
                tag("p", _tries(task), class_="soft"),
                method="post",
                action=f"/v/{link}/verdict",
            ),
        ),
        class_="task is-act",
        data_kind=task.kind.id,
    )  # fmt: skip


def _hidden(task: TaskStanding) -> Html:
    return join(
        tag("input", type="hidden", name="kind", value=task.kind.id),
        tag("input", type="hidden", name="step", value=str(task.step)),
    )


def _tries(task: TaskStanding) -> str:
    if task.tries_left <= 1:
        return "This is the last attempt: refused now, the task is over."
    return f"After this, {words.counted(task.tries_left - 1, 'more attempt')}."


def _evidence(task: TaskStanding, judging: Judging) -> Html:
    """What there is to judge by: places, what was handed in, and the last refusal."""
    places = [judging.picture.places.get(each, each) for each in task.scanned]
    handed_in = judging.handed_in.get(task.task, "")
    before = f"Refused before: {task.last_refusal}" if task.last_refusal else ""
    return join(
        tag("p", f"Was at: {', '.join(places)}") if places else "",
        _handed_in(handed_in) if handed_in else "",
        tag("p", before, class_="soft") if before else "",
    )


def _handed_in(text: str) -> Html:
    is_address = text.startswith(("https://", "http://")) and not any(map(str.isspace, text))
    if not is_address:
        return tag("p", text, class_="said")
    link = tag("a", text, href=text, target="_blank", rel="noopener noreferrer")
    return tag("p", link, class_="said")


def _not_now(task: TaskStanding) -> Html:
    lacking = [words.lacking(task, what) for what in _own_part(task)]
    refused = task.state is TaskState.REFUSED
    return tag(
        "section",
        tag(
            "div",
            tag("h2", task.kind.name),
            tag("span", words.label(task), class_="label"),
            class_="head",
        ),
        *(tag("p", line) for line in lacking),
        tag("p", f"Refused: {task.last_refusal}", class_="soft") if refused else "",
        class_="task",
        data_kind=task.kind.id,
        data_state=task.state,
    )


def _own_part(task: TaskStanding) -> list[Missing]:
    """What the attendee has still to do."""
    own = {Missing.SCANS, Missing.SUBMISSION}
    return [what for what in missing(task) if what in own]


def _last(last: Sequence[GivenVerdict], now: datetime) -> Html:
    if not last:
        return Html("")
    rows = [
        tag(
            "li",
            tag(
                "b",
                "approved" if each.approved else "refused",
                class_="good" if each.approved else "bad",
            ),
            f" {each.kind}, {each.attendee}",
            tag(
                "div",
                f"{words.moment(each.at, now)}, {each.actor.removesuffix(' (attendant)')}"
                + (f": {each.reason}" if each.reason else ""),
                class_="soft",
            ),
        )
        for each in last
    ]
    return tag(
        "section", tag("h2", "Last verdicts"), tag("ul", *rows, class_="list"), class_="last"
    )


def _leaving(session: Session) -> Html:
    return tag(
        "form",
        tag("button", f"I am not {session.name}", class_="plain"),
        method="post",
        action="/v/leave",
    )
