"""Takes kinds of decision on a disk that fails at the nth call of their commits, for each n.

python -m tests.ledger.decisions_on_a_faulty_disk FOLDER CONTROL KIND,... FAULT MENDED_AFTER_S N...

Prints a line of JSON for each n: what the writer was told, and how many rows there were more: in
what a kill would have left at that moment, and after a restart; `whole` is how many there are on a
disk that works. Leaves a kind whose commit has no nth call.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from boxd.devices import DoorState
from boxd.errors import LedgerUnusable, NotKnownYet, Refused
from boxd.ledger import (
    actuations,
    attendees,
    audit,
    claims,
    issues,
    lockers,
    lockouts,
    redemption_standings,
    redemptions,
    stock,
    task_publishing,
    tasks,
)
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.codes import CodeOrder, issue
from boxd.ledger.database import open_ledger
from boxd.ledger.ledger import Ledger, Transaction
from boxd.redemption import Answer, AnswerKind, RedemptionStanding, Stage
from boxd.task import Scan, Submission, Verdict
from tests.ledger.busy_writer import Busy
from tests.ledger.earning import CHECKPOINTS, KINDS

KEYS = CodeKeys(b"c" * 32, b"r" * 32)
RULE = lockouts.LockoutRule(3, 30.0, 100.0)
LOCKERS = (1, 2, 3, 4)
# Each answer to a redemption but `loaded`, which is the kind `answer`: at which one it is given.
ANSWERS = {
    "substituted": "r1",
    "declined": "r1",
    "cancelled": "r1",
    "opened": "asking",
    "jammed": "asking",
    "completed": "taking",
    "reopened": "taking",
    "not_taken": "taking",
    "wrong": "taking",
    "broken": "taking",
}
OVERRIDE = actuations.ActuationOrder("override-1", 2, "latch 2", "mia", "override: stuck")


def claim(tx: Transaction, name: str, code: str) -> None:
    """A code typed at a bay."""
    rules = claims.ClaimRules("box-1", LOCKERS, RULE, lockouts.BootClock("boot", 1000.0))
    claims.claim(tx, claims.Claim(name, f"bay of {name}", KEYS.digest(code), True), rules)


def answer(tx: Transaction, name: str, kind: AnswerKind) -> None:
    """A person's answer, and the order to the latch with it if it opens one."""
    asked = redemption_standings.require(tx.connection, name)
    sku = "pin" if kind is AnswerKind.SUBSTITUTED else ""
    given = Answer(f"{kind} to {name}", name, asked.step, kind, "operator", sku=sku)
    context = redemptions.AnswerContext(DoorState.CLOSED, LOCKERS, False)
    reply = redemptions.record_answer(tx, given, context)
    assert reply.accepted, reply.why
    if reply.standing.stage is Stage.OPEN:
        actuations.intend(tx, order_of(reply.standing))


def order_of(standing: RedemptionStanding) -> actuations.ActuationOrder:
    name = f"{standing.redemption}/{standing.attempt}"
    return actuations.ActuationOrder(
        name, standing.locker or 0, "latch", "operator", "redemption", standing.redemption
    )


def open_for(tx: Transaction, name: str, stage: Stage) -> None:
    """The locker is opened for a redemption, which then stands at this stage."""
    answer(tx, name, AnswerKind.LOADED)
    standing = redemption_standings.require(tx.connection, name)
    actuations.conclude(tx, order_of(standing), actuations.Outcome.DONE, "")
    redemptions.settle_opening(tx, name, standing.attempt, stage, False)


def refuse(tx: Transaction) -> None:
    """A change that writes, and is then refused by a rule."""
    audit.append(tx, audit.Entry("tester", "refused"))
    raise Refused("not this one")


Changes = Sequence[Callable[[Transaction], object]]


