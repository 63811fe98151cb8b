"""People in the console: found, added, given codes and cards, and forgotten."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from boxd.ledger import attendees, task_publishing, tasks
from boxd.ledger.ledger import Transaction
from boxd.roles import Role
from boxd.task import TaskKind
from tests.api.live_box import WAITED_FOR_THE_ENGINE, configured, live_box
from tests.console.conftest import Console, Person, words_of

PHONES = '[phones]\npublic_url = "http://box-1.local:4399"\n'
DIGITS = re.compile(r'class="digits">([\d ]+)<')


@pytest.fixture
async def console(tmp_path: Path):  # type: ignore[no-untyped-def]
    async with live_box(configured(tmp_path, PHONES)) as box:
        box.receive("mug", 5, "Mug")
        yield Console(box, box.application().for_tcp())


async def person_page(console: Console, organiser: Person, name: str) -> str:
    """The address of a new person's page."""
    answer = await organiser.browser.post("/o/people/add", data={"name": name})
    assert name in words_of(answer)
    return answer.url.path


async def test_somebody_is_found_by_every_spelling_by_number_and_by_a_code(
    console: Console, organiser: Person
) -> None:
    page = await person_page(console, organiser, "Straße, Ümit")
    number = page.rpartition("/")[2]
    answer = await organiser.browser.post(f"{page}/code", data={"sku": "mug"})
    digits = DIGITS.findall(answer.text)[0]
    for text in ("STRASSE", "ümit", number, digits, digits.replace(" ", "")):
        said = await organiser.press("/o/people/search", search=text)
        assert f"Straße, Ümit Number {number}" in said
    assert "No one was found" in await organiser.press("/o/people/search", search="99999999")


async def test_a_code_is_made_shown_again_and_voided(console: Console, organiser: Person) -> None:
    page = await person_page(console, organiser, "ada")
    made = DIGITS.findall((await organiser.browser.post(f"{page}/code", data={"sku": ""})).text)
    (code,) = console.actions("code.issued")
    shown = await organiser.browser.post(f"{page}/digits", data={"code": str(code["code"])})
    assert DIGITS.findall(shown.text) == made
    assert len(console.actions("code.revealed")) == 1
    said = await organiser.press(f"{page}/void", code=str(code["code"]), reason="lost")
    assert "The code is void" in said
    assert console.box.on_hand("mug") == 5


async def test_a_card_is_shown_as_a_qr_code_and_a_new_one_ends_the_old(
    console: Console, organiser: Person
) -> None:
    page = await person_page(console, organiser, "ada")
    first = await organiser.browser.post(f"{page}/card")
    again = await organiser.browser.post(f"{page}/card")
    renewed = await organiser.browser.post(f"{page}/card", data={"renew": "on"})
    links = [re.findall(r"http://box-1\.local:4399/a/[\w-]+", each.text) for each in (first, again)]
    assert "<svg" in first.text
    assert links[0] == links[1]
    assert links[0][0] not in renewed.text


async def test_an_open_task_can_be_given_up_once_the_server_is_there(
    console: Console, organiser: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WAITED_FOR_THE_ENGINE, 0.5)
    page = await person_page(console, organiser, "ada")

    def begin(tx: Transaction) -> str:
        task_publishing.declare(tx, [TaskKind("demo", "Demonstration", verdict=True)], [])
        return tasks.start(tx, "demo", int(page.rpartition("/")[2]), "app").task

    task = await console.box.ledger.write(begin)
    assert "Give up … Nothing more happens with this task" in await organiser.see(page)
    said = await organiser.press(f"{page}/give-up", 503, task=task, reason="she has left")
    assert "Temporal" in said


async def test_forgetting_needs_a_second_word_and_leaves_nothing(
    console: Console, organiser: Person
) -> None:
    page = await person_page(console, organiser, "ada")
    said = await organiser.press(f"{page}/forget", 422)
    assert "Tick the box" in said
    said = await organiser.press(f"{page}/forget", sure="on")
    assert "The person was forgotten." in said
    assert "ada" not in said
    assert "No one was found" in await organiser.press("/o/people/search", search="ada")


async def test_a_file_of_people_is_shown_first_with_its_header_and_other_columns_left_out(
    console: Console, organiser: Person
) -> None:
    raw = b"Ticket,E-mail,Badge\n1,ada@example.org,b-1\n2,bo@example.org,b-2\n"
    answer = await organiser.browser.post("/o/people/file", files={"file": ("p.csv", raw)})
    assert "2 new people, 0 are already there. b-1, b-2" in words_of(answer)
    key = answer.url.params["upload"]
    await organiser.press("/o/people/file/take", upload=key, column="2")
    known = console.box.ledger.write_now(
        lambda tx: [attendees.named(tx.connection, name).number for name in ("b-1", "b-2")]
    )
    assert known == [1, 2]


async def test_a_file_s_dry_run_names_whom_it_spells_nearly_like_somebody(
    console: Console, organiser: Person
) -> None:
    console.box.receive("mug", 1)
    console.box.issue("mug", "b-1")
    raw = b"Badge\nB-1\nb-1\nAda L\nada l\n"
    answer = await organiser.browser.post("/o/people/file", files={"file": ("p.csv", raw)})
    said = words_of(answer)
    assert "3 new people, 1 is already there." in said
    assert "is that the same person? B-1 : b-1 ada l : Ada L" in said


async def test_a_spoiled_line_is_told_by_its_number(console: Console, organiser: Person) -> None:
    raw = b"Badge\nb-1\n1.23E+12\n"
    answer = await organiser.browser.post("/o/people/file", files={"file": ("p.csv", raw)})
    assert "line 3: 1.23E+12" in words_of(answer)


async def test_people_are_the_organiser_s_alone(console: Console) -> None:
    person = await console.person(Role.ATTENDANT, "Eva")
    assert "Not for your role" in await person.see("/o/people", 403)
    assert "People" not in await person.see("/o")


async def test_a_number_that_nobody_can_have_is_a_wrong_address(
    console: Console, organiser: Person
) -> None:
    for path in ("/o/people/99999999999999999999999", "/o/people/99999999999999999999999/card"):
        for method in ("GET", "POST"):
            answer = await organiser.browser.request(method, path)
            assert answer.status_code in {404, 405, 422}, (method, path)


async def test_walk_ups_are_switched_on_and_their_poster_is_printed(
    console: Console, organiser: Person
) -> None:
    said = await organiser.press("/o/people/walk-ups", on="yes")
    assert "The poster gives cards to phones from now on." in said
    assert "http://box-1.local:4399/j" in await organiser.press("/o/print/poster")
    assert "gives no cards any more" in await organiser.press("/o/people/walk-ups", on="no")
