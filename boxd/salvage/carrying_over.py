"""Carries what the trail proves over into an earlier ledger, so that nothing pays out twice."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from boxd.errors import NotFound, Refused
from boxd.ledger import actuations, codes, redemption_standings, redemptions, stock
from boxd.ledger.ledger import Transaction
from boxd.redemption import Answer, AnswerKind, RedemptionStanding, Stage
from boxd.salvage.evidence import Beyond, CodeFate, CodeProof
from boxd.salvage.trail_rows import TrailRow

# What ends an open redemption whose code is known to be used, or to have ended, by its stage.
_TOWARDS_USED = {
    Stage.LOAD: AnswerKind.DECLINED,
    Stage.ASK: AnswerKind.OPENED,
    Stage.JAM: AnswerKind.OPENED,
    Stage.TAKE: AnswerKind.COMPLETED,
}
_TOWARDS_ENDED = {
    Stage.LOAD: AnswerKind.DECLINED,
    Stage.ASK: AnswerKind.JAMMED,
    Stage.JAM: AnswerKind.DECLINED,
    Stage.TAKE: AnswerKind.NOT_TAKEN,
}
# Whether the locker opened is a question at the screen, unless nothing is asked about it yet.
_TOWARDS_A_QUESTION = {Stage.LOAD: AnswerKind.DECLINED}
_ANSWERS = {
    CodeFate.USED: _TOWARDS_USED,
    CodeFate.ENDED: _TOWARDS_ENDED,
    CodeFate.OPENED: _TOWARDS_A_QUESTION,
}


@dataclass(frozen=True)
class Correction:
    """What is changed in the earlier ledger, and the proof; `becomes` may say why it can't be."""

    what: str
    was: str
    becomes: str
    because: str


def carry_over(tx: Transaction, found: Beyond, actor: str) -> list[Correction]:
    """Bring codes and units to what is proven; returns each change."""
    if redemption_standings.open_ones(tx.connection):
        actuations.settle_interrupted(tx)  # as the next start would do
    units = [change for each in found.units for change in _book(tx, *each, actor)]
    return [*(change for each in found.proofs for change in _settle(tx, each, actor)), *units]


def _settle(tx: Transaction, proof: CodeProof, actor: str) -> Iterator[Correction]:
    """Let the code be good no more; its unit goes where the proof says."""
    state, sku = _standing_of(tx, proof.code)
    if state not in ("ready", "in_use"):
        return
    if state == "in_use":
        _end_redemption(tx, proof, actor)
    if _standing_of(tx, proof.code)[0] == "ready":
        state_then = "expired" if proof.row.action == "code.expired" else "voided"
        codes.end(tx, proof.code, state_then, actor, f"recovered: {_because(proof.row)}")
    then = _standing_of(tx, proof.code)[0]
    yield Correction(f"code {proof.code}", state, then, f"{proof.fate}: {_because(proof.row)}")
    if proof.fate is CodeFate.USED and then != "spent":
        yield from _book(tx, proof.sku or sku, -1, proof.row, actor)


def _standing_of(tx: Transaction, code: int) -> tuple[str, str]:
    found = codes.find(tx.connection, code)
    return str(found["state"]), str(found["sku"])


def _end_redemption(tx: Transaction, proof: CodeProof, actor: str) -> None:
    """Answer the open redemption of the code until it has ended, or asks what nobody has proven."""
    while (standing := _open_redemption(tx, proof.code)) is not None:
        kind = _ANSWERS[proof.fate].get(standing.stage)
        if kind is None:
            return
        answer = Answer(
            id=f"recovered-{uuid.uuid4()}",
            redemption=standing.redemption,
            step=standing.step,
            kind=kind,
            actor=actor,
            reason=f"recovered: {_because(proof.row)}",
            seen_shut=kind in (AnswerKind.COMPLETED, AnswerKind.NOT_TAKEN),
        )
        context = redemptions.AnswerContext(door=None, lockers=(), decline_voids_code=True)
        reply = redemptions.record_answer(tx, answer, context)
        if not reply.accepted:
            raise Refused(f"redemption {standing.redemption} can't be ended: {reply.why}")


def _open_redemption(tx: Transaction, code: int) -> RedemptionStanding | None:
    row = tx.connection.execute(
        "SELECT id FROM redemptions WHERE code = ? AND ended_at IS NULL", (code,)
    ).fetchone()
    return redemption_standings.require(tx.connection, row[0]) if row else None


def _book(tx: Transaction, sku: str, units: int, row: TrailRow, actor: str) -> Iterator[Correction]:
    what = f"{units:+} {sku}"
    try:
        before = int(str(stock.find(tx.connection, sku)["on_hand"]))
        stock.adjust(tx, sku, units, f"recovered: {_because(row)}", actor)
    except (NotFound, Refused) as error:
        yield Correction(what, "?", f"not booked, count it: {error}", _because(row))
        return
    yield Correction(what, f"{before} on hand", f"{before + units} on hand", _because(row))


def _because(row: TrailRow) -> str:
    return f"row {row.seq} of the trail, {row.action} by {row.actor} at {row.at}"
