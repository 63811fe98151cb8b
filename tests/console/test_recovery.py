"""Playbooks in the console: started, answered, ended; for operators and organisers."""

from __future__ import annotations

import re

from boxd.ledger import codes
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.issuing_again import AT_ONCE
from boxd.roles import Role
from tests.console.conftest import Console, Person

OPEN = re.compile(r'name="recovery" value="([^"]+)"')
NUMBER = re.compile(r'name="number" value="(\d+)"')
PATH = "/o/recovery"


async def asking(person: Person) -> dict[str, str]:
    """The fields of the first question on the page."""
    text = (await person.browser.get(PATH)).text
    recovery, number = OPEN.search(text), NUMBER.search(text)
    assert recovery is not None
    assert number is not None
    return {"recovery": recovery[1], "number": number[1]}


async def test_a_jammed_locker_is_walked_through_by_an_operator(console: Console) -> None:
    operator = await console.person(Role.OPERATOR)
    said = await operator.press(f"{PATH}/start", playbook="jammed-locker", locker="1")
    assert "Open locker 1 by hand" in said
    question = await asking(operator)
    said = await operator.press(f"{PATH}/answer", **question, choice="no", note="bent")
    assert "Open locker 1 by hand" not in said
    (row,) = console.actions("locker.out_of_service")
    assert (row["locker"], row["cause"]) == (1, "bent")
    late = await operator.press(f"{PATH}/answer", 409, **question, choice="yes")
    assert "has ended" in late


async def test_the_record_has_every_question_with_its_answer_in_words(console: Console) -> None:
    operator = await console.person(Role.OPERATOR)
    await operator.press(f"{PATH}/start", playbook="jammed-locker", locker="1")
    question = await asking(operator)
    await operator.press(f"{PATH}/answer", **question, choice="no", note="bent")
    shown = await operator.see(f"{PATH}/record?recovery={question['recovery']}")
    assert "Open locker 1 by hand, or by the recorded override. Is it open now?" in shown
    for words in ("No, it stays closed", "bent", "locker 1 is out of service"):
        assert words in shown
    gone = await operator.browser.get(f"{PATH}/record?recovery=nothing-1")
    assert gone.status_code == 404


async def test_what_is_counted_is_booked_and_nonsense_is_refused(
    console: Console, organiser: Person
) -> None:
    console.box.receive("mug", 5, "Mug")
    await organiser.press(f"{PATH}/start", playbook="missing-unit", sku="mug")
    question = await asking(organiser)
    await organiser.press(f"{PATH}/answer", 409, **question, choice="counted")
    await organiser.press(f"{PATH}/answer", 422, **question, choice="counted", count="some")
    await organiser.press(f"{PATH}/answer", **question, choice="counted", count="4")
    assert console.box.on_hand("mug") == 4


async def test_attendants_and_viewers_have_no_playbooks(console: Console) -> None:
    for role in (Role.ATTENDANT, Role.VIEWER):
        person = await console.person(role, f"a {role}")
        assert (await person.browser.get(PATH)).status_code == 403


async def test_after_a_card_was_lost_each_good_code_is_issued_again(
    console: Console, organiser: Person
) -> None:
    box = console.box
    box.receive("mug", 300, "Mug")
    order = codes.CodeOrder("badge-7", "box-1", 8, 7, "anna", "mug")
    lost = CodeKeys(b"c" * 32, b"r" * 32)
    box.ledger.write_now(lambda tx: [codes.issue(tx, order, lost) for _ in range(AT_ONCE + 1)])
    await organiser.press(f"{PATH}/start", playbook="lost-card")
    for choice in ("done", "yes"):
        await organiser.press(f"{PATH}/answer", **await asking(organiser), choice=choice)
    said = await organiser.press(
        f"{PATH}/answer", **await asking(organiser), choice="issue", note="stolen"
    )
    assert f"{AT_ONCE} codes void and issued again" in said
    assert "1 codes void and issued again" in said
    assert "Print attendees' cards" in said
    voided = [row["cause"] for row in box.trail(5000) if row["action"] == "code.voided"]
    assert voided == ["stolen"] * (AT_ONCE + 1)


async def test_without_new_keys_nothing_is_issued_again(
    console: Console, organiser: Person
) -> None:
    console.box.receive("mug", 3, "Mug")
    console.box.issue("mug")
    await organiser.press(f"{PATH}/start", playbook="lost-card")
    for choice in ("done", "yes"):
        await organiser.press(f"{PATH}/answer", **await asking(organiser), choice=choice)
    said = await organiser.press(f"{PATH}/answer", 409, **await asking(organiser), choice="issue")
    assert "boxd codes new-keys" in said
    assert not console.actions("code.voided")
