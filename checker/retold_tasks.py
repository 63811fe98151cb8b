"""What the audit trail's actions mean for stock, codes, and the tasks and issues they come from."""

from __future__ import annotations

from typing import Any

from checker.ledger import AuditRow
from checker.retold_rows import Handler, Retold, Values

# Where units come from and go to, by the action.
_WAYS = {
    "stock.received": ("outside", "on_hand"),
    "stock.held": ("on_hand", "held"),
    "stock.released": ("held", "on_hand"),
    "stock.dispensed": ("held", "dispensed"),
    "stock.written_off": ("on_hand", "written_off"),
    "stock.sent": ("on_hand", "outside"),
}
# The states of an issue that each one follows.
_BEFORE = {
    "picked": ("asked", "held"),
    "held": ("picked",),
    "minted": ("held",),
    "done": ("minted",),
    "sold_out": ("asked", "picked"),
    "over_limit": ("asked", "picked"),
    "undone": ("asked", "picked", "held", "minted"),
}
_TASKS_GO_ON = ("open", "approved")
_TASKS_BY_THE_BOX = ("rewarded", "sold_out", "over_limit", "failed", "expired")


def _moved(told: Retold, row: AuditRow, _what: str, detail: Values) -> None:
    source, target = _WAYS.get(row.action, (None, None))
    told.movements.append(
        {
            "at": row.at,
            "sku": row.sku,
            "quantity": detail.get("quantity"),
            "source": source,
            "target": target,
            "code": row.code,
            "actor": row.actor,
            "reason": row.cause,
            **({"stock_move": detail["move"]} if "move" in detail else {}),
        }
    )
    if row.redemption is not None:
        if row.redemption not in told.redemptions:
            told.contradict(row, f"redemption {row.redemption} was never claimed")
        told.agree(row, {"code": row.code}, told.redemptions.get(row.redemption, {}))
    if row.action == "stock.held" and row.cause.startswith("held for a code ("):
        issue = row.cause.partition("(")[2].removesuffix(")")
        told.holds[issue] = {"sku": row.sku, "state": "open", "held_at": row.at, "ended_at": None}
        _issue_moved(told, row, issue, "held", {"sku": row.sku})
    if row.action == "stock.released" and row.cause.startswith("the issue was undone ("):
        issue = row.cause.partition("(")[2].removesuffix(")")
        told.holds.setdefault(issue, {}).update(state="released", ended_at=row.at)


def _code_issued(told: Retold, row: AuditRow, _what: str, detail: Values) -> None:
    told.codes[row.code] = {
        "sku": row.sku,
        "state": "ready",
        "attendee": detail.get("attendee"),
        "issued_at": row.at,
        "expires_at": detail.get("expires_at"),
    }
    issue = detail.get("issue")
    if issue:
        told.holds.setdefault(issue, {}).update(state="coded", ended_at=row.at)
        _issue_moved(told, row, issue, "minted", {"sku": row.sku})
        told.issues.get(issue, {})["code"] = row.code


def _code_exchanged(told: Retold, row: AuditRow, _what: str, detail: Values) -> None:
    code = told.codes.setdefault(row.code, {})
    told.agree(row, {"sku": row.sku}, code)
    if code.get("state") != "ready":
        told.contradict(row, f"code {row.code} is {code.get('state')}, and keeps its prize")
    code["sku"] = detail.get("sku")


def _code_ended(told: Retold, row: AuditRow, what: str, _detail: Values) -> None:
    code = told.codes.setdefault(row.code, {})
    told.agree(row, {"sku": row.sku}, code)
    code["state"] = what


def _right_moved(told: Retold, row: AuditRow, what: str, _detail: Values) -> None:
    """A code whose right is at another box is in use there."""
    if what in ("given", "taken_back"):
        told.codes.setdefault(row.code, {})["state"] = "in_use" if what == "given" else "ready"


def _prize(told: Retold, row: AuditRow, _what: str, detail: Values) -> None:
    known: Values = {name: detail[name] for name in ("name", "weight") if name in detail}
    told.prizes.setdefault(row.sku, {}).update(known)


# Tasks and issues


