"""Playbooks in the console: started, answered, ended; for operators and organisers."""

from __future__ import annotations

import re

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
