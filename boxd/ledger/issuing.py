"""The steps of a code's issue, each a transaction that can be repeated, and their undoing.

Pick a prize, hold one unit of it, mint the code, hand it over. A step that is done already, or
whose turn has passed, changes nothing and returns the issue's standing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from boxd.errors import Refused
from boxd.issue import IssueStanding, IssueState, drawn
from boxd.ledger import (
    alarms,
    attendees,
    audit,
    codes,
    drawing,
    issues,
    limit_leases,
    limits,
    notices,
    stock,
    task_standings,
    tasks,
)
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.ledger import Transaction
from boxd.task import TaskState
from boxd.words import N_

_NOT_ISSUED = N_(
    "No code could be issued to attendee {attendee}: {why}. Fix that; `boxd alarms clear` ends this"
    " alarm."
)
_SOLD_OUT = N_(
    "Sold out: no unit of {prizes} is on hand, and attendee {attendee} was due one."
    " `boxd prizes adjust` adds some; `boxd alarms clear` ends this alarm."
)


@dataclass(frozen=True)
class IssueRules:
    """The configured rules for new codes; `has_keeper`: another box keeps the attendees' limits."""

    box: str
    length: int
    valid_days: int
    per_attendee: int
    home: int | None = None
    has_keeper: bool = False


def pick(tx: Transaction, issue: str, attempt: int, draw: int, rules: IssueRules) -> IssueStanding:
    """Choose the prize by the random number, or end the issue: sold out, over the limit."""
    standing = issues.require(tx.connection, issue)
    if standing.state is not IssueState.ASKED or attempt <= standing.attempt:
        return standing
    if why := _why_none(tx, standing, rules):
        return _end(tx, standing, IssueState.OVER_LIMIT, why)
    order = issues.order_of(tx.connection, issue)
    among = drawing.pool(tx.connection, standing.attendee, order.prizes)
    if not among:
        return _sold_out(tx, standing, order)
    sku = drawn(draw, among)
    alarms.clear(tx, "sold_out", _pool(order.prizes))
    chosen = {"attempt": attempt, "draw": draw, "among": json.dumps(among), "sku": sku}
    picked = issues.move(tx, issue, IssueState.PICKED, chosen)
    _tell(tx, picked, "issue.picked", {"draw": draw, "among": json.dumps(among)})
    return picked


def hold(tx: Transaction, issue: str, rules: IssueRules) -> IssueStanding:
    """Hold one unit of the picked prize; if the last one is gone, ask for another pick."""
    standing = issues.require(tx.connection, issue)
    if standing.state is not IssueState.PICKED:
        return standing
    if why := _why_none(tx, standing, rules):
        return _end(tx, standing, IssueState.OVER_LIMIT, why)
    try:
        _move_unit(
            tx, standing, stock.StockLocation.ON_HAND, stock.StockLocation.HELD, "held for a code"
        )
    except Refused:
        return issues.move(tx, issue, IssueState.ASKED, {"sku": None})
    tx.connection.execute(
        "INSERT INTO holds (issue, sku, held_at) VALUES (?,?,?)", (issue, standing.sku, tx.at)
    )
    return issues.move(tx, issue, IssueState.HELD)


def mint(tx: Transaction, issue: str, rules: IssueRules, keys: CodeKeys) -> IssueStanding:
    """Make the code for the held unit. Raises Refused if no code can be made."""
    standing = issues.require(tx.connection, issue)
    if standing.state is not IssueState.HELD:
        return standing
    order = issues.order_of(tx.connection, issue)
    valid_days = rules.valid_days if order.valid_days is None else order.valid_days
    wanted = codes.CodeOrder(
        attendee="",
        box=rules.box,
        length=rules.length,
        valid_days=valid_days,
        actor=order.actor,
        sku=standing.sku,
        issue=issue,
        home=rules.home,
    )
    minted = codes.mint(tx, wanted, standing.attendee, standing.sku, keys)
    _end_hold(tx, issue, "coded")
    return issues.move(tx, issue, IssueState.MINTED, {"code": minted.number})


