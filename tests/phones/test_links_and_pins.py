"""Links that are no good, PINs that are wrong, sessions that are forged."""

from __future__ import annotations

import asyncio
import re
import secrets
import stat
from pathlib import Path

import pytest

from boxd.errors import ConfigError, KeysMissing
from boxd.ledger import alarms, attendees, audit, checkpoints, erasure, lockouts, pins
from boxd.phones.links import LinkKind, Signer, attendee_link, load_signer, shown_link
from boxd.phones.pin import read_pin
from boxd.roles import Role, TaskScope
from tests.phones.conftest import PIN, Phones, words_of

WRONG_PIN = "Wrong PIN."


def test_a_signed_link_says_what_was_signed() -> None:
    signer = Signer(b"k" * 32, "box-1")
    text = signer.sign(attendee_link(70_000, 3))
    assert len(text) == 24
    assert signer.read(LinkKind.ATTENDEE, text) == attendee_link(70_000, 3)


def test_a_link_that_was_changed_anywhere_is_no_link() -> None:
    signer = Signer(b"k" * 32, "box-1")
    text = signer.sign(attendee_link(17, 0))
    for place, sign in enumerate(text):
        for other in "Ab0_-":
            if other != sign:
                changed = text[:place] + other + text[place + 1 :]
                assert signer.read(LinkKind.ATTENDEE, changed) is None
    for wrong in (text[:-1], text + "A", text + "=", "", "ä" * 24, text.upper(), f" {text}"):
        assert signer.read(LinkKind.ATTENDEE, wrong) is None


def test_a_link_of_another_box_key_or_kind_is_no_link() -> None:
    here = Signer(b"k" * 32, "box-1")
    for other in (Signer(b"k" * 32, "box-2"), Signer(b"j" * 32, "box-1")):
        assert here.read(LinkKind.ATTENDEE, other.sign(attendee_link(1, 0))) is None
    assert here.read(LinkKind.ATTENDEE, here.sign(shown_link(1, 0))) is None
    assert here.read(LinkKind.SHOWN, here.sign(attendee_link(1, 0))) is None


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "links.key"
    first = load_signer(file, "box-1").sign(attendee_link(1, 0))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert load_signer(file, "box-1").sign(attendee_link(1, 0)) == first
    file.chmod(0o644)
    with pytest.raises(KeysMissing, match="chmod 600"):
        load_signer(file, "box-1")


