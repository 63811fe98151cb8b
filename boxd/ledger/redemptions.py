"""What an answer, or the opening of a locker, changes of a redemption: in one transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from boxd.devices import DoorState
from boxd.errors import NotFound, Refused
from boxd.ledger import (
    alarms,
    audit,
    codes,
    left_prizes,
    lockers,
    lockouts,
    outbox,
    redemption_standings,
    stock,
)
from boxd.ledger.ledger import Transaction
from boxd.redemption import (
    Answer,
    AnswerKind,
    RedemptionStanding,
    Remedy,
    Reply,
    Stage,
    stage_after,
    why_refused,
)


@dataclass(frozen=True)
class AnswerContext:
    """What decides about an answer: the locker's door, the bay's lockers, the decline rule.

    `why_late` is called within the transaction: why it is too late to accept the answer, empty if
    it is not.
    """

    door: DoorState | None
    lockers: Sequence[int]
    decline_voids_code: bool
    why_late: Callable[[], str] = str


def accepted_before(connection: sqlite3.Connection, answer: Answer) -> bool:
    """Whether this answer was accepted before. Raises Refused if its id was used for another."""
    row = connection.execute(
        "SELECT redemption, kind, detail FROM answers WHERE id = ?", (answer.id,)
    ).fetchone()
    if row is not None and tuple(row) != (answer.redemption, answer.kind, _detail_text(answer)):
        raise Refused(why_id_used(answer.id))
    return row is not None


def why_id_used(answer: str) -> str:
    """That the id belongs to another answer, in words."""
    return f"the id '{answer}' was used for something else; take a new one"


def record_answer(tx: Transaction, answer: Answer, context: AnswerContext) -> Reply:
    """Accept the answer, or refuse it; a repeated id gets the same reply and changes nothing.

    Raises NotFound for an unknown redemption, Refused if the id was used for another answer.
    """
    standing = redemption_standings.require(tx.connection, answer.redemption)
    if accepted_before(tx.connection, answer):
        return Reply(True, "", standing)
    why = context.why_late()
    why = why or why_refused(standing.stage, standing.step, answer, context.door)
    why = why or _why_impossible(tx.connection, answer, standing, context)
    if why:
        return Reply(False, why, standing)
    _store_answer(tx, answer, standing)
    _carry_out(tx, answer, standing, context)
    return Reply(True, "", redemption_standings.require(tx.connection, answer.redemption))


def _why_impossible(
    connection: sqlite3.Connection,
    answer: Answer,
    standing: RedemptionStanding,
    context: AnswerContext,
) -> str:
    if answer.kind is AnswerKind.SUBSTITUTED:
        return _why_no_substitute(connection, answer.sku, standing.sku)
    if answer.kind is AnswerKind.BROKEN:
        return _why_no_replacement(connection, answer.sku or standing.sku)
    if answer.remedy is Remedy.OTHER_LOCKER and not lockers.free_among(connection, context.lockers):
        return f"{standing.bay} has no other free locker; try again, or open it by hand"
    return ""


def _why_no_substitute(connection: sqlite3.Connection, sku: str, present: str) -> str:
    if stock.REHEARSAL in {sku, present}:
        return "this is a rehearsal: put any prize in, nothing of it counts"
    if sku == present:
        return f"'{sku}' is the prize already"
    try:
        units = stock.find(connection, sku)["on_hand"]
    except NotFound as error:
        return str(error)
    return "" if units else f"no unit of '{sku}' is on hand"


def _why_no_replacement(connection: sqlite3.Connection, sku: str) -> str:
    try:
        units = stock.find(connection, sku)["on_hand"]
    except NotFound as error:
        return str(error)
    if units:
        return ""
    return f"no other unit of '{sku}' is on hand; give another prize (its sku), or say 'not_taken'"


def _store_answer(tx: Transaction, answer: Answer, standing: RedemptionStanding) -> None:
    tx.connection.execute(
        "INSERT INTO answers (id, redemption, step, kind, detail, actor, at)"
        " VALUES (?,?,?,?,?,?,?)",
        (
            answer.id,
            answer.redemption,
            answer.step,
            answer.kind,
            _detail_text(answer),
            answer.actor,
            tx.at,
        ),
    )
    audit.append(
        tx,
        audit.Entry(
            actor=answer.actor,
            action=f"redemption.{answer.kind}",
            cause=answer.reason,
            redemption=answer.redemption,
            bay=standing.bay,
            locker=standing.locker,
            sku=standing.sku,
            detail=_detail(answer),
        ),
    )


def _detail(answer: Answer) -> audit.Detail:
    detail: audit.Detail = {}
    if answer.sku:
        detail["sku"] = answer.sku
    if answer.remedy:
        detail["remedy"] = answer.remedy.value
    if answer.seen_shut:
        detail["seen_shut"] = True
    return detail


def _detail_text(answer: Answer) -> str:
    return json.dumps(_detail(answer))


def _carry_out(
    tx: Transaction, answer: Answer, standing: RedemptionStanding, context: AnswerContext
) -> None:
    """Change the code, the stock and the redemption as the answer requires."""
    code = int(
        tx.connection.execute(
            "SELECT code FROM redemptions WHERE id = ?", (standing.redemption,)
        ).fetchone()[0]
    )
    stage, locker, sku = stage_after(standing.stage, answer), standing.locker, standing.sku
    if answer.kind is AnswerKind.SUBSTITUTED:
        _substitute(tx, answer, standing, code)
        sku = answer.sku
    if answer.kind is AnswerKind.BROKEN:
        sku = answer.sku or standing.sku
        _replace(tx, answer, standing, code, sku)
    if answer.remedy is Remedy.OTHER_LOCKER:
        locker = _leave_locker(tx, answer, standing, context)
    if standing.locker is not None and standing.stage is Stage.JAM and stage.has_ended:
        left_prizes.leave(tx, standing.locker, standing.sku, standing.redemption, answer.actor)
    _settle_code(tx, answer, (code, sku, stage), context)
    if stage is Stage.DISPENSED:
        lockouts.forgive_one(tx, standing.bay)
        if standing.locker is not None:
            left_prizes.take_out(tx, standing.locker, answer.actor, is_broken=False)
    alarms.clear(tx, "nobody_comes", standing.redemption, answer.actor)
    changed: dict[str, object] = {
        "stage": stage,
        "step": standing.step + 1,
        "attempt": standing.attempt + int(stage is Stage.OPEN),
        "outcome_unknown": 0,
        "since": tx.at,
    }
    # Naming a column writes the pages of its indexes, even if its value stays.
    if (locker, sku) != (standing.locker, standing.sku):
        changed |= {"locker": locker, "sku": sku}
    if stage.has_ended:
        changed["ended_at"] = tx.at
    columns = ", ".join(f"{column} = ?" for column in changed)
    tx.connection.execute(
        f"UPDATE redemptions SET {columns} WHERE id = ?", [*changed.values(), standing.redemption]
    )


def _substitute(tx: Transaction, answer: Answer, standing: RedemptionStanding, code: int) -> None:
    moves = (
        (standing.sku, stock.StockLocation.HELD, stock.StockLocation.ON_HAND),
        (answer.sku, stock.StockLocation.ON_HAND, stock.StockLocation.HELD),
    )
    for sku, source, target in moves:
        stock.move(
            tx,
            stock.Movement(
                sku,
                source,
                target,
                answer.actor,
                "substituted",
                code=code,
                redemption=standing.redemption,
            ),
        )
    tx.connection.execute("UPDATE codes SET sku = ? WHERE id = ?", (answer.sku, code))


def _replace(
    tx: Transaction, answer: Answer, standing: RedemptionStanding, code: int, sku: str
) -> None:
    """Write the broken unit off, and hold another one for the code."""
    on_hand, held = stock.StockLocation.ON_HAND, stock.StockLocation.HELD
    moves = (
        (standing.sku, held, on_hand),
        (standing.sku, on_hand, stock.StockLocation.WRITTEN_OFF),
        (sku, on_hand, held),
    )
    for moved, source, target in moves:
        movement = stock.Movement(
            moved,
            source,
            target,
            answer.actor,
            "broken",
            code=None if target is stock.StockLocation.WRITTEN_OFF else code,
            redemption=standing.redemption,
        )
        stock.move(tx, movement)
    if sku != standing.sku:
        tx.connection.execute("UPDATE codes SET sku = ? WHERE id = ?", (sku, code))


def _leave_locker(
    tx: Transaction, answer: Answer, standing: RedemptionStanding, context: AnswerContext
) -> int:
    """Take the jammed locker out of service; returns the one to use instead."""
    other = lockers.free_among(tx.connection, context.lockers)[0]
    if standing.locker is not None:
        reason = "it did not open"
        lockers.set_service(
            tx, standing.locker, in_service=False, reason=reason, actor=answer.actor
        )
        left_prizes.leave(tx, standing.locker, standing.sku, standing.redemption, answer.actor)
    return other


def _settle_code(
    tx: Transaction, answer: Answer, settled: tuple[int, str, Stage], context: AnswerContext
) -> None:
    """Settle code and unit at the end of a redemption."""
    code, sku, stage = settled
    if stage is Stage.DISPENSED:
        tx.connection.execute("UPDATE codes SET state = 'spent' WHERE id = ?", (code,))
        stock.move(
            tx,
            stock.Movement(
                sku,
                stock.StockLocation.HELD,
                stock.StockLocation.DISPENSED,
                answer.actor,
                "redeemed",
                code=code,
                redemption=answer.redemption,
            ),
        )
        _tell_upstream(tx, answer.redemption, code, sku)
    elif stage is Stage.DECLINED and context.decline_voids_code:
        why = "claim declined" if answer.kind is AnswerKind.DECLINED else "prize not taken"
        codes.end(tx, code, "voided", answer.actor, why)
    elif stage in {Stage.DECLINED, Stage.CANCELLED}:
        tx.connection.execute("UPDATE codes SET state = 'ready' WHERE id = ?", (code,))


def _tell_upstream(tx: Transaction, redemption: str, code: int, sku: str) -> None:
    row = tx.connection.execute(
        "SELECT bay, locker, codes.attendee FROM redemptions JOIN codes ON codes.id = code"
        " WHERE redemptions.id = ?",
        (redemption,),
    ).fetchone()
    where = {"redemption": redemption, "bay": row["bay"], "locker": row["locker"]}
    told = {"code": code, "sku": sku, **where}
    outbox.note(tx, outbox.EventType.CODE_REDEEMED, told, row["attendee"])


def settle_opening(
    tx: Transaction, redemption: str, attempt: int, stage: Stage, outcome_unknown: bool
) -> RedemptionStanding:
    """Record the result of opening the locker; does nothing if it is recorded already."""
    changed = tx.connection.execute(
        "UPDATE redemptions SET stage = ?, outcome_unknown = ?, step = step + 1, since = ?"
        " WHERE id = ? AND stage = 'open' AND attempt = ?",
        (stage, int(outcome_unknown), tx.at, redemption, attempt),
    ).rowcount
    standing = redemption_standings.require(tx.connection, redemption)
    if changed:
        entry = audit.Entry(
            actor="boxd",
            action=f"opening.{stage}",
            cause="",
            redemption=redemption,
            bay=standing.bay,
            locker=standing.locker,
            detail={"attempt": attempt},
        )
        audit.append(tx, entry)
    return standing
