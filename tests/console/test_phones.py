"""The address at which phones reach the box, chosen in the console."""

from __future__ import annotations

from pathlib import Path

from boxd.roles import Role
from tests.api.live_box import bearer, client, configured, live_box
from tests.console.conftest import Console, Person

ADDRESS = "http://box-1.local:4322"
CONFIGURED = f'[phones]\npublic_url = "{ADDRESS}"\n'
CERTIFICATE = '[phones]\ntls_cert_file = "phones.pem"\ntls_key_file = "phones.key"\n'


async def test_cards_need_an_address_and_one_is_chosen_without_a_restart(
    console: Console, organiser: Person
) -> None:
    cards = {"attendees": "badge-1"}
    said = await organiser.press("/o/print/cards", 409, **cards)
    assert "Choose it in the console, at /o/phones" in said
    assert "Phones can't reach this box yet." in await organiser.see("/o/phones")
    said = await organiser.press("/o/phones/address", address=f" {ADDRESS}/ ")
    assert "Phones reach the box there from now on." in said
    assert "✓ Network and name done" in await organiser.see("/o")
    printed = await organiser.browser.post("/o/print/cards", data=cards)
    assert printed.text.count('<article class="card">') == 1
    (row,) = console.actions("phones.address_chosen")
    assert str(row["actor"]) == "Olga (staff)"


async def test_who_is_invited_afterwards_gets_the_phones_address(
    console: Console, organiser: Person
) -> None:
    await organiser.press("/o/phones/address", address=ADDRESS)
    said = await organiser.press("/o/access/invite", name="Eva", role="attendant")
    assert f"{ADDRESS}/i/" in said


async def test_the_boxs_name_is_chosen_without_a_restart(
    console: Console, organiser: Person
) -> None:
    assert "Prize box" in await organiser.see("/o/phones")
    said = await organiser.press("/o/phones/name", name="  Prizes in   hall 2 ")
    assert "The box is called so from now on." in said
    assert "Prizes in hall 2" in said
    assert (await console.box.settled())["box"]["name"] == "Prizes in hall 2"
    printed = await organiser.browser.post("/o/print/network", data={"network": "booth"})
    assert "Prizes in hall 2" in printed.text
    (row,) = console.actions("box.named")
    assert (row["actor"], row["detail"]) == ("Olga (staff)", {"name": "Prizes in hall 2"})
    assert "name:" in await organiser.press("/o/phones/name", 422, name=" ")
    api = client(console.box.application().for_phones(), **bearer(console.box.token("desk")))
    named = await api.post("/api/v1/box-name", json={"name": "Kasse 2"})
    assert named.json() == {"name": "Kasse 2", "configured": False}
    assert "Kasse 2" in await organiser.see("/o")


async def test_a_name_in_the_configuration_goes_first(tmp_path: Path) -> None:
    async with live_box(configured(tmp_path)) as box:
        await box.services.label.choose("Chosen", "anna")
    async with live_box(configured(tmp_path, '[box]\nname = "Written"\n')) as box:
        assert box.services.label.shown() == "Written"
        organiser = await Console(box, box.application().for_tcp()).person()
        assert "([box] name) and is changed there" in await organiser.see("/o/phones")
        said = await organiser.press("/o/phones/name", 409, name="Other")
        assert "change [box] name, restart boxd" in said
    async with live_box(configured(tmp_path)) as box:
        assert box.services.label.shown() == "Chosen", "it outlives a restart"


async def test_what_is_no_address_is_said_and_kept_in_the_field(organiser: Person) -> None:
    for wrong in ("box-1", "http://box-1.local/phones", "ftp://box-1.local"):
        said = await organiser.press("/o/phones/address", 422, address=wrong)
        assert "is not an address without a path" in said
    answer = await organiser.browser.post("/o/phones/address", data={"address": "box-1"})
    assert 'value="box-1"' in answer.text


async def test_the_choice_outlives_a_restart(tmp_path: Path) -> None:
    config = configured(tmp_path)
    async with live_box(config) as box:
        await box.services.phones.choose(ADDRESS, "anna")
    async with live_box(config) as box:
        assert box.services.phones.address == ADDRESS
        assert box.services.phones.is_open


async def test_the_configuration_goes_first(tmp_path: Path) -> None:
    async with live_box(configured(tmp_path, CONFIGURED)) as box:
        console = Console(box, box.application().for_tcp())
        organiser = await console.person()
        said = await organiser.see("/o/phones")
        assert "It is in the configuration file" in said
        await organiser.press("/o/phones/address", 409, address="http://other.local")
        assert box.services.phones.address == ADDRESS


async def test_a_box_with_a_certificate_takes_no_plain_address(tmp_path: Path) -> None:
    async with live_box(configured(tmp_path, CERTIFICATE)) as box:
        console = Console(box, box.application().for_tcp())
        organiser = await console.person()
        said = await organiser.press("/o/phones/address", 422, address=ADDRESS)
        assert "its address begins with https://" in said


async def test_an_attendant_chooses_none(console: Console) -> None:
    attendant = await console.person(Role.ATTENDANT, "Eva")
    await attendant.press("/o/phones/address", 403, address=ADDRESS)
