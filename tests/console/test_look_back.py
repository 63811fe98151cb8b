"""Looking back in the console: at the box's own redemptions, and at those in a file."""

from __future__ import annotations

import io
import json
import re
import tarfile
from dataclasses import replace
from pathlib import Path

import httpx

from boxd.look_back import LookBack
from boxd.look_back.files import IN_BUNDLE, as_json
from boxd.roles import Role
from tests.console.conftest import Console, Person, words_of
from tests.look_back.test_instants import made

PATH = "/o/look-back"
HISTORIES = Path(__file__).parents[1] / "histories"
STAGES = re.compile(r'<dd class="stage">([^<]*)</dd>')


def bundle(*found: LookBack) -> bytes:
    """A bundle of boxd doctor with these."""
    content = "".join(f"{json.dumps(as_json(each))}\n" for each in found).encode()
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        entry = tarfile.TarInfo(f"boxd-bundle/{IN_BUNDLE}")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return file.getvalue()


async def bring(person: Person, content: bytes) -> httpx.Response:
    """Open a file on the page."""
    return await person.browser.post(f"{PATH}/file", files={"file": ("brought", content)})


async def test_a_redemption_of_the_box_is_shown_with_what_is_missing(console: Console) -> None:
    console.box.receive("mug", 2, "Mug")
    console.box.claim("r-1", "mug")
    operator = await console.person(Role.OPERATOR)
    assert "r-1" in await operator.see(PATH)
    said = await operator.see(f"{PATH}?redemption=r-1")
    assert "claim.accepted, attendee" in said
    assert "workflow: the Temporal server is still starting" in said
    text = (await operator.browser.get(f"{PATH}?redemption=r-1")).text
    assert STAGES.findall(text)[-1] == "load"
    await operator.see(f"{PATH}?redemption=r-9", 404)


async def test_a_file_of_each_kind_opens(organiser: Person) -> None:
    look_back = made()
    history = (HISTORIES / "dispensed.json").read_bytes()
    saved = json.dumps(as_json(look_back)).encode()
    of_bundle = bundle(look_back, replace(look_back, redemption="r-2"))
    for content, words in (
        (history, "activity claim"),
        (saved, "latch pad.latch on"),
        (of_bundle, "r-2"),
    ):
        answer = await bring(organiser, content)
        assert answer.status_code == 200
        assert words in words_of(answer)
    second = await organiser.see(f"{answer.url.path}?{answer.url.query.decode()}&redemption=r-2")
    assert "redemption.loaded, anna" in second


async def test_what_is_no_such_file_is_refused_and_changes_nothing(organiser: Person) -> None:
    for content in (b"a shopping list", bundle()):
        answer = await bring(organiser, content)
        assert answer.status_code == 422
        assert "Looking back" in words_of(answer)


async def test_it_is_for_who_answers_at_the_box(console: Console) -> None:
    for role in (Role.ATTENDANT, Role.VIEWER):
        person = await console.person(role, f"a {role}")
        await person.see(PATH, 403)
