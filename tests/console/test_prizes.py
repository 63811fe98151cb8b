"""The prizes in the console: edited in place, counted, and taken from files."""

from __future__ import annotations

import io

import openpyxl
import pytest
from PIL import Image

from boxd.ledger import stock
from boxd.roles import Role
from boxd.words.own_names import OwnNames, naming
from tests.console.conftest import Console, Person, words_of

LIST = "Bezeichnung;Anzahl\nBecher;7\nT-Shirt, groß;12\n"


def prize(console: Console, sku: str) -> dict[str, object]:
    return console.box.ledger.write_now(lambda tx: stock.find(tx.connection, sku))


async def choose(person: Person, raw: bytes, name: str = "prizes.csv") -> tuple[str, str]:
    """Choose a file; what can be read then, and the file's key."""
    answer = await person.browser.post("/o/prizes/file", files={"file": (name, raw)})
    return words_of(answer), answer.url.params.get("upload", "")


async def test_a_prize_is_added_by_its_name_changed_and_counted(
    console: Console, organiser: Person
) -> None:
    said = await organiser.press("/o/prizes/add", name="Becher, groß", units="7")
    assert "The prize is added." in said
    assert prize(console, "becher-gro")["on_hand"] == 7
    await organiser.press("/o/prizes/becher-gro/change", name="Mug", weight="3")
    await organiser.press("/o/prizes/becher-gro/units", how="add", units="5", reason="a box")
    await organiser.press("/o/prizes/becher-gro/units", how="take", units="2", reason="broken")
    said = await organiser.press(
        "/o/prizes/becher-gro/units", how="set", units="9", reason="counted"
    )
    assert "Mug becher-gro 9 0 0 3" in said
    found = prize(console, "becher-gro")
    assert (found["name"], found["weight"], found["on_hand"]) == ("Mug", 3, 9)
    counted = console.actions("prize.counted")
    assert [row["cause"] for row in counted] == ["counted"]


async def test_a_prize_has_a_name_for_each_language_in_its_form_and_in_files(
    console: Console, organiser: Person
) -> None:
    console.box.receive("mug", 3, "Mug")
    form = {"name": "Mug", "weight": "1", "name-ja": "マグカップ", "name-de": ""}
    await organiser.press("/o/prizes/mug/change", **form)
    assert prize(console, "mug")["names"] == {"ja": "マグカップ"}
    assert 'value="マグカップ"' in (await organiser.browser.get("/o/prizes?edit=mug")).text
    read, key = await choose(organiser, b"name,units,name_de\nMug,0,Tasse\n")
    assert "Tasse" in read
    await organiser.press("/o/prizes/file/take", upload=key)
    assert prize(console, "mug")["names"] == {"de": "Tasse"}
    names = OwnNames()
    names.replace({"de": {"Mug": "Tasse"}})
    german = {"Accept-Language": "de"}
    await organiser.press("/o/wall/turn", on="yes")
    with naming(names):
        for page in ("/o", "/o/print", "/w"):
            answer = await organiser.browser.get(page, headers=german)
            assert "Tasse" in answer.text, page
            assert "Mug" not in answer.text, page


async def test_what_was_wrong_is_said_above_the_form_and_nothing_is_changed(
    console: Console, organiser: Person
) -> None:
    console.box.receive("mug", 3)
    said = await organiser.press("/o/prizes/mug/units", 409, how="take", units="5", reason="broken")
    assert "and 5 are needed; nothing was changed" in said
    said = await organiser.press("/o/prizes/mug/units", 422, how="add", units="five", reason="x")
    assert "units: 'five' is not a whole number." in said
    assert console.box.on_hand("mug") == 3


