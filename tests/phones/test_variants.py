"""An attendee chooses a variant of their code's prize on the phone."""

from __future__ import annotations

from boxd.ledger import audit, prize_pictures, stock, variants
from boxd.ledger.ledger import Transaction
from boxd.ledger.variants import NewVariant
from boxd.words import speaking
from boxd.words.catalogue import words_in
from boxd.words.own_names import OwnNames, naming
from tests.phones.conftest import Phones, words_of
from tests.phones.test_pages import code_on


def only_shirts(tx: Transaction) -> None:
    """The event's prizes are T-shirts of two sizes, with a picture, and none else."""
    for each in stock.listing(tx.connection):
        stock.change(tx, str(each["sku"]), "anna", weight=0)
    stock.add(tx, stock.StockedPrize("shirt", "T-shirt"), "anna")
    variants.add(tx, "shirt", [NewVariant("S"), NewVariant("M", 2)], "anna")
    prize_pictures.put(tx, "shirt", "a" * 64, "anna")


async def test_a_variant_is_chosen_on_the_phone_as_long_as_one_is_left(phones: Phones) -> None:
    ledger, phone = phones.event.ledger, phones.phone()
    await ledger.write(only_shirts)
    link = await phones.own_link()
    assert "What there is to win T-shirt" in words_of(await phone.get(f"/a/{link}"))
    for place in ("entrance", "stage"):
        await phone.get(f"/c/{phones.sign_of(place)}")
    await code_on(phone, link)
    page = await phone.get(f"/a/{link}")
    shown = words_of(page)
    assert "It is for: T-shirt, M. You can choose: S (none left) M Take this one" in shown
    assert f'src="/pictures/{"a" * 64}.jpg"' in page.text
    assert "img-src 'self' data:" in page.headers["content-security-policy"]
    await ledger.write(lambda tx: stock.adjust(tx, "shirt-s", 1, "found", "anna"))
    asked = {"code": "1", "sku": "shirt-s"}
    chosen = words_of(await phone.post(f"/a/{link}/variant", data=asked))
    assert "It is for: T-shirt, S." in chosen
    (row,) = await ledger.read(lambda c: audit.newest_of(c, ("code.exchanged",), 9, (99,)))
    assert row["actor"] == "attendee 1 (phone)"


async def test_a_phone_calls_the_prize_by_its_name_in_the_readers_language(
    phones: Phones,
) -> None:
    await phones.event.ledger.write(only_shirts)
    names = OwnNames()
    names.replace({"ja": {"T-shirt": "Tシャツ", "T-shirt, M": "Tシャツ, M"}})
    link, phone = await phones.own_link(), phones.phone()
    await phone.get(f"/a/{link}")
    for place in ("entrance", "stage"):
        await phone.get(f"/c/{phones.sign_of(place)}")
    await code_on(phone, link)
    with naming(names), speaking(words_in("ja")):
        shown = await phone.get(f"/a/{link}")
    assert "Tシャツ, M" in shown.text
    assert "T-shirt" not in shown.text


async def test_nobody_chooses_for_somebody_elses_code(phones: Phones) -> None:
    await phones.event.ledger.write(only_shirts)
    ada, phone = await phones.own_link(), phones.phone()
    await phone.get(f"/a/{ada}")
    for place in ("entrance", "stage"):
        await phone.get(f"/c/{phones.sign_of(place)}")
    await code_on(phone, ada)
    bob = await phones.own_link("bob")
    asked = {"code": "1", "sku": "shirt-m"}
    answer = await phones.phone("10.0.0.8").post(f"/a/{bob}/variant", data=asked)
    assert answer.status_code == 404
    assert await phones.event.actions("code.exchanged") == 0
