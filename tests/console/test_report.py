"""The report: what was given out, as a page and as a table file."""

from __future__ import annotations

from boxd.devices import DoorState
from boxd.ledger import redemptions
from boxd.redemption import Answer, AnswerKind, RedemptionStanding, Stage
from boxd.roles import Role
from tests.console.conftest import Console, Person


def give_out(console: Console, redemption: str, sku: str) -> None:
    """Somebody got a prize just now."""
    ledger = console.box.ledger
    around = redemptions.AnswerContext(DoorState.CLOSED, [1, 2], False)

    def say(standing: RedemptionStanding, kind: AnswerKind) -> None:
        answer = Answer(f"{redemption}-{kind}", redemption, standing.step, kind, "anna")
        ledger.write_now(lambda tx: redemptions.record_answer(tx, answer, around))

    say(console.box.claim(redemption, sku), AnswerKind.LOADED)
    taken = ledger.write_now(
        lambda tx: redemptions.settle_opening(tx, redemption, 1, Stage.TAKE, False)
    )
    say(taken, AnswerKind.COMPLETED)


async def test_it_says_what_was_given_out_by_prize_bay_and_hour(
    console: Console, organiser: Person
) -> None:
    console.box.receive("mug", 5, "Mug")
    console.box.receive("pin", 5, "=Pin, <gold>")
    for number, sku in enumerate(("mug", "mug", "pin")):
        give_out(console, f"r-{number}", sku)
    said = await organiser.see("/o/report")
    assert "3 given out" in said
    assert "Mug 2" in said
    assert "=Pin, <gold> 1" in said


async def test_the_table_is_safe_in_a_spreadsheet(console: Console, organiser: Person) -> None:
    console.box.receive("pin", 5, "=Pin")
    give_out(console, "r-1", "pin")
    answer = await organiser.browser.get("/o/report/given-out.csv?period=all")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.text.startswith("\ufeffhour,bay,sku,prize,units\n")
    assert ",pin,'=Pin,1" in answer.text


async def test_an_empty_time_says_so(organiser: Person) -> None:
    said = await organiser.see("/o/report?period=yesterday")
    assert "Yesterday" in said
    assert "Nothing in this time." in said


async def test_it_is_the_organisers(console: Console) -> None:
    person = await console.person(Role.ATTENDANT, "Vera")
    assert "Not for your role" in await person.see("/o/report", 403)
