"""The rows of the ledger as the audit trail tells them, written down once more from its beginning.

Each handler below is what one action of the trail means for the other tables. boxd's own code is
not asked: two tellings of one day that agree are worth more than one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from checker.codes import detail_of
from checker.ledger import AuditRow

Values = dict[str, Any]

# Where units come from and go to, by the action.
WAYS = {
    "stock.received": ("outside", "on_hand"),
    "stock.held": ("on_hand", "held"),
    "stock.released": ("held", "on_hand"),
    "stock.dispensed": ("held", "dispensed"),
    "stock.written_off": ("on_hand", "written_off"),
}
# What may be answered at each stage, and the stage that it leads to; what becomes of a jam depends
# on the remedy.
_STAGES = {
    "load": {
        "loaded": "open",
        "substituted": "load",
        "declined": "declined",
        "cancelled": "cancelled",
    },
    "ask": {"opened": "take", "jammed": "jam"},
    "jam": {"opened": "take", "jammed": "jam", "declined": "declined"},
    "take": {
        "completed": "dispensed",
        "reopened": "open",
        "not_taken": "declined",
        "wrong": "load",
        "broken": "load",
    },
}
_REMEDIES = {"again": "open", "other_locker": "load"}
_EXCHANGES = ("substituted", "broken")
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
_ENDED = ("dispensed", "declined", "cancelled", "refused")
_TASKS_GO_ON = ("open", "approved")
_TASKS_BY_THE_BOX = ("rewarded", "sold_out", "over_limit", "failed", "expired")


@dataclass
class Retold:
    """Rows by table and key, as far as the trail tells their columns; lists where order counts."""

    redemptions: dict[Any, Values] = field(default_factory=dict)
    codes: dict[Any, Values] = field(default_factory=dict)
    actuations: dict[Any, Values] = field(default_factory=dict)
    tasks: dict[Any, Values] = field(default_factory=dict)
    issues: dict[Any, Values] = field(default_factory=dict)
    holds: dict[Any, Values] = field(default_factory=dict)
    prizes: dict[Any, Values] = field(default_factory=dict)
    lockers: dict[Any, Values] = field(default_factory=dict)
    movements: list[Values] = field(default_factory=list)
    answers: list[Values] = field(default_factory=list)
    scans: list[Values] = field(default_factory=list)
    submissions: list[Values] = field(default_factory=list)
    verdicts: list[Values] = field(default_factory=list)
    alarms: list[Values] = field(default_factory=list)
    overrides: dict[Any, Values] = field(default_factory=dict)
    approved_by_word: list[tuple[Any, str, str, Any]] = field(default_factory=list)
    contradictions: list[str] = field(default_factory=list)

    def contradict(self, row: AuditRow, what: str) -> None:
        """The row tells what can't be after the rows before it."""
        self.contradictions.append(f"audit row {row.seq} ({row.action}): {what}")

    def agree(self, row: AuditRow, named: Values, known: Values) -> None:
        """What the row names has to be what the rows before it have told."""
        for name, value in named.items():
            if value is not None and known.get(name, value) != value:
                self.contradict(row, f"{name} is {value}, where {known[name]} was told before")


def retold(trail: tuple[AuditRow, ...]) -> Retold:
    """The rows that follow from the trail. Unknown actions change nothing."""
    told = Retold()
    for row in trail:
        subject, _, what = row.action.partition(".")
        handler = _EXACT.get(row.action) or _BY_SUBJECT.get(subject)
        if handler is not None:
            handler(told, row, what, detail_of(row))
    return told


# Redemptions


def _claim_accepted(told: Retold, row: AuditRow, _what: str, _detail: Values) -> None:
    told.redemptions[row.redemption] = _begun(row) | {
        "stage": "load",
        "locker": row.locker,
        "code": row.code,
        "sku": row.sku,
        "refusal": None,
        "ended_at": None,
    }
    told.codes.setdefault(row.code, {})["state"] = "in_use"


def _claim_refused(told: Retold, row: AuditRow, _what: str, _detail: Values) -> None:
    told.redemptions[row.redemption] = _begun(row) | {
        "stage": "refused",
        "locker": None,
        "code": row.code,
        "sku": None,
        "refusal": row.cause,
        "ended_at": row.at,
    }


def _begun(row: AuditRow) -> Values:
    counts = {"step": 1, "attempt": 0, "outcome_unknown": 0}
    return {"bay": row.bay, "begun_at": row.at, "since": row.at} | counts


def _answered(told: Retold, row: AuditRow, what: str, detail: Values) -> None:
    redemption = told.redemptions.get(row.redemption)
    if redemption is None:
        told.contradict(row, f"redemption {row.redemption} was never claimed")
        return
    told.agree(row, {"bay": row.bay, "locker": row.locker, "sku": row.sku}, redemption)
    told.answers.append(
        {
            "redemption": row.redemption,
            "step": redemption["step"],
            "kind": what,
            "actor": row.actor,
            "at": row.at,
            "detail": detail,
        }
    )
    stage = _STAGES.get(redemption["stage"], {}).get(what)
    if stage is None:
        told.contradict(row, f"nobody can say so at the stage {redemption['stage']}")
        return
    if what == "jammed":
        stage = _REMEDIES.get(str(detail.get("remedy")), stage)
    redemption |= {"stage": stage, "step": redemption["step"] + 1, "since": row.at}
    redemption |= {"outcome_unknown": 0, "attempt": redemption["attempt"] + (stage == "open")}
    if what in _EXCHANGES and detail.get("sku"):  # any answer may name a sku; others mean nothing
        redemption["sku"] = detail["sku"]
        told.codes.setdefault(redemption["code"], {})["sku"] = detail["sku"]
    if detail.get("remedy") == "other_locker":
        del redemption["locker"]  # the next row of this redemption names it
    if stage in _ENDED:
        redemption["ended_at"] = row.at
        code = told.codes.setdefault(redemption["code"], {})
        code["state"] = "spent" if stage == "dispensed" else "ready"


