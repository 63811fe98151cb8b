"""The rehearsal in the console: begun, seen on the HUD, ended."""

from __future__ import annotations

from boxd.ledger import rehearsal
from boxd.roles import Role
from tests.console.conftest import Console, Person


async def test_a_rehearsal_is_begun_shown_at_the_box_and_ended(
    console: Console, organiser: Person
) -> None:
    said = await organiser.press("/o/rehearsal/begin", people="2")
    assert "Rehearsal 1 0 tasks · 0 codes Rehearsal 2" in said
    assert (await console.box.settled())["rehearsal"] is True
    assert "Rehearsal 2" in await organiser.press("/o/people/search", search="rehearsal")
    said = await organiser.press("/o/rehearsal/end")
    assert "The rehearsal is over, and nothing of it is left." in said
    assert (await console.box.settled())["rehearsal"] is False
    assert not console.box.ledger.write_now(lambda tx: rehearsal.is_on(tx.connection))
    assert [row["actor"] for row in console.actions("rehearsal.ended")] == ["Olga (staff)"]


async def test_only_an_organiser_rehearses(console: Console, organiser: Person) -> None:
    said = await organiser.press("/o/rehearsal/begin", 422, people="99")
    assert "Give a number from 1 to 50." in said
    operator = await console.person(Role.OPERATOR, "Otto")
    assert "Not for your role" in await operator.see("/o/rehearsal", 403)