def prepared(file: Path) -> dict[str, Changes]:
    """A ledger where each kind of decision may be taken; returns the changes of each.

    Those of the crowd are for one commit; one of them is refused by a rule.
    """
    ledger = Ledger(file)
    prizes = [stock.StockedPrize("mug", "Mug", 9), stock.StockedPrize("pin", "Pin", 2)]
    ledger.write_now(lambda tx: lockers.declare(tx, LOCKERS))
    ledger.write_now(lambda tx: stock.import_prizes(tx, prizes, "tester"))
    ledger.write_now(lambda tx: task_publishing.declare(tx, KINDS, CHECKPOINTS))
    ada = ledger.write_now(lambda tx: attendees.number_of(tx, "ada"))
    order = CodeOrder("ada", "box-1", 8, 7, "tester", "mug")
    *claimed, free = [
        str(ledger.write_now(lambda tx: issue(tx, order, KEYS))["code"]) for _ in range(4)
    ]
    for name, code in zip(("r1", "asking", "taking"), claimed, strict=True):
        ledger.write_now(lambda tx, name=name, code=code: claim(tx, name, code))
    ledger.write_now(lambda tx: open_for(tx, "asking", Stage.ASK))
    ledger.write_now(lambda tx: open_for(tx, "taking", Stage.TAKE))
    hunt, essay, demo = [
        ledger.write_now(lambda tx, kind=kind: tasks.start(tx, kind, ada, "app")).task
        for kind in ("hunt", "essay", "demo")
    ]
    ledger.close()
    alone: dict[str, Callable[[Transaction], object]] = {
        "claim": lambda tx: claim(tx, "r2", free),
        "answer": lambda tx: answer(tx, "r1", AnswerKind.LOADED),
        **{
            kind: partial(answer, name=name, kind=AnswerKind(kind))
            for kind, name in ANSWERS.items()
        },
        "override": lambda tx: actuations.intend(tx, OVERRIDE),
        "scan": lambda tx: tasks.record(tx, Scan("scan-1", hunt, "stage", "app")),
        "submission": lambda tx: tasks.record(tx, Submission("text-1", essay, "It ran.", "app")),
        "verdict": lambda tx: tasks.record(tx, Verdict("verdict-1", demo, True, "Eva")),
        "issue": lambda tx: issues.ask(tx, issues.IssueOrder("issue-1", ada, "mia", ())),
    }
    crowd = [alone[kind] for kind in ("claim", "answer", "scan", "verdict", "issue")]
    return {kind: (change,) for kind, change in alone.items()} | {"crowd": (refuse, *crowd)}


async def told(ledger: Ledger, change: Callable[[Transaction], object]) -> str:
    """What the writer is told: taken, refused or unknown."""
    try:
        await ledger.write(change)
    except NotKnownYet:
        return "unknown"
    except (LedgerUnusable, Refused):
        return "refused"
    return "taken"


async def told_together(ledger: Ledger, changes: Changes) -> str:
    """What the writers of one commit are told; mixed, if it is not the same.

    The one that a rule refuses is told so, or that nothing is known; it is not counted.
    """
    busy = Busy(ledger)
    await busy.begun()
    writers = [asyncio.create_task(told(ledger, change)) for change in changes]
    await asyncio.sleep(0)  # each has asked
    busy.let_go()
    await busy.task
    said = await asyncio.gather(*writers)
    words = {word for word, change in zip(said, changes, strict=True) if change is not refuse}
    if len(words) > 1 or (refuse in changes and "taken" in said[: changes.index(refuse) + 1]):
        return "mixed"
    return words.pop()


def rows(file: Path) -> int:
    """How many rows there are besides the audit trail's, as a start finds them."""
    open_ledger(file).close()
    with closing(sqlite3.connect(file)) as connection:
        rows_of_it = (line for line in connection.iterdump() if line.startswith("INSERT"))
        return sum('"audit"' not in line for line in rows_of_it)


def tried(
    ready: Path, changes: Changes, control: Path, fault: str, mended: float
) -> dict[str, object]:
    """One commit on a disk that fails so; on a copy of the ledger that is ready for it."""
    file = ready.with_name("tried.db")
    for old in ready.parent.glob("tried.db*"):
        old.unlink()
    shutil.copy(ready, file)
    before = rows(file)
    ledger = Ledger(file)
    control.write_text(fault)
    mending = threading.Timer(mended or 60, control.write_text, [""])
    mending.start()
    said = asyncio.run(told_together(ledger, changes))
    killed = ready.with_name("killed.db")
    for part in ("", "-wal"):
        shutil.copy(f"{file}{part}", f"{killed}{part}")
    if mended:
        mending.join()
    mending.cancel()
    control.write_text("")
    after = asyncio.run(told(ledger, lambda tx: audit.append(tx, audit.Entry("tester", "after"))))
    ledger.close()
    in_killed, in_restarted = rows(killed) - before, rows(file) - before
    return {"told": said, "killed": in_killed, "restarted": in_restarted, "after": after}


def main() -> None:
    """Try each kind with each of the calls."""
    folder, control, kinds, fault = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4]
    ready = folder / "ready.db"
    changes = prepared(ready)
    for kind in kinds.split(","):
        whole = tried(ready, changes[kind], control, "", 0)["restarted"]
        for spared in map(int, sys.argv[6:]):
            control.write_text("")
            mended = float(sys.argv[5])
            found = tried(ready, changes[kind], control, f"{fault} {spared}", mended)
            found |= {"kind": kind, "spared": spared, "whole": whole}
            print(json.dumps(found), flush=True)
            if found["told"] == "taken" and fault != "flush-eio":
                break


if __name__ == "__main__":
    main()
