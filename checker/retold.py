"""The rows of the ledger as the audit trail tells them, written down once more from its beginning.

Each handler is what one action of the trail means for the other tables. boxd's own code is not
asked: two tellings of one day that agree are worth more than one.
"""

from __future__ import annotations

from checker import retold_redemptions, retold_tasks
from checker.codes import detail_of
from checker.ledger import AuditRow
from checker.retold_rows import Handler, Retold, Values


def retold(trail: tuple[AuditRow, ...]) -> Retold:
    """The rows that follow from the trail. Unknown actions change nothing."""
    told = Retold()
    for row in trail:
        subject, _, what = row.action.partition(".")
        handler = _EXACT.get(row.action) or _BY_SUBJECT.get(subject)
        if handler is not None:
            handler(told, row, what, detail_of(row))
    return told


def _alarm(told: Retold, row: AuditRow, what: str, detail: Values) -> None:
    subject = detail.get("subject")
    if what == "raised":
        named = {"kind": row.cause, "subject": subject, "text": detail.get("text")}
        told.alarms.append(named | {"raised_at": row.at, "cleared_at": None})
        return
    for alarm in reversed(told.alarms):
        if (alarm["kind"], alarm["subject"]) == (row.cause, subject):
            alarm["cleared_at"] = row.at
            return


_EXACT = retold_redemptions.EXACT | retold_tasks.EXACT
_BY_SUBJECT: dict[str, Handler] = {
    **retold_redemptions.BY_SUBJECT,
    **retold_tasks.BY_SUBJECT,
    "alarm": _alarm,
}
