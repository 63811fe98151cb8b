"""What the audit trail's actions mean for redemptions, their answers, latches and lockers."""

from __future__ import annotations

from checker.ledger import AuditRow
from checker.retold_rows import Handler, Retold, Values

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
_OTHER_BOX = "other_box"
_ENDED = ("dispensed", "declined", "cancelled", "refused")


def _claim_accepted(told: Retold, row: AuditRow, _what: str, _detail: Values) -> None:
    told.redemptions[row.redemption] = _begun(row) | {
        "stage": "load",
        "locker": row.locker,
        "code": row.code,
        "sku": row.sku,
        "refusal": None,
        "home": None,
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
    if row.cause != _OTHER_BOX:  # to which one an attendee was sent, is told on the screen alone
        told.redemptions[row.redemption]["home"] = None


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
    told.by_the_box(row)


# Latches and lockers


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


def _in_service(told: Retold, row: AuditRow, what: str, _detail: Values) -> None:
    told.lockers[row.locker] = {"in_service": int(what == "in_service")}
    if what == "out_of_service":
        told.lockers[row.locker]["reason"] = row.cause


EXACT: dict[str, Handler] = {
    "claim.accepted": _claim_accepted,
    "claim.refused": _claim_refused,
    "override.ordered": _overridden,
    "actuation.intended": _ordered,
    "locker.in_service": _in_service,
    "locker.out_of_service": _in_service,
}
BY_SUBJECT: dict[str, Handler] = {
    "redemption": _answered,
    "opening": _opening,
    "actuation": _outcome,
}
