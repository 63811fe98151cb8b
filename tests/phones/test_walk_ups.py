"""The poster: a card for somebody's own phone, one each, bounded, while it is switched on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from boxd.ledger import attendee_list, closing, switches
from boxd.ledger.ledger import Ledger
from boxd.ledger.switches import Switch
from boxd.phones.answering import SiteInfo
from boxd.phones.links import LinkKind, Signer
from boxd.phones.walk_up_routes import WalkUpPages

SIGNER = Signer(b"k" * 32, "box-1")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(tmp_path / "ledger.db")
    made.write_now(lambda tx: switches.turn(tx, Switch.WALK_UPS, True, "olga"))
    yield made
    made.close()


@pytest.fixture
def app(ledger: Ledger) -> Starlette:
    place = SiteInfo(lambda: "Prize box", lambda: "http://box-1.local:4322")
    return Starlette(routes=WalkUpPages(ledger, SIGNER, place).routes())


def phone(app: Starlette, address: str = "10.0.0.7") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, client=(address, 50000))
    return httpx.AsyncClient(transport=transport, base_url="http://box-1.local:4322")


def people(ledger: Ledger) -> int:
    return len(ledger.write_now(lambda tx: attendee_list.page(tx.connection, 0, 1000)))


async def test_a_phone_gets_one_card_however_often_it_asks(app: Starlette, ledger: Ledger) -> None:
    own = phone(app)
    asked = await own.get("/j")
    assert (asked.status_code, "Give me a card" in asked.text, people(ledger)) == (200, True, 0)
    given = await own.post("/j")
    link = given.headers["location"].removeprefix("/a/")
    read = SIGNER.read(LinkKind.ATTENDEE, link)
    assert read is not None
    assert (given.status_code, read.attendee, people(ledger)) == (303, 1, 1)
    for again in (await own.post("/j"), await own.get("/j")):
        assert again.headers["location"] == f"/a/{link}"
    assert people(ledger) == 1


async def test_an_address_and_all_of_them_get_so_many_in_an_hour(
    app: Starlette, ledger: Ledger
) -> None:
    found = [(await phone(app).post("/j")).status_code for _ in range(20)]
    assert found == [303] * 20
    refused = await phone(app).post("/j")
    assert (refused.status_code, "try again in 1 h 0 min" in refused.text) == (429, True)
    for number in range(180):
        await phone(app, f"10.0.1.{number}").post("/j")
    full = await phone(app, "10.0.2.1").post("/j")
    assert (full.status_code, "Come back a little later." in full.text) == (409, True)
    assert people(ledger) == 200


async def test_nobody_gets_one_while_it_is_off_or_after_the_event(
    app: Starlette, ledger: Ledger
) -> None:
    ledger.write_now(lambda tx: closing.turn(tx, True, "olga"))
    assert "The event is over." in (await phone(app).post("/j")).text
    ledger.write_now(lambda tx: switches.turn(tx, Switch.WALK_UPS, False, "olga"))
    for answer in (await phone(app).get("/j"), await phone(app).post("/j")):
        assert (answer.status_code, "Nobody can take a card here" in answer.text) == (404, True)
    assert people(ledger) == 0
