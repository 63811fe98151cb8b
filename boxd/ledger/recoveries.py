"""Recoveries in the ledger: started, answered, ended; what an answer books goes with it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from boxd.errors import BadInput, NotFound, Refused
from boxd.ledger import alarms, audit, left_prizes, lockers, stock
from boxd.ledger.issuing_again import IssuedAgain
from boxd.ledger.ledger import Transaction
from boxd.playbooks.content import as_playbook
from boxd.recovery import (
    BOXD,
    END,
    GIVE_UP,
    AboutWhat,
    Deed,
    Playbook,
    RecoveryAnswer,
    RecoveryQuestion,
    RecoveryStanding,
    RecoveryTaken,
    chosen,
    why_refused,
)
from boxd.words import N_

WAITS = "recovery_waits"
"""The kind of alarm for a question that nobody answers."""
Books = Mapping[str, Playbook]
Json = dict[str, Any]
_WAITS_TEXT = N_("“{title}” asks a question that nobody answers: `boxd recover show {recovery}`")
_DEEPEST = 8  # playbooks that call each other
_NOTHING_TO_ISSUE = N_(
    "no good code has old keys, so none was issued again; new keys come from"
    " `sudo boxd codes new-keys`, with boxd stopped"
)
_GIVEN_UP = N_("given up")
_DONE = N_("done")


Issuing = Callable[[Transaction, RecoveryAnswer], IssuedAgain]
"""Issues some codes again that an old key has sealed."""


@dataclass(frozen=True)
class _Booked:
    """What an answer did, in words."""

    words: str
    has_more: bool = False


@dataclass(frozen=True)
class RecoveryOrder:
    """A recovery to start. `parent` is the one that calls it."""

    recovery: str
    playbook: Playbook
    actor: str
    locker: int | None = None
    sku: str = ""
    parent: str | None = None


def start(tx: Transaction, order: RecoveryOrder, books: Books) -> RecoveryStanding:
    """Start a recovery; a repeated call returns its standing. Raises BadInput, NotFound."""
    if (known := find(tx.connection, order.recovery)) is not None:
        return known
    _require_what_it_needs(tx, order)
    first = order.playbook.steps[0].id
    tx.connection.execute(
        "INSERT INTO recoveries (id, playbook, title, content, locker, sku, parent, step, number,"
        " actor, started_at, since) VALUES (?,?,?,?,?,?,?,?,0,?,?,?)",
        (
            order.recovery,
            order.playbook.id,
            order.playbook.title,
            json.dumps(asdict(order.playbook)),
            order.locker,
            order.sku or None,
            order.parent,
            first,
            order.actor,
            tx.at,
            tx.at,
        ),
    )
    _tell(tx, order.recovery, order.actor, "started", order.playbook.title)
    _enter(tx, order.recovery, first, order.actor, books)
    return require(tx.connection, order.recovery)


def _require_what_it_needs(tx: Transaction, order: RecoveryOrder) -> None:
    needs = order.playbook.needs
    if AboutWhat.LOCKER in needs:
        if order.locker is None:
            raise BadInput(N_("say which locker this is about"))
        if order.locker not in lockers.listing(tx.connection):
            raise NotFound(
                N_("there is no locker {locker} in this box").format(locker=order.locker)
            )
    if AboutWhat.PRIZE in needs:
        if not order.sku:
            raise BadInput(N_("say which prize this is about, by its sku"))
        stock.find(tx.connection, order.sku)


def record(
    tx: Transaction, answer: RecoveryAnswer, books: Books, issuing: Issuing | None = None
) -> RecoveryTaken:
    """Take an answer, with what it books; a repeated id changes nothing.

    `issuing` issues codes again, for an answer that does so. Raises NotFound; Refused if what it
    books can't be booked.
    """
    standing = require(tx.connection, answer.recovery)
    if tx.connection.execute(
        "SELECT 1 FROM recovery_answers WHERE id = ?", (answer.id,)
    ).fetchone():
        return RecoveryTaken(True, "", standing)
    playbook = _playbook(tx.connection, answer.recovery)
    if why := why_refused(playbook, standing, answer):
        return RecoveryTaken(False, why, standing)
    if answer.choice == GIVE_UP:
        _store(tx, answer, standing, "")
        _end(tx, answer.recovery, answer.actor, _GIVEN_UP, books)
    else:
        choice = chosen(playbook, standing.step, answer.choice)
        booked = _book(tx, answer, choice.does, issuing)
        _store(tx, answer, standing, booked.words)
        step = standing.step if booked.has_more else choice.next
        _enter(tx, answer.recovery, step, answer.actor, books)
        if booked.has_more:
            now = require(tx.connection, answer.recovery)
            return RecoveryTaken(True, "", now, has_more=True)
    return RecoveryTaken(True, "", require(tx.connection, answer.recovery))


def _book(
    tx: Transaction, answer: RecoveryAnswer, deed: Deed | None, issuing: Issuing | None
) -> _Booked:
    """Do in the ledger what the answer means."""
    if deed is Deed.ISSUE_AGAIN:
        return _issue_again(tx, answer, issuing)
    return _Booked(_book_at_once(tx, answer, deed))


def _issue_again(tx: Transaction, answer: RecoveryAnswer, issuing: Issuing | None) -> _Booked:
    done = issuing(tx, answer) if issuing is not None else IssuedAgain(0, has_more=False)
    if not done.codes:
        raise Refused(_NOTHING_TO_ISSUE)
    return _Booked(f"{done.codes} codes void and issued again", done.has_more)


def _book_at_once(tx: Transaction, answer: RecoveryAnswer, deed: Deed | None) -> str:
    row = _row(tx.connection, answer.recovery)
    why = answer.note or str(row["title"])
    locker, actor = row["locker"], answer.actor
    match deed:
        case Deed.OUT_OF_SERVICE:
            lockers.set_service(tx, locker, in_service=False, reason=why, actor=actor)
            return f"locker {locker} is out of service"
        case Deed.IN_SERVICE:
            lockers.set_service(tx, locker, in_service=True, reason=why, actor=actor)
            return f"locker {locker} is in service"
        case Deed.COUNT:
            counted = answer.count or 0
            difference = stock.count(tx, row["sku"], counted, why, actor)
            return f"{counted} of {row['sku']} counted, {difference:+d}"
        case Deed.PRIZE_BACK:
            return left_prizes.take_out(tx, locker, actor, is_broken=False)
        case Deed.PRIZE_BROKEN:
            return left_prizes.take_out(tx, locker, actor, is_broken=True)
        case Deed.ISSUE_AGAIN | None:
            return ""


def _store(
    tx: Transaction, answer: RecoveryAnswer, standing: RecoveryStanding, booked: str
) -> None:
    tx.connection.execute(
        "INSERT INTO recovery_answers (id, recovery, number, step, choice, count, note, booked,"
        " actor, at) VALUES (?,?,?,?,?,?,?,?,?,?)",
        (
            answer.id,
            answer.recovery,
            standing.number,
            standing.step,
            answer.choice,
            answer.count,
            answer.note,
            booked,
            answer.actor,
            tx.at,
        ),
    )
    said = {"step": standing.step, "choice": answer.choice, "booked": booked}
    _tell(tx, answer.recovery, answer.actor, "answered", answer.note, said)
    alarms.clear(tx, WAITS, answer.recovery, answer.actor)


def _enter(tx: Transaction, recovery: str, step: str, actor: str, books: Books) -> None:
    """Go to a step; one that calls a playbook starts what it calls."""
    found = _playbook(tx.connection, recovery).step(step)
    if step == END or found is None:
        _end(tx, recovery, actor, _DONE, books)
        return
    tx.connection.execute(
        "UPDATE recoveries SET step = ?, number = number + 1, since = ? WHERE id = ?",
        (step, tx.at, recovery),
    )
    if found.calls:
        if recovery.count(".") > _DEEPEST:
            raise BadInput("playbooks call each other without end")
        row = _row(tx.connection, recovery)
        skus = [row["sku"] or ""]
        if found.each_prize:
            skus = [str(prize["sku"]) for prize in stock.listing(tx.connection)]
        for number, sku in enumerate(skus, start=1):
            child = f"{recovery}.{row['number']}-{number}"
            order = RecoveryOrder(child, books[found.calls], actor, row["locker"], sku, recovery)
            start(tx, order, books)
        if not skus:
            _enter(tx, recovery, found.then, actor, books)


def _end(tx: Transaction, recovery: str, actor: str, outcome: str, books: Books) -> None:
    """End a recovery with those that it called; the one that called it goes on."""
    for child in require(tx.connection, recovery).children:
        _end_alone(tx, child, actor, outcome)
    _end_alone(tx, recovery, actor, outcome)
    parent = _row(tx.connection, recovery)["parent"]
    if parent is None:
        return
    above = require(tx.connection, parent)
    if not above.has_ended and not above.children:
        step = _playbook(tx.connection, parent).step(above.step)
        _enter(tx, parent, step.then if step else END, actor, books)


def _end_alone(tx: Transaction, recovery: str, actor: str, outcome: str) -> None:
    for child in require(tx.connection, recovery).children:
        _end_alone(tx, child, actor, outcome)
    tx.connection.execute(
        "UPDATE recoveries SET ended_at = ?, since = ?, outcome = ?, number = number + 1"
        " WHERE id = ? AND ended_at IS NULL",
        (tx.at, tx.at, outcome, recovery),
    )
    _tell(tx, recovery, actor, "ended", outcome)
    alarms.clear(tx, WAITS, recovery, actor)


def remind(tx: Transaction, standing: RecoveryStanding) -> None:
    """Raise the alarm of a question that waits, if it is still the same one."""
    now = require(tx.connection, standing.recovery)
    if now.has_ended or now.children or now.number != standing.number:
        return
    title = _row(tx.connection, standing.recovery)["title"]
    text = _WAITS_TEXT.format(title=title, recovery=standing.recovery)
    alarms.raise_alarm(tx, WAITS, standing.recovery, text)


def _tell(
    tx: Transaction,
    recovery: str,
    actor: str,
    what: str,
    cause: str,
    more: Mapping[str, str] | None = None,
) -> None:
    row = _row(tx.connection, recovery)
    detail: audit.Detail = {"recovery": recovery, "playbook": row["playbook"], **(more or {})}
    entry = audit.Entry(
        actor, f"recovery.{what}", cause, locker=row["locker"], sku=row["sku"], detail=detail
    )
    audit.append(tx, entry)


def find(connection: sqlite3.Connection, recovery: str) -> RecoveryStanding | None:
    """The standing of a recovery; None if there is none."""
    row = connection.execute("SELECT * FROM recoveries WHERE id = ?", (recovery,)).fetchone()
    return _standing(connection, row) if row else None


def require(connection: sqlite3.Connection, recovery: str) -> RecoveryStanding:
    """The standing of a recovery. Raises NotFound."""
    return _standing(connection, _row(connection, recovery))


def open_ones(connection: sqlite3.Connection) -> list[RecoveryStanding]:
    """Those that have not ended, by id: each after the one that called it."""
    found = connection.execute("SELECT * FROM recoveries WHERE ended_at IS NULL ORDER BY id")
    return [_standing(connection, row) for row in found.fetchall()]


def parent_of(connection: sqlite3.Connection, recovery: str) -> str | None:
    """The recovery that called this one."""
    parent = _row(connection, recovery)["parent"]
    return None if parent is None else str(parent)


def listing(connection: sqlite3.Connection, most: int) -> list[dict[str, Any]]:
    """What people see of the open ones, and of the newest of those that have ended."""
    found = connection.execute(
        "SELECT id FROM recoveries ORDER BY ended_at IS NOT NULL, started_at DESC, id LIMIT ?",
        (most,),
    )
    return [seen(connection, row["id"]) for row in found.fetchall()]


def questions(connection: sqlite3.Connection) -> list[RecoveryQuestion]:
    """The questions that wait for a person, what was asked first first."""
    found = connection.execute(
        "SELECT * FROM recoveries WHERE ended_at IS NULL ORDER BY since, id"
    ).fetchall()
    asked = [(row, _standing(connection, row)) for row in found]
    return [_question(connection, row) for row, standing in asked if not standing.children]


def _question(connection: sqlite3.Connection, row: sqlite3.Row) -> RecoveryQuestion:
    step = as_playbook(json.loads(row["content"])).step(row["step"])
    assert step is not None  # noqa: S101 - an open recovery stands at a step of its own playbook
    prize = stock.find(connection, row["sku"])["name"] if row["sku"] else ""
    left = left_prizes.of_locker(connection, row["locker"]) if row["locker"] else None
    return RecoveryQuestion(
        recovery=row["id"],
        number=row["number"],
        title=row["title"],
        text=_filled(step.ask, row["locker"], str(prize)),
        choices=step.for_people,
        counts=step.counts,
        needs_sign_in=any(each.does is Deed.ISSUE_AGAIN for each in step.choices),
        left_prize=left or "",
        found=_found(connection, row),
    )


def _found(connection: sqlite3.Connection, row: sqlite3.Row) -> str:
    """What boxd has found at the step before; empty if a person has answered since."""
    last = connection.execute(
        "SELECT actor, note FROM recovery_answers WHERE recovery = ? ORDER BY number DESC LIMIT 1",
        (row["id"],),
    ).fetchone()
    return str(last["note"]) if last is not None and last["actor"] == BOXD else ""


def seen(connection: sqlite3.Connection, recovery: str) -> dict[str, Any]:
    """What people see of one: its question, the choices, and what was answered. Raises NotFound."""
    row, standing = _row(connection, recovery), require(connection, recovery)
    playbook = as_playbook(json.loads(row["content"]))
    step = None if standing.has_ended else playbook.step(standing.step)
    prize = stock.find(connection, row["sku"])["name"] if row["sku"] else ""
    left = left_prizes.of_locker(connection, row["locker"]) if row["locker"] else None
    answers = connection.execute(
        "SELECT step, choice, count, note, booked, actor, at FROM recovery_answers"
        " WHERE recovery = ? ORDER BY number",
        (recovery,),
    )
    return {
        "id": recovery,
        "playbook": row["playbook"],
        "title": row["title"],
        "locker": row["locker"],
        "sku": row["sku"] or "",
        "prize": prize,
        "left_prize": left or "",
        "parent": row["parent"],
        "children": list(standing.children),
        "number": standing.number,
        "step": "" if standing.has_ended else standing.step,
        "question": _filled(step.ask, row["locker"], str(prize)) if step else "",
        "found": "" if standing.has_ended else _found(connection, row),
        "runs": standing.runs,
        "counts": bool(step and step.counts),
        "choices": [
            {"id": each.id, "text": each.text} for each in (step.for_people if step else ())
        ],
        "actor": row["actor"],
        "started_at": row["started_at"],
        "since": row["since"],
        "ended_at": row["ended_at"],
        "outcome": row["outcome"],
        "answers": [
            {**dict(each), **_in_words(playbook, each, row["locker"], str(prize))}
            for each in answers.fetchall()
        ],
    }


def record_of(connection: sqlite3.Connection, recovery: str) -> list[Json]:
    """A recovery and all that it has called, in the order of their beginning. Raises NotFound."""
    _row(connection, recovery)
    found = connection.execute(
        "SELECT id FROM recoveries WHERE id = ? OR id GLOB ? ORDER BY started_at, id",
        (recovery, f"{recovery}.*"),
    )
    return [seen(connection, row["id"]) for row in found.fetchall()]


def _in_words(playbook: Playbook, given: sqlite3.Row, locker: int | None, prize: str) -> Json:
    """What was asked, and what was answered."""
    step = playbook.step(given["step"])
    choices = {each.id: each.text for each in (step.choices if step else ())}
    return {
        "question": _filled(step.ask, locker, prize) if step else "",
        "answer": choices.get(given["choice"], N_("End it here")),
    }


def _filled(ask: str, locker: int | None, prize: str) -> str:
    return ask.replace("{locker}", str(locker or "")).replace("{prize}", prize)


def _row(connection: sqlite3.Connection, recovery: str) -> sqlite3.Row:
    found: sqlite3.Row | None = connection.execute(
        "SELECT * FROM recoveries WHERE id = ?", (recovery,)
    ).fetchone()
    if found is None:
        raise NotFound(N_("there is no recovery '{recovery}'").format(recovery=recovery[:60]))
    return found


def _playbook(connection: sqlite3.Connection, recovery: str) -> Playbook:
    return as_playbook(json.loads(_row(connection, recovery)["content"]))


def _standing(connection: sqlite3.Connection, row: sqlite3.Row) -> RecoveryStanding:
    children = connection.execute(
        "SELECT id FROM recoveries WHERE parent = ? AND ended_at IS NULL ORDER BY id", (row["id"],)
    )
    return RecoveryStanding(
        recovery=row["id"],
        step=row["step"],
        number=row["number"],
        has_ended=row["ended_at"] is not None,
        since=row["since"],
        children=tuple(each["id"] for each in children.fetchall()),
        runs=_runs(row),
    )


def _runs(row: sqlite3.Row) -> str:
    """What boxd does at the step where a recovery stands."""
    if row["ended_at"] is not None:
        return ""
    step = as_playbook(json.loads(row["content"])).step(row["step"])
    return step.runs.value if step and step.runs else ""