async def test_no_link_that_is_no_good_tells_more_than_another(phones: Phones) -> None:
    link = await phones.own_link()
    other_box = Signer(b"o" * 32, "box-2").sign(attendee_link(1, 0))
    guessed = secrets.token_urlsafe(18)
    unknown = phones.signer.sign(attendee_link(4711, 0))
    await phones.event.ledger.write(lambda tx: attendees.revoke_links(tx, 1, "organiser"))
    phone = phones.phone()
    answers = [
        await phone.get(f"/a/{each}")
        for each in (link, link[:-1], other_box, guessed, unknown, phones.shown_link(1, 1), "x")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert "This link does not work" in words_of(answers[0])
    assert (await phone.get(f"/a/{link}/now")).status_code == 404
    posted = await phone.post(f"/a/{link}/submission", data={"kind": "build", "text": "x"})
    assert posted.status_code == 404
    assert (await phone.get(f"/a/{await phones.own_link()}")).status_code == 200


async def test_a_forgotten_attendee_s_link_and_phone_are_good_no_more(phones: Phones) -> None:
    link, phone = await phones.own_link(), phones.phone()
    await phone.get(f"/a/{link}")
    await phones.event.ledger.write(lambda tx: erasure.forget(tx, 1, "organiser"))
    assert (await phone.get(f"/a/{link}")).status_code == 404
    assert (await phone.get(f"/c/{phones.sign_of('entrance')}")).status_code == 403
    attendant = await phones.attendant()
    assert (await attendant.get(f"/v/{phones.shown_link(1, 0)}")).status_code == 404
    assert (await attendant.get(f"/v/{phones.shown_link(1, 1)}")).status_code == 404


async def test_a_sign_that_was_replaced_counts_no_more(phones: Phones) -> None:
    phone = phones.phone()
    await phone.get(f"/a/{await phones.own_link()}")
    await phones.event.ledger.write(lambda tx: checkpoints.revoke_link(tx, "stage", "organiser"))
    assert (await phone.get(f"/c/{phones.sign_of('stage', 0)}")).status_code == 404
    assert "counted" in words_of(await phone.get(f"/c/{phones.sign_of('stage', 1)}"))


async def test_the_attendants_pages_show_nothing_without_the_pin(phones: Phones) -> None:
    await phones.own_link("ada lovelace")
    stranger = phones.phone()
    good, bad = phones.shown_link(), secrets.token_urlsafe(18)
    asked = [await stranger.get(f"/v/{each}") for each in (good, bad)]
    assert words_of(asked[0]) == words_of(asked[1])
    assert "ada" not in asked[0].text
    posted = await stranger.post(
        f"/v/{good}/verdict", data={"kind": "demo", "step": "0", "word": "approve"}
    )
    assert "PIN" in words_of(posted)
    assert await phones.event.actions("task.approved") == 0


async def test_the_session_is_kept_from_scripts_other_sites_and_forgers(phones: Phones) -> None:
    phone = phones.phone()
    phone.follow_redirects = False
    entered = await phone.post("/v/enter", data={"name": "Eva", "pin": PIN, "link": ""})
    cookie = entered.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    value = re.sub(r"^boxd_staff=([^;]*);.*$", r"\1", cookie)
    for forged in (value[:-1], "A" + value[1:], value[:40], "x", "é"):
        stranger = phones.phone()
        answer = await stranger.get("/v", headers=[(b"Cookie", f"boxd_staff={forged}".encode())])
        assert "Your name" in words_of(answer)


async def test_after_the_pin_the_phone_comes_to_the_link_that_was_scanned(phones: Phones) -> None:
    await phones.own_link()
    link = phones.shown_link()
    form = {"name": " Eva  Maria ", "pin": " 271 828 ", "link": link}
    entered = await phones.phone().post("/v/enter", data=form)
    assert entered.url.path == f"/v/{link}"
    assert "I'm not Eva Maria" in words_of(entered)
    elsewhere = form | {"link": "//evil.example/x"}
    assert (await phones.phone().post("/v/enter", data=elsewhere)).url.host == "box-1.local"


async def test_five_wrong_pins_lock_one_phone_and_a_restart_does_not_help(phones: Phones) -> None:
    guesser, other = phones.phone("10.0.0.66"), phones.phone("10.0.0.67")
    for guess in range(5):
        form = {"name": "x", "pin": f"00000{guess}", "link": ""}
        assert WRONG_PIN in words_of(await guesser.post("/v/enter", data=form))
    right = {"name": "x", "pin": PIN, "link": ""}
    locked = await guesser.post("/v/enter", data=right)
    assert locked.status_code == 403
    assert "try again in 60 seconds" in words_of(locked)
    clock = lockouts.boot_clock()
    await phones.event.ledger.write(lambda tx: lockouts.adopt_after_boot(tx, clock))
    assert "try again in" in words_of(await guesser.post("/v/enter", data=right))
    assert "Scan an attendee's" in words_of(await other.post("/v/enter", data=right))
    assert await phones.event.actions("pin.locked") == 1


async def test_phones_that_guess_together_lock_nobody_but_themselves(phones: Phones) -> None:
    guesses = [
        phones.phone(f"10.0.1.{number % 6}").post(
            "/v/enter", data={"name": "x", "pin": f"{number:06}", "link": ""}
        )
        for number in range(36)
    ]
    await asyncio.gather(*guesses)
    right = {"name": "x", "pin": PIN, "link": ""}
    assert "try again in" in words_of(await phones.phone("10.0.1.1").post("/v/enter", data=right))
    entered = await phones.phone("10.0.2.1").post("/v/enter", data=right)
    assert "Scan an attendee's" in words_of(entered)


async def test_guesses_from_ever_new_addresses_are_slow_and_no_known_phone_waits_for_them(
    phones: Phones,
) -> None:
    known, loop = await phones.attendant(), asyncio.get_running_loop()
    await known.post("/v/leave")
    began = loop.time()
    guesses = [
        asyncio.ensure_future(
            phones.phone(f"10.1.0.{number}").post(
                "/v/enter", data={"name": "x", "pin": f"{number:06}", "link": ""}
            )
        )
        for number in range(24)
    ]
    right = {"name": "Eva", "pin": PIN, "link": ""}
    assert "Scan an attendee's" in words_of(await known.post("/v/enter", data=right))
    assert not all(each.done() for each in guesses)
    for answer in await asyncio.gather(*guesses):
        assert WRONG_PIN in words_of(answer)
    assert loop.time() - began > 1.5


async def test_guesses_from_many_addresses_are_an_alarm(phones: Phones) -> None:
    for address in range(5):
        clock = lockouts.boot_clock()
        for _ in range(5):
            await phones.event.ledger.write(
                lambda tx: pins.record(tx, f"address {address}", False, clock)  # noqa: B023
            )
    active = await phones.event.ledger.read(alarms.active)
    assert [each["kind"] for each in active] == ["pin_guessed"]


@pytest.mark.parametrize("digits", ["", "12345", "1234567890123", "12345a", "123456\n123456"])
def test_a_pin_that_is_too_easy_is_not_taken(tmp_path: Path, digits: str) -> None:
    file = tmp_path / "pin"
    file.write_text(digits)
    file.chmod(0o600)
    with pytest.raises(ConfigError, match="6 to 12 digits"):
        read_pin(file, b"k")


def test_a_pin_that_others_can_read_is_not_taken(tmp_path: Path) -> None:
    file = tmp_path / "pin"
    file.write_text("271828\n")
    file.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        read_pin(file, b"k")


async def test_a_stranger_behind_the_same_address_locks_out_no_phone_that_is_known(
    phones: Phones,
) -> None:
    at_the_venue = "10.0.0.66"
    known, stranger = phones.phone(at_the_venue), phones.phone(at_the_venue)
    right = {"name": "Eva", "pin": PIN, "link": ""}
    await known.post("/v/enter", data=right)
    await known.post("/v/leave")
    for guess in range(6):
        await stranger.post("/v/enter", data=right | {"pin": f"00000{guess}"})
    assert "try again in" in words_of(await stranger.post("/v/enter", data=right))
    assert "Scan an attendee's" in words_of(await known.post("/v/enter", data=right))
    for guess in range(5):
        await known.post("/v/enter", data=right | {"pin": f"00000{guess}"})
    assert "try again in" in words_of(await known.post("/v/enter", data=right))  # it guesses itself


async def test_i_am_not_ends_the_session_for_a_copied_cookie(phones: Phones) -> None:
    phone, copied = await phones.attendant("Eva"), phones.phone("10.0.0.66")
    copied.cookies.update(phone.cookies)
    assert "I'm not Eva" in words_of(await copied.get("/v"))
    await phone.post("/v/leave")
    assert "Your name" in words_of(await copied.get("/v"))


async def test_who_was_invited_judges_under_the_own_name_without_a_pin(phones: Phones) -> None:
    await phones.own_link()
    invited = await phones.staff.invite("Finn Berg", Role.ATTENDANT, "anna", 1)
    phone = phones.phone()
    await phone.post("/i/" + invited.url.rpartition("/")[2])
    link = phones.shown_link()
    assert "I'm not Finn Berg" in words_of(await phone.get(f"/v/{link}"))
    form = {"kind": "demo", "step": "0", "word": "approve"}
    assert "approved" in words_of(await phone.post(f"/v/{link}/verdict", data=form))
    actors = await phones.event.ledger.read(
        lambda c: [row[0] for row in c.execute("SELECT actor FROM verdicts")]
    )
    trail = await phones.event.ledger.read(lambda c: audit.rows_after(c, 0, 1000))
    assert actors == ["Finn Berg (staff)"]
    assert "Finn Berg (staff)" in [
        row["actor"] for row in trail if str(row["action"]).startswith("task.")
    ]


async def test_an_attendant_for_one_kind_of_task_sees_and_judges_no_other(phones: Phones) -> None:
    await phones.own_link()
    hunt = TaskScope(kinds=("hunt",))
    invited = await phones.staff.invite("Mona", Role.ATTENDANT, "anna", 1, hunt)
    phone = phones.phone()
    await phone.post("/i/" + invited.url.rpartition("/")[2])
    link = phones.shown_link()
    assert "Show us what you built" not in words_of(await phone.get(f"/v/{link}"))
    for word in ("verdict", "give-up"):
        form = {"kind": "demo", "step": "0", "word": "approve"}
        refused = await phone.post(f"/v/{link}/{word}", data=form)
        assert (refused.status_code, "You judge hunt here" in words_of(refused)) == (409, True)
    judged = await phones.event.ledger.read(
        lambda c: c.execute("SELECT count(*) FROM verdicts").fetchone()[0]
    )
    assert judged == 0


async def test_a_viewer_judges_nothing_and_reads_why(phones: Phones) -> None:
    invited = await phones.staff.invite("Vic", Role.VIEWER, "anna", 1)
    phone = phones.phone()
    await phone.post("/i/" + invited.url.rpartition("/")[2])
    refused = await phone.get(f"/v/{phones.shown_link()}")
    assert (refused.status_code, "attendants and organisers judge" in words_of(refused)) == (
        409,
        True,
    )