def hand_over(tx: Transaction, issue: str) -> IssueStanding:
    """Give the code to its attendee, as the reward of the task if there is one.

    Raises Refused if nobody can get it: the task was withdrawn, or the attendee forgotten.
    """
    standing = issues.require(tx.connection, issue)
    if standing.state is not IssueState.MINTED:
        return standing
    attendees.require_known(tx.connection, standing.attendee)
    if standing.task is not None:
        tasks.settle(tx, standing.task, TaskState.REWARDED, standing.code)
    notices.note_code(tx, standing.attendee)
    return _end(tx, standing, IssueState.DONE, "")


def undo(tx: Transaction, issue: str, why: str) -> IssueStanding:
    """Undo all steps of the issue so far, and end it; an alarm says why."""
    standing = issues.require(tx.connection, issue)
    if standing.state.has_ended:
        return standing
    if standing.state is IssueState.HELD:
        _move_unit(
            tx,
            standing,
            stock.StockLocation.HELD,
            stock.StockLocation.ON_HAND,
            "the issue was undone",
        )
        _end_hold(tx, issue, "released")
    if standing.state is IssueState.MINTED and standing.code is not None:
        codes.take_back(tx, standing.code, "boxd", "its issue was undone")
    text = _NOT_ISSUED.format(attendee=standing.attendee, why=why)
    alarms.raise_alarm(tx, "code_not_issued", issue, text)
    return _end(tx, standing, IssueState.UNDONE, why)


def _why_none(tx: Transaction, standing: IssueStanding, rules: IssueRules) -> str:
    is_rehearsal = attendees.rehearses(tx.connection, standing.attendee)
    if rules.has_keeper and not is_rehearsal:
        why = limit_leases.why_none(tx.connection, standing.issue)
        return "the box that keeps the limits was not asked" if why is None else why
    return limits.why_over_limit(
        tx.connection, standing.attendee, rules.per_attendee, standing.issue
    )


def _sold_out(tx: Transaction, standing: IssueStanding, order: issues.IssueOrder) -> IssueStanding:
    pool = _pool(order.prizes)
    text = _SOLD_OUT.format(prizes=pool, attendee=standing.attendee)
    alarms.raise_alarm(tx, "sold_out", pool, text)
    return _end(tx, standing, IssueState.SOLD_OUT, f"no unit of {pool} is on hand")


def _pool(prizes: tuple[str, ...]) -> str:
    return ", ".join(prizes) or "any prize"


_TASK_ENDS = {
    IssueState.SOLD_OUT: TaskState.SOLD_OUT,
    IssueState.OVER_LIMIT: TaskState.OVER_LIMIT,
    IssueState.UNDONE: TaskState.FAILED,
}


def _end(tx: Transaction, standing: IssueStanding, state: IssueState, why: str) -> IssueStanding:
    """End the issue, and its task if that waits for it."""
    after = issues.move(tx, standing.issue, state, {"why": why})
    _tell(tx, after, f"issue.{state}", {"why": why})
    if after.task is not None and state in _TASK_ENDS:
        task = task_standings.require(tx.connection, after.task)
        if task.state is TaskState.APPROVED:
            tasks.settle(tx, after.task, _TASK_ENDS[state])
    return after


def _end_hold(tx: Transaction, issue: str, state: str) -> None:
    tx.connection.execute(
        "UPDATE holds SET state = ?, ended_at = ? WHERE issue = ?", (state, tx.at, issue)
    )


def _move_unit(
    tx: Transaction,
    standing: IssueStanding,
    source: stock.StockLocation,
    target: stock.StockLocation,
    why: str,
) -> None:
    stock.move(
        tx, stock.Movement(standing.sku, source, target, "boxd", f"{why} ({standing.issue})")
    )


def _tell(tx: Transaction, standing: IssueStanding, action: str, more: audit.Detail) -> None:
    detail: audit.Detail = {"issue": standing.issue, "attendee": standing.attendee, **more}
    entry = audit.Entry("boxd", action, code=standing.code, sku=standing.sku or None, detail=detail)
    audit.append(tx, entry)
