"""What a phone shows that has scanned a checkpoint's sign."""

from __future__ import annotations

from boxd.phones import words
from boxd.phones.attendee_service import Visit
from boxd.phones.markup import Html, tag
from boxd.task import TaskState


def main(visit: Visit, own_link: str) -> Html:
    """Counted, and what is still missing."""
    return tag(
        "main",
        tag("h1", _title(visit), class_="good" if visit.tasks and not visit.refusals else None),
        *(tag("p", why, class_="bad") for why in visit.refusals),
        "" if visit.tasks else tag("p", "None of your tasks asks for this place."),
        *(
            tag(
                "section",
                tag(
                    "div",
                    tag("h2", task.kind.name),
                    tag("span", words.label(task), class_="label"),
                    class_="head",
                ),
                *(tag("p", line) for line in words.to_do(task)),
                tag("p", "Your code is on your page.") if task.state is TaskState.REWARDED else "",
                class_="task",
                data_kind=task.kind.id,
                data_state=task.state,
            )
            for task in visit.tasks
        ),
        tag("a", "My tasks and codes", class_="button", href=f"/a/{own_link}"),
    )


def _title(visit: Visit) -> str:
    if visit.is_new:
        return f"{visit.sign.name}: counted"
    if visit.tasks and not visit.refusals:
        return f"{visit.sign.name}: was counted before"
    return visit.sign.name


def stranger_main(place: str) -> Html:
    """What somebody is to do whose phone is not known here."""
    return tag(
        "main",
        tag("h1", f"{place}: not counted yet"),
        tag("p", "This phone is not known here yet. It takes two steps:"),
        tag(
            "section",
            tag("p", "1. Scan the QR code on your own sheet or badge, and let the page open."),
            tag("p", "2. Scan this sign again."),
        ),
        tag(
            "p",
            "You did that before? Then open both in the same browser: a code reader inside"
            " another app does not know what your camera's browser knows.",
            class_="soft",
        ),
        tag("p", "You have no sheet? Ask at the booth.", class_="soft"),
    )
