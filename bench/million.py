"""Claims and looks in a ledger of a thousand codes beside one of a million, in turns."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection

from bench.figures import Figure, milliseconds, spread
from bench.progress import tell
from boxd.devices import DoorState
from boxd.ledger import (
    claims,
    lockers,
    lockouts,
    overview,
    redemption_standings,
    redemptions,
    row_sums,
    stock,
)
from boxd.ledger.database import open_for_reading, open_ledger
from boxd.ledger.ledger import Ledger
from boxd.redemption import Answer, AnswerKind, Stage

FEW, MANY = 1_000, 1_000_000  # codes, and as many rows of the audit trail
_CODES_TO_A_REDEMPTION = 10
BOX, BAY, LOCKER = "box-1", "bay-1", 1
RULES = claims.ClaimRules(BOX, [LOCKER], lockouts.LockoutRule(5, 30, 3600), lockouts.boot_clock())
AROUND = redemptions.AnswerContext(DoorState.CLOSED, [LOCKER], decline_voids_code=False)


@dataclass(frozen=True)
class Compared:
    """Seconds of each durable claim and of looks by name, and of opening the ledger once."""

    few: list[float]
    many: list[float]
    looks: dict[str, tuple[list[float], list[float]]]
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
    for what, (among_few, among_many) in found.looks.items():
        few, many = spread(among_few), spread(among_many)
        yield Figure(
            f"{what} among 100,000 redemptions and 1,000,000 audit rows beside 100 and 1,000",
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
    looks = _look([ledger for ledger, _ in opened], claims_each)
    for ledger, _ in opened:
        ledger.close()
    return Compared(*taken, looks, *(seconds for _, seconds in opened))


def _look(ledgers: Sequence[Ledger], times: int) -> dict[str, tuple[list[float], list[float]]]:
    """What the HUD reads at each change, and a redemption's page; in turns."""
    taken: dict[str, tuple[list[float], list[float]]] = {}
    with ExitStack() as opened:
        readers = [
            opened.enter_context(closing(open_for_reading(ledger.file))) for ledger in ledgers
        ]
        for what, look in (
            ("what the HUD reads", lambda c, _: overview.read(c)),
            (
                "a redemption's page",
                lambda c, number: redemption_standings.details(c, _old(number)),
            ),
        ):
            taken[what] = ([], [])
            for number in range(times):
                for reader, seconds, count in zip(readers, taken[what], (FEW, MANY), strict=True):
                    asked = number * 7919 % (count // _CODES_TO_A_REDEMPTION)
                    began = time.monotonic()
                    look(reader, asked)
                    seconds.append(time.monotonic() - began)
    return taken


def _old(number: int) -> str:
    """The id of a redemption that ended before the first claim."""
    return f"0000-{number:07}"


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
    _fill_with_redemptions(connection, count)
    row_sums.make(connection)
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _fill_with_redemptions(connection: Connection, codes: int) -> None:
    """Redemptions that have ended, and the trail; nobody verifies it here."""
    count = codes // _CODES_TO_A_REDEMPTION
    connection.executemany(
        "INSERT INTO redemptions (id, bay, stage, locker, code, sku, begun_at, since, ended_at)"
        " VALUES (?, ?, 'declined', ?, ?, 'mug', '2026', '2026', '2026')",
        ((_old(number), BAY, LOCKER, number + 1) for number in range(count)),
    )
    begun = int(connection.execute("SELECT max(seq) FROM audit").fetchone()[0] or 0)
    connection.executemany(
        "INSERT INTO audit VALUES (?, '2026', 'bench', 'redemption.loaded', '', ?, ?, ?, NULL,"
        " 'mug', '{}', zeroblob(32), zeroblob(32))",
        ((begun + 1 + row, _old(row % count), BAY, LOCKER) for row in range(codes)),
    )


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