async def test_a_recount_books_the_differences_of_what_was_filled_in(
    console: Console, organiser: Person
) -> None:
    for sku, units in (("mug", 5), ("pen", 9), ("cap", 2)):
        console.box.receive(sku, units)
    await organiser.press(
        "/o/prizes/recount",
        **{"units-mug": "4", "units-pen": "11", "units-cap": "", "reason": "in the evening"},
    )
    assert [console.box.on_hand(sku) for sku in ("mug", "pen", "cap")] == [4, 11, 2]


async def test_a_file_is_matched_shown_and_only_then_taken(
    console: Console, organiser: Person
) -> None:
    console.box.receive("becher", 5, "Becher")
    said, key = await choose(organiser, LIST.encode())
    assert "Becher becher 5 → 12" in said
    assert "T-Shirt, groß new t-shirt-gro 0 → 12" in said
    assert console.box.on_hand("becher") == 5
    counted = await organiser.see(
        f"/o/prizes/file?upload={key}&column-name=0&column-units=1&how=set"
    )
    assert "Becher becher 5 → 7" in counted
    matched = {"column-name": "0", "column-units": "1", "how": "set"}
    said = await organiser.press("/o/prizes/file/take", upload=key, **matched)
    assert "The file was imported." in said
    assert console.box.on_hand("becher") == 7
    assert console.box.on_hand("t-shirt-gro") == 12


async def test_a_file_s_variants_are_stocks_of_their_prize(
    console: Console, organiser: Person
) -> None:
    console.box.receive("t-shirt", 4, "T-shirt")
    sizes = "Name;Anzahl;Größe\nT-shirt;7;S\nT-shirt;12;M\nCap;2;red\nCap;3;blue\n"
    said, key = await choose(organiser, sizes.encode())
    assert "T-shirt t-shirt From now on its variants are counted separately. 4 → 0" in said
    assert "T-shirt, S new t-shirt 0 → 7" in said
    assert "Cap, blue new cap 0 → 3" in said
    said = await organiser.press("/o/prizes/file/take", upload=key)
    assert "The file was imported." in said
    stocks = {sku: console.box.on_hand(sku) for sku in ("t-shirt", "t-shirt-s", "cap-blue")}
    assert stocks == {"t-shirt": 0, "t-shirt-s": 7, "cap-blue": 3}
    _, key = await choose(organiser, b"name,sku,units,size\nShirt,t-shirt,9,s\n")
    counted = f"/o/prizes/file?upload={key}&column-name=0&column-sku=1&column-units=2"
    said = await organiser.see(f"{counted}&column-variant=3&how=set")
    assert "T-shirt Shirt , s t-shirt 7 → 9" in said
    matched = {f"column-{name}": str(n) for n, name in enumerate(("name", "sku", "units"))}
    await organiser.press(
        "/o/prizes/file/take", upload=key, how="set", **matched, **{"column-variant": "3"}
    )
    assert prize(console, "t-shirt-s")["name"] == "Shirt, S"
    assert prize(console, "t-shirt-m")["name"] == "Shirt, M"
    assert console.box.on_hand("t-shirt-s") == 9
    assert console.box.on_hand("t-shirt-m") == 12
    said, _ = await choose(organiser, b"sku,units\nt-shirt,5\n")
    assert "line 2: sku 't-shirt' has variants; say of which one the units are" in said


async def test_the_same_file_is_known_again_with_when_and_by_whom(
    console: Console, organiser: Person
) -> None:
    _, key = await choose(organiser, LIST.encode())
    await organiser.press("/o/prizes/file/take", upload=key)
    said, key = await choose(organiser, LIST.encode())
    assert "This file was already imported" in said
    assert "by " in said.partition("already imported")[2]
    said = await organiser.press("/o/prizes/file/take", 409, upload=key)
    assert "brought its prizes already" in said
    assert console.box.on_hand("becher") == 7
    await organiser.press("/o/prizes/file/take", upload=key, again="on")
    assert console.box.on_hand("becher") == 14