def _opening(told: Retold, row: AuditRow, what: str, detail: Values) -> None:
    redemption = told.redemptions.get(row.redemption)
    if redemption is None or redemption["stage"] != "open":
        told.contradict(row, f"redemption {row.redemption} opens no locker")
        return
    redemption.setdefault("locker", row.locker)
    named = {"bay": row.bay, "locker": row.locker, "attempt": detail.get("attempt")}
    told.agree(row, named, redemption)
    redemption |= {"stage": what, "since": row.at, "step": redemption["step"] + 1}
    order = told.actuations.get(f"{row.redemption}/{detail.get('attempt')}", {})
    redemption["outcome_unknown"] = int(what == "ask" and order.get("outcome") == "unknown")
    _by_the_box(told, row)


def _by_the_box(told: Retold, row: AuditRow) -> None:
    if row.actor != "boxd":
        told.contradict(row, f"the box does so by itself, and not {row.actor}")


# Latches


def _order_of(row: AuditRow, detail: Values) -> Values:
    return {
        "locker": row.locker,
        "latch": detail.get("latch"),
        "redemption": row.redemption,
        "actor": row.actor,
        "reason": row.cause,
    }


def _overridden(told: Retold, row: AuditRow, _what: str, detail: Values) -> None:
    told.overrides[detail.get("actuation")] = _order_of(row, detail)


def _ordered(told: Retold, row: AuditRow, _what: str, detail: Values) -> None:
    number, order = detail.get("actuation"), _order_of(row, detail)
    nothing_yet = {"intent_at": row.at, "outcome": None, "outcome_at": None, "note": ""}
    told.actuations[number] = order | nothing_yet
    if row.redemption is None:
        if told.overrides.get(number) != order:
            told.contradict(row, f"nobody ordered the override {number} so")
        return
    redemption = told.redemptions.get(row.redemption, {})
    if redemption.setdefault("locker", row.locker) != row.locker:
        told.contradict(
            row,
            f"redemption {row.redemption} has locker {redemption['locker']}, and actuation"
            f" {number} opened locker {row.locker}",
        )


def _outcome(told: Retold, row: AuditRow, what: str, detail: Values) -> None:
    order = told.actuations.get(detail.get("actuation"))
    if order is None:
        told.contradict(row, f"actuation {detail.get('actuation')} was never ordered")
        return
    told.agree(row, _order_of(row, detail), order)
    order |= {"outcome": what, "outcome_at": row.at, "note": detail.get("note")}


# Stock, codes, lockers


def _moved(told: Retold, row: AuditRow, _what: str, detail: Values) -> None:
    source, target = WAYS.get(row.action, (None, None))
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


def _in_service(told: Retold, row: AuditRow, what: str, _detail: Values) -> None:
    told.lockers[row.locker] = {"in_service": int(what == "in_service")}
    if what == "out_of_service":
        told.lockers[row.locker]["reason"] = row.cause


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
        _by_the_box(told, row)


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
    _by_the_box(told, row)
    if what != "picked":
        issue |= {"why": detail.get("why"), "ended_at": row.at}


def _issue_moved(told: Retold, row: AuditRow, number: Any, state: str, named: Values) -> None:
    issue = told.issues.get(number)
    if issue is None or issue["state"] not in _BEFORE.get(state, (issue["state"],)):
        told.contradict(row, f"issue {number} can't be {state} now")
        return
    told.agree(row, {name: v for name, v in named.items() if issue.get(name) is not None}, issue)
    issue |= {"state": state, "since": row.at}


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


Handler = Callable[[Retold, AuditRow, str, Values], None]

_EXACT: dict[str, Handler] = {
    "claim.accepted": _claim_accepted,
    "claim.refused": _claim_refused,
    "override.ordered": _overridden,
    "actuation.intended": _ordered,
    "code.issued": _code_issued,
    "code.exchanged": _code_exchanged,
    "code.voided": _code_ended,
    "code.expired": _code_ended,
    "locker.in_service": _in_service,
    "locker.out_of_service": _in_service,
    "prize.imported": _prize,
    "prize.changed": _prize,
    "task.started": _task_started,
    "task.scanned": _task_worked_on,
    "task.submitted": _task_worked_on,
    "task.refused": _task_worked_on,
}
_BY_SUBJECT: dict[str, Handler] = {
    "redemption": _answered,
    "opening": _opening,
    "actuation": _outcome,
    "stock": _moved,
    "task": _task_settled,
    "issue": _issue,
    "alarm": _alarm,
}
