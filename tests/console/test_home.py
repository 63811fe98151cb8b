"""The console's first page: who gets in, what it says, and its buttons."""

from __future__ import annotations

import asyncio
import re

import pytest

from boxd.ledger import lockers
from boxd.roles import Role
from tests.console.conftest import ONCE, Console, Person, words_of

FIRST = re.compile(r'href="(/i/first/[^"]+)"')


async def test_somebody_unknown_reads_how_to_get_in(console: Console) -> None:
    await console.person(Role.ORGANISER)
    answer = await console.browser().get("/o")
    assert answer.status_code == 401
    said = words_of(answer)
    assert "Sign in" in said
    assert "Ask an organiser for an invitation" in said


async def test_a_box_without_an_organiser_takes_the_first_one_on_its_own_screen(
    console: Console,
) -> None:
    browser = console.browser()
    page = await browser.get("/o")
    assert page.status_code == 401
    assert "This box has no organiser yet." in words_of(page)
    link = FIRST.search(page.text)
    assert link is not None
    await browser.post(link[1], data={"name": "Olga"})
    assert "Olga, organiser" in words_of(await browser.get("/o"))
    late = await console.browser().post(link[1], data={"name": "Mallory"})
    assert late.status_code == 404


async def test_an_empty_box_says_what_comes_first_and_not_that_it_is_sold_out(
    organiser: Person,
) -> None:
    said = await organiser.see("/o")
    assert "Olga, organiser" in said
    assert "There are no prizes yet. Add the first one" in said
    assert "No one is waiting." in said
    assert "sold out" not in said


async def test_the_set_up_list_ticks_what_is_true_and_goes_when_all_is_done(
    console: Console, organiser: Person
) -> None:
    said = await organiser.see("/o")
    assert "Prizes to do Add them one by one, or from a spreadsheet." in said
    assert "A task done" in said
    console.box.receive("mug", 3)
    console.box.issue("mug")
    said = await organiser.see("/o")
    assert "✓ Prizes done" in said
    assert "✓ People done" in said
    assert "Print to do" in said
    assert "A rehearsal to do" in said
    await organiser.browser.post("/o/print/network", data={"network": "Booth"})
    assert "✓ Print done" in await organiser.see("/o")
    (row,) = console.actions("sheet.printed")
    assert str(row["actor"]) == "Olga (staff)"


async def test_it_says_what_is_left_who_waits_and_since_when(
    console: Console, organiser: Person
) -> None:
    console.box.receive("mug", 3, "Mug")
    console.box.claim("r-1", "mug")
    await console.box.settled()
    said = await organiser.see("/o")
    assert "Mug 2 1 0 none given out today" in said
    assert "Waiting for the operator: 0 s" in said
    assert "1 codes out" in said


async def test_an_alarm_has_the_button_that_remedies_it(
    console: Console, organiser: Person
) -> None:
    console.box.ledger.write_now(
        lambda tx: lockers.set_service(tx, 2, False, "the latch is stiff", "anna")
    )
    await console.box.settled()
    assert "1 alarm" in await organiser.see("/o")
    said = await organiser.press("/o/in-service", locker="2")
    assert "The locker is in service again." in said
    (row,) = console.actions("locker.in_service")
    assert "Olga" in str(row["actor"])


async def test_a_form_that_is_sent_twice_counts_once(console: Console, organiser: Person) -> None:
    console.box.alarm("door_left_open", "locker 1", "Locker 1 is open.")
    await console.box.settled()
    page = (await organiser.browser.get("/o")).text
    once = ONCE.search(page)
    assert once is not None
    alarm = str(console.box.snapshots.snapshot()["alarms"][0]["id"])
    for _ in range(2):
        said = await organiser.press("/o/clear", alarm=alarm, once=once[1])
        assert "The alarm was cleared." in said
    assert len(console.actions("alarm.cleared")) == 1


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ATTENDANT])
async def test_who_only_looks_on_has_no_buttons_and_can_t_press_them(
    console: Console, role: Role
) -> None:
    console.box.alarm("door_left_open", "locker 1", "Locker 1 is open.")
    await console.box.settled()
    person = await console.person(role, "Vera")
    page = (await person.browser.get("/o")).text
    assert "Locker 1 is open." in page
    assert "<form" not in page
    said = await person.press("/o/clear", 403, alarm="1")
    assert "Not for your role" in said
    assert console.actions("alarm.cleared") == []


async def test_a_page_is_one_small_answer(console: Console, organiser: Person) -> None:
    for number in range(200):
        console.box.receive(f"prize-{number}", 3, f"A prize with a long name, number {number}")
    answer = await organiser.browser.get("/o", headers={"Accept-Encoding": "identity"})
    assert len(answer.content) < 60_000
    assert "src=" not in answer.text


async def test_many_consoles_get_one_rendering_of_a_change_and_the_next_another(
    console: Console,
) -> None:
    console.box.alarm("door_left_open", "locker 1", "Locker 1 is open.")
    people = [await console.person(name=f"Olga {each}") for each in range(5)]
    await console.box.settled()
    # The use of a session may be recorded in between, which is a change.
    assert len(keys := await keys_on_home(people)) <= 2
    console.box.receive("mug", 3, "Mug")
    await console.box.settled()
    assert len(later := await keys_on_home(people)) <= 2
    assert not later & keys
    assert "Mug 3" in await people[0].see("/o")


async def test_nobody_gets_the_buttons_or_the_language_of_another(console: Console) -> None:
    console.box.alarm("door_left_open", "locker 1", "Locker 1 is open.")
    organiser, viewer = await console.person(), await console.person(Role.VIEWER, "Vera")
    await console.box.settled()
    pages = await asyncio.gather(*(each.browser.get("/o") for each in (organiser, viewer)))
    assert ['action="/o/clear"' in each.text for each in pages] == [True, False]
    german = await organiser.browser.get("/o", headers={"Accept-Language": "de"})
    assert "Niemand wartet." in words_of(german)


async def keys_on_home(people: list[Person]) -> set[str]:
    """The keys of the first form on each one's page, asked for at one moment."""
    pages = await asyncio.gather(*(each.browser.get("/o") for each in people))
    return {found[1] for each in pages if (found := ONCE.search(each.text))}
