"""The wall: for everybody once it is switched on, and without anybody's name."""

from __future__ import annotations

from boxd.ledger import prize_pictures
from boxd.roles import Role
from tests.console.conftest import Console, Person, words_of


async def test_it_is_off_until_an_organiser_switches_it_on(
    console: Console, organiser: Person
) -> None:
    stranger = console.browser()
    answer = await stranger.get("/w")
    assert answer.status_code == 404
    assert "The wall is switched off." in words_of(answer)
    assert "The wall is on." in await organiser.press("/o/wall/turn", on="yes")
    answer = await stranger.get("/w")
    assert answer.status_code == 200
    assert "The prizes are on their way." in words_of(answer)
    (row,) = console.actions("switch.turned_on")
    assert row["actor"] == "Olga (staff)"
    await organiser.press("/o/wall/turn", on="no")
    assert (await stranger.get("/w")).status_code == 404


async def test_it_shows_what_is_left_and_no_names(console: Console, organiser: Person) -> None:
    console.box.receive("mug", 3, "Mug <b>")
    console.box.receive("gone", 0, "Nothing of it")
    console.box.issue("mug", "Ada Lovelace")
    await organiser.press("/o/wall/turn", on="yes")
    answer = await console.browser().get("/w")
    said = words_of(answer)
    assert "2 Mug <b>" in said
    assert "Nothing of it" not in said
    assert "Ada" not in answer.text
    assert "Entrance" in said


async def test_many_prizes_are_counted_below_the_list(console: Console, organiser: Person) -> None:
    for number in range(40):
        console.box.receive(f"p-{number}", 1 + number, f"Prize {number}")
    await organiser.press("/o/wall/turn", on="yes")
    answer = await console.browser().get("/w", headers={"Accept-Encoding": "identity"})
    assert "and 28 more prizes" in words_of(answer)
    assert len(answer.content) < 60_000


async def test_only_an_organiser_switches(console: Console) -> None:
    person = await console.person(Role.OPERATOR, "Otto")
    assert "Not for your role" in await person.press("/o/wall/turn", 403, on="yes")
    assert console.actions("switch.turned_on") == []


async def test_it_shows_pictures_and_how_a_passer_by_takes_part(
    console: Console, organiser: Person
) -> None:
    console.box.receive("mug", 3)
    await organiser.press("/o/wall/turn", on="yes")
    digest = "a" * 64
    console.box.ledger.write_now(lambda tx: prize_pictures.put(tx, "mug", digest, "anna"))
    await organiser.press("/o/people/walk-ups", on="yes")
    answer = await console.browser().get("/w")
    assert f'<img src="/pictures/{digest}.jpg" alt="">' in answer.text
    assert "img-src 'self' data:" in answer.headers["content-security-policy"]
    # Phones have no address at this box, so there is nothing to scan.
    assert "Take part: ask for a card at the booth." in words_of(answer)