async def test_a_workbook_is_read_like_a_text(console: Console, organiser: Person) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (["Name", "Quantity", "SKU"], ["Mug", 7, "mug"], ["Pen", 3.0, "pen"]):
        book.active.append(row)
    raw = io.BytesIO()
    book.save(raw)
    said, key = await choose(organiser, raw.getvalue(), "prizes.xlsx")
    assert "Mug new mug 0 → 7" in said
    await organiser.press("/o/prizes/file/take", upload=key)
    assert console.box.on_hand("pen") == 3


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"Name;Units\nMug;many\n", "line 2: units 'many' is to be a whole number"),
        (b"Name;Units\nMug;1,23E+12\n", "line 2: units '1,23E+12' is what a spreadsheet made"),
        (
            b"sku,name,units\nmug,Mug,1\nmug,Mug,2\n",
            "line 3: sku 'mug' is there already, on line 2",
        ),
        (b"PK\x03\x04nothing", "This workbook can't be read."),
        (b"Name;Units\n", "the file has no rows below its first line"),
        ("Name;Units\nBücher;3\n".encode("latin-1"), "is not UTF-8"),
    ],
)
async def test_what_is_wrong_with_a_file_is_said_with_its_line(
    console: Console, organiser: Person, raw: bytes, expected: str
) -> None:
    said, _ = await choose(organiser, raw)
    assert expected in said
    assert console.box.ledger.write_now(lambda tx: stock.listing(tx.connection)) == []


async def test_only_an_organiser_changes_prizes(console: Console) -> None:
    console.box.receive("mug", 3)
    person = await console.person(Role.OPERATOR, "Otto")
    assert "Mug mug 3" in await person.see("/o/prizes")
    await person.press("/o/prizes/mug/units", 403, how="add", units="5", reason="x")
    said, _ = await choose(person, LIST.encode())
    assert "Not for your role" in said
    assert console.box.on_hand("mug") == 3


async def test_a_prize_s_picture_is_on_the_list_and_on_the_operator_s_screen(
    console: Console, organiser: Person
) -> None:
    console.box.receive("mug", 3)
    raw = io.BytesIO()
    Image.new("RGB", (700, 500), "red").save(raw, "JPEG")
    answer = await organiser.browser.post(
        "/o/prizes/mug/picture", files={"picture": ("mug.jpg", raw.getvalue())}
    )
    assert "The picture was added." in words_of(answer)
    digest = (await console.box.settled())["pictures"]["mug"]
    assert f"/pictures/{digest}.jpg" in answer.text
    picture = await console.browser().get(f"/pictures/{digest}.jpg")
    assert picture.headers["content-type"] == "image/jpeg"
    await organiser.press("/o/prizes/mug/picture/remove")
    assert (await console.box.settled())["pictures"] == {}
    (row,) = console.actions("prize.pictured")
    assert row["actor"] == "Olga (staff)"


async def test_a_prize_gets_variants_and_shows_their_sum(
    console: Console, organiser: Person
) -> None:
    console.box.receive("mug", 3)
    said = await organiser.press(
        "/o/prizes/mug/variants",
        **{"label-1": "small", "units-1": "2", "label-2": "large", "units-2": "5", "label-3": ""},
    )
    assert "each has a stock of its own" in said
    assert "Mug mug 7 0 0 3 Change Mug, small mug-small 2 0 0 0 Change" in said
    assert "choose one of them: mug-small, mug-large" in await organiser.press(
        "/o/prizes/mug/units", 409, how="add", units="4", reason="a box"
    )
    await organiser.press("/o/prizes/mug/change", name="Cup", weight="2")
    assert "Cup, small" in await organiser.see("/o/prizes/recount")
    assert "Name at least one variant." in await organiser.press("/o/prizes/mug/variants", 422)
    await organiser.press("/o/prizes/mug/retire", reason="the sponsor left")
    assert (await organiser.see("/o/prizes")).count("Cup") == 3
    assert console.box.on_hand("mug-large") == 0
