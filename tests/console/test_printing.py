"""What is printed: each form makes a page, in every script, or says what is missing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.api.live_box import configured, live_box
from tests.console.conftest import Console, Person

PHONES = '[phones]\npublic_url = "http://box-1.local:4399"\n'


@pytest.fixture
async def console(tmp_path: Path) -> AsyncIterator[Console]:
    async with live_box(configured(tmp_path, PHONES)) as box:
        yield Console(box, box.application().for_tcp())


async def test_cards_for_names_in_any_script(console: Console, organiser: Person) -> None:
    names = "badge-1\r\n  山田太郎 \r\n\r\nbadge-1\r\nŁukasz"
    answer = await organiser.browser.post("/o/print/cards", data={"attendees": names})
    assert answer.status_code == 200
    assert answer.text.count('<article class="card">') == 3
    assert "山田太郎" in answer.text
    assert "Łukasz" in answer.text
    assert "script" not in answer.headers["content-security-policy"]


async def test_no_name_at_all_is_said_on_the_page(organiser: Person) -> None:
    said = await organiser.press("/o/print/cards", 422, attendees=" \n ")
    assert "Enter at least one name" in said


async def test_vouchers_are_codes_with_a_unit_each_and_made_once(
    console: Console, organiser: Person
) -> None:
    console.box.receive("mug", 5, "Mug")
    fields = {"count": "3", "sku": "mug", "for": "winners", "once": "k-1"}
    pages = [await organiser.browser.post("/o/print/vouchers", data=fields) for _ in range(2)]
    assert pages[0].text.count('<article class="card">') == 3
    assert pages[0].text == pages[1].text
    assert console.box.on_hand("mug") == 2
    assert "winners" not in pages[0].text
    assert {str(row["actor"]) for row in console.actions("code.issued")} == {"Olga (staff)"}


async def test_too_few_units_make_no_voucher(console: Console, organiser: Person) -> None:
    console.box.receive("mug", 2, "Mug")
    said = await organiser.press("/o/print/vouchers", 409, count="3", sku="mug", **{"for": "x"})
    assert "mug" in said
    assert console.box.on_hand("mug") == 2


async def test_a_sign_for_the_network_escapes_what_phones_would_misread(
    organiser: Person,
) -> None:
    fields = {"network": "Booth;5", "password": 'a,b:"c\\'}
    answer = await organiser.browser.post("/o/print/network", data=fields)
    assert answer.status_code == 200
    assert "Booth;5" in answer.text
    assert "a,b:&#34;c\\" in answer.text


async def test_the_operators_sheet_is_a_file(organiser: Person) -> None:
    answer = await organiser.browser.get("/o/print/operators.pdf")
    assert answer.content.startswith(b"%PDF")
