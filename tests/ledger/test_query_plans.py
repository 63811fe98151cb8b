"""What is asked all the time is found by an index: it costs the same in a ledger of any size."""

from __future__ import annotations

from collections.abc import Callable
from sqlite3 import Connection

import pytest

from boxd.ledger import (
    actuations,
    audit,
    claims,
    dispensed,
    lockouts,
    overview,
    redemption_standings,
    redemptions,
)
from boxd.ledger.ledger import Transaction
from boxd.redemption import Answer, AnswerKind
from tests.ledger.conftest import Hands

# These grow with each redemption; the rest is as large as the box or the event.
GROWING = ("redemptions", "audit", "actuations", "answers", "codes", "movements", "alarms")
# Indexes of the few rows that concern the present.
OF_THE_PRESENT = (
    "redemptions_that_are_open",
    "actuations_without_outcome",
    "alarms_that_stand",
    "an_alarm_stands_once",
    "a_locker_holds_one",
    "a_bay_serves_one",
)
RULES = claims.ClaimRules("box-1", (1, 2), lockouts.LockoutRule(5, 30, 900), lockouts.boot_clock())


def scans(tx: Transaction, look: Callable[[], object]) -> list[str]:
    """The steps of what `look` asks that read all rows of a table that grows."""
    connection, asked = tx.connection, list[str]()
    connection.set_trace_callback(asked.append)
    look()
    connection.set_trace_callback(None)
    found = []
    for sql in asked:
        if sql.startswith("--") or sql.split(maxsplit=1)[0] not in {"SELECT", "UPDATE", "DELETE"}:
            continue
        if "LIMIT" in sql and "WHERE" not in sql:  # the newest few, from the end
            continue
        for step in connection.execute(f"EXPLAIN QUERY PLAN {sql}"):
            if _reads_all(step["detail"]):
                found.append(f"{step['detail']}: {sql}")
    return found


def _reads_all(step: str) -> bool:
    words = step.split()
    if words[0] != "SCAN" or words[1] not in GROWING:
        return False
    return not any(name in words for name in OF_THE_PRESENT)


@pytest.mark.parametrize(
    "look",
    [
        redemption_standings.open_ones,
        overview.read,
        lambda c: redemption_standings.find(c, "r-1"),
        lambda c: redemption_standings.details(c, "r-1"),
        lambda c: redemption_standings.listing(c, open_only=True, limit=20),
        lambda c: list(audit.rows_of_redemption(c, "r-1")),
        lambda c: actuations.find(c, "r-1/1"),
        redemption_standings.newest_id,
        lambda c: dispensed.by_quarter(c, "2026-05-02T00:00:00.000Z", None),
    ],
)
def test_a_look_at_the_ledger_reads_no_table_from_end_to_end(
    hands: Hands, look: Callable[[Connection], object]
) -> None:
    hands.claim(str(hands.issue()["code"]), "r-1")
    assert hands.ledger.write_now(lambda tx: scans(tx, lambda: look(tx.connection))) == []


def test_a_claim_and_an_answer_read_no_table_from_end_to_end(hands: Hands) -> None:
    code = str(hands.issue()["code"])
    asked = claims.Claim("r-1", "bay-1", hands.keys.digest(code), well_formed=True)
    claim = hands.ledger.write_now(
        lambda tx: scans(tx, lambda: claims.claim(tx, asked, RULES)),
    )
    answer = Answer("a-1", "r-1", 1, AnswerKind.LOADED, "operator")
    context = redemptions.AnswerContext(None, [1, 2], decline_voids_code=False)
    answered = hands.ledger.write_now(
        lambda tx: scans(tx, lambda: redemptions.record_answer(tx, answer, context)),
    )
    assert (claim, answered) == ([], [])
