"""The end of the event in the console: closed, backed up, forgotten; and opened again."""

from __future__ import annotations

import pytest

from boxd.errors import Refused
from boxd.ledger import attendees, codes, tasks
from boxd.roles import Role
from tests.console.conftest import Console, Person


async def test_codes_that_are_out_are_void_and_nothing_begins_any_more(
    console: Console, organiser: Person
) -> None:
    box = console.box
    box.receive("mug", 60)
    numbers = [int(box.issue("mug", f"badge-{each}")["id"]) for each in range(55)]
    at_the_bay = box.claim("r-1", "mug")
    assert "55 codes are out. 1 is at the box right now" in await organiser.see("/o/close")

    said = await organiser.press("/o/close/close")

    assert "The event is closed: codes that were out are void." in said
    states = {
        box.ledger.write_now(lambda tx, n=each: codes.find(tx.connection, n)["state"])
        for each in numbers
    }
    assert states == {"voided"}
    assert (await box.settled())["closed"] is True
    bays = {(each["text"], each["lamps"]) for each in (await box.settled())["bays"]}
    assert bays == {("Closed: the event is over", "out_of_service")}
    assert at_the_bay.redemption == (await box.settled())["prompts"][0]["redemption"]
    with pytest.raises(Refused, match="the event is over"):
        box.issue("mug")
    number = box.ledger.write_now(lambda tx: attendees.number_of(tx, "badge-1"))
    with pytest.raises(Refused, match="the event is over"):
        box.ledger.write_now(lambda tx: tasks.start(tx, "hunt", number, "app"))

    await organiser.press("/o/close/open")
    assert "Ready for a code" in [each["text"] for each in (await box.settled())["bays"]]
    assert box.issue("mug")["sku"] == "mug"


async def test_everybody_is_forgotten_once_somebody_is_sure(
    console: Console, organiser: Person
) -> None:
    console.box.receive("mug", 2)
    console.box.issue("mug", "Ada Lovelace")
    said = await organiser.press("/o/close/forget", 422)
    assert "Tick the box" in said
    assert "1 person is known by name." in said
    assert "Files that somebody saved from here" in said


async def test_only_an_organiser_closes(console: Console) -> None:
    operator = await console.person(Role.OPERATOR, "Otto")
    assert "Not for your role" in await operator.see("/o/close", 403)