def _task_started(told: Retold, row: AuditRow, _what: str, detail: Values) -> None:
    told.tasks[detail.get("task")] = {
        "kind": row.cause,
        "attendee": detail.get("attendee"),
        "state": "open",
        "step": 1,
        "tries_used": 0,
        "code": None,
        "started_at": row.at,
        "since": row.at,
        "ended_at": None,
    }


def _task_of(told: Retold, row: AuditRow, detail: Values) -> Values:
    task = told.tasks.setdefault(detail.get("task"), {})
    told.agree(row, {"kind": row.cause, "attendee": detail.get("attendee")}, task)
    return task


def _task_worked_on(told: Retold, row: AuditRow, what: str, detail: Values) -> None:
    task = _task_of(told, row, detail)
    named = {"task": detail.get("task"), "actor": row.actor, "at": row.at}
    if what == "scanned":
        told.scans.append(named | {"checkpoint": detail.get("checkpoint")})
    elif what == "submitted":
        counted = {"try": task.get("tries_used"), "characters": detail.get("characters")}
        told.submissions.append(named | counted)
    else:
        verdict = {"id": detail.get("verdict"), "approved": 0, "try": task.get("tries_used")}
        told.verdicts.append(named | verdict)
        task["tries_used"] = task.get("tries_used", 0) + 1
    _step(task, row)


def _task_settled(told: Retold, row: AuditRow, what: str, detail: Values) -> None:
    task = _task_of(told, row, detail)
    # What a scan or a submission completes is one step, told in two rows.
    is_completed = what == "approved" and task.get("since") == row.at
    if what == "approved" and not is_completed and task.get("state") == "open":
        approval = (detail.get("task"), row.at, row.actor, task.get("tries_used"))
        told.approved_by_word.append(approval)
    if not is_completed:
        _step(task, row)
    task |= {"state": what, "since": row.at, "code": detail.get("code")}
    task["ended_at"] = None if what in _TASKS_GO_ON else row.at
    if what in _TASKS_BY_THE_BOX:
        told.by_the_box(row)


def _step(task: Values, row: AuditRow) -> None:
    task |= {"step": task.get("step", 0) + 1, "since": row.at}


def _issue(told: Retold, row: AuditRow, what: str, detail: Values) -> None:
    if what == "asked":
        told.issues[detail.get("issue")] = {
            "attendee": detail.get("attendee"),
            "task": detail.get("task"),
            "actor": row.actor,
            "state": "asked",
            "asked_at": row.at,
            "since": row.at,
            "sku": None,
            "code": None,
            "draw": None,
            "among": None,
            "why": "",
            "ended_at": None,
        }
        return
    named = {"sku": row.sku, "code": row.code, "attendee": detail.get("attendee")}
    issue = told.issues.get(detail.get("issue"), {})
    if what == "picked":
        issue |= {"sku": row.sku, "draw": detail.get("draw"), "among": detail.get("among")}
    _issue_moved(told, row, detail.get("issue"), what, named)
    told.by_the_box(row)
    if what != "picked":
        issue |= {"why": detail.get("why"), "ended_at": row.at}


def _issue_moved(told: Retold, row: AuditRow, number: Any, state: str, named: Values) -> None:
    issue = told.issues.get(number)
    if issue is None or issue["state"] not in _BEFORE.get(state, (issue["state"],)):
        told.contradict(row, f"issue {number} can't be {state} now")
        return
    told.agree(row, {name: v for name, v in named.items() if issue.get(name) is not None}, issue)
    issue |= {"state": state, "since": row.at}


EXACT: dict[str, Handler] = {
    "code.issued": _code_issued,
    "code.exchanged": _code_exchanged,
    "code.voided": _code_ended,
    "code.expired": _code_ended,
    "right.given": _right_moved,
    "right.taken_back": _right_moved,
    "prize.imported": _prize,
    "prize.changed": _prize,
    "task.started": _task_started,
    "task.scanned": _task_worked_on,
    "task.submitted": _task_worked_on,
    "task.refused": _task_worked_on,
}
BY_SUBJECT: dict[str, Handler] = {
    "stock": _moved,
    "task": _task_settled,
    "issue": _issue,
}
