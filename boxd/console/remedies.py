"""What can be done about an alarm, by its kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from boxd.task import TaskState
from boxd.words import N_


@dataclass(frozen=True)
class AlarmButton:
    """A button beside an alarm: a form to `path` with `fields`, or a page that is opened.

    `count` is how many things it is about; 0 where that says nothing.
    """

    title: str
    path: str
    fields: Mapping[str, str]
    is_page: bool = False
    count: int = 0


_PAGES = {
    "sold_out": ("/o/prizes", N_("Restock")),
    "low_stock": ("/o/prizes", N_("Restock")),
    "stock_short": ("/o/prizes", N_("Say what became of them")),
}
_ISSUED_AGAIN = {"sold_out": TaskState.SOLD_OUT, "code_not_issued": TaskState.FAILED}


def remedies(
    alarm: Mapping[str, object], without_code: Mapping[TaskState, int]
) -> Sequence[AlarmButton]:
    """The buttons of an alarm. `without_code` counts the tasks that ended without their code."""
    kind, found = str(alarm["kind"]), []
    if kind == "locker_out_of_service":
        number = str(alarm["subject"]).removeprefix("locker ")
        found.append(AlarmButton(N_("Put into service"), "/o/in-service", {"locker": number}))
    if kind in _PAGES:
        path, title = _PAGES[kind]
        found.append(AlarmButton(title, path, {}, is_page=True))
    state = _ISSUED_AGAIN.get(kind)
    if state is not None and without_code.get(state):
        fields = {"state": state.value}
        again = N_("Issue the codes again")
        found.append(AlarmButton(again, "/o/issue-again", fields, count=without_code[state]))
    found.append(AlarmButton(N_("Clear"), "/o/clear", {"alarm": str(alarm["id"])}))
    return found
