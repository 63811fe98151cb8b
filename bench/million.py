"""Claims in a ledger of a thousand codes beside one of a million, in turns."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.figures import Figure, milliseconds, spread
from bench.progress import tell
from boxd.devices import DoorState
from boxd.ledger import claims, lockers, lockouts, redemptions, stock
from boxd.ledger.database import open_ledger
from boxd.ledger.ledger import Ledger
from boxd.redemption import Answer, AnswerKind, Stage

FEW, MANY = 1_000, 1_000_000
BOX, BAY, LOCKER = "box-1", "bay-1", 1
RULES = claims.ClaimRules(BOX, [LOCKER], lockouts.LockoutRule(5, 30, 3600), lockouts.boot_clock())
AROUND = redemptions.AnswerContext(DoorState.CLOSED, [LOCKER], decline_voids_code=False)


@dataclass(frozen=True)
class Compared:
    """Seconds of each durable claim, and of opening the ledger once."""

    few: list[float]
    many: list[float]
    opening_few_s: float
    opening_many_s: float


def figures(folder: Path, count: int) -> Iterator[Figure]:
    """Claim `count` times in each ledger."""
    tell("claims among a million codes")
    found = compare(folder, count)
    few, many = spread(found.few), spread(found.many)
    yield Figure(
        "a durable claim among 1,000,000 codes beside 1,000",
        "p99 within 1.2x",
        f"{many.p99 / few.p99:.2f}x: {milliseconds(many)}",
        milliseconds(few),
        many.p99 / few.p99 <= 1.2,
    )
    yield Figure(
        "opening and checking that ledger at a start",
        "",
        f"{found.opening_many_s:.2f} s",
        f"{found.opening_few_s:.2f} s",
    )


def compare(folder: Path, claims_each: int) -> Compared:
    """Fill two ledgers, then claim in turns; every claim is cancelled, so that the bay is free."""
    folder.mkdir(parents=True)
    opened = [_filled(folder / f"{count}.db", count) for count in (FEW, MANY)]
    taken: tuple[list[float], list[float]] = ([], [])
    for number in range(claims_each):
        for (ledger, _), seconds, count in zip(opened, taken, (FEW, MANY), strict=True):
            seconds.append(_claim(ledger, number, number * 7919 % count))
    for ledger, _ in opened:
        ledger.close()
    return Compared(*taken, *(seconds for _, seconds in opened))


def _filled(file: Path, count: int) -> tuple[Ledger, float]:
    """A ledger with so many ready codes, opened anew; and how long that took."""
    _fill(file, count)
    began = time.monotonic()
    return Ledger(file), time.monotonic() - began


def _fill(file: Path, count: int) -> None:
    prepared = Ledger(file)
    prepared.write_now(lambda tx: lockers.declare(tx, [LOCKER]))
    prize = stock.StockedPrize("mug", "Mug", count)
    prepared.write_now(lambda tx: stock.import_prizes(tx, [prize], "bench"))
    hold = stock.Movement(
        "mug",
        stock.StockLocation.ON_HAND,
        stock.StockLocation.HELD,
        "bench",
        "codes issued",
        count,
    )
    prepared.write_now(lambda tx: stock.move(tx, hold))
    prepared.close()
    connection = open_ledger(file)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -200000")
    connection.execute("BEGIN")
    connection.execute("INSERT INTO attendees (id, reference) VALUES (1, 'attendee')")
    connection.executemany(
        "INSERT INTO codes (digest, sealed, box, attendee, sku, state, issued_at, expires_at)"
        " VALUES (?, zeroblob(36), ?, 1, 'mug', 'ready', '2026', '9999')",
        ((_digest(number), BOX) for number in range(count)),
    )
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _digest(number: int) -> bytes:
    return hashlib.sha256(str(number).encode()).digest()


def _claim(ledger: Ledger, number: int, code: int) -> float:
    asked = claims.Claim(f"{number:08}", BAY, _digest(code), well_formed=True)
    began = time.monotonic()
    standing = ledger.write_now(lambda tx: claims.claim(tx, asked, RULES))
    taken = time.monotonic() - began
    assert standing.stage is Stage.LOAD, standing
    cancel = Answer(
        asked.redemption, asked.redemption, standing.step, AnswerKind.CANCELLED, "attendee"
    )
    ledger.write_now(lambda tx: redemptions.record_answer(tx, cancel, AROUND))
    return taken
