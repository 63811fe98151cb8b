"""The attendants' inbox: longest first, judged once, undone within ten seconds."""

from __future__ import annotations

import re

import pytest

from boxd.ledger import attendees, pending_verdicts, photos, task_publishing, tasks
from boxd.ledger.ledger import Transaction
from boxd.pictures.store import digest_of
from boxd.roles import Role
from boxd.task import Demand, Submission, TaskKind
from tests.console.conftest import Console, Person

SHOW = TaskKind("show", "Show it", text="Show us what you made.", verdict=True)
WHY = "Something is missing. Look at the task again."


@pytest.fixture
async def eva(console: Console) -> Person:
    """An attendant, with three people who wait."""
    console.box.ledger.write_now(lambda tx: task_publishing.declare(tx, [SHOW], []))
    for name in ("ada", "bo", "cem"):
        console.box.ledger.write_now(
            lambda tx, name=name: tasks.start(tx, "show", attendees.number_of(tx, name), "app")
        )
    return await console.person(Role.ATTENDANT, "Eva")


def pending(console: Console) -> list[str]:
    found = console.box.ledger.write_now(lambda tx: pending_verdicts.all_of(tx.connection))
    return [each.task for each in found]


async def test_the_longest_wait_comes_first(eva: Person) -> None:
    said = await eva.see("/o/inbox")
    assert "3 people are waiting." in said
    assert said.index("ada: Show it") < said.index("bo: Show it") < said.index("cem: Show it")
    assert re.search(r"Waits for \d+ s", said)


async def test_a_verdict_is_kept_shown_and_can_be_undone(console: Console, eva: Person) -> None:
    said = await eva.press("/o/inbox/judge", task="show.1", step="1", word="approve")
    assert "Approved : Show it, ada Eva" in said
    assert "Undo" in said
    assert "2 people are waiting." in said
    said = await eva.press("/o/inbox/undo", task="show.1")
    assert "The decision was undone." in said
    assert "3 people are waiting." in said
    assert pending(console) == []
    (row,) = console.actions("verdict.undone")
    assert row["actor"] == "Eva (staff)"


async def test_a_refusal_has_a_ready_reason_or_one_s_own(console: Console, eva: Person) -> None:
    said = await eva.press("/o/inbox/judge", task="show.1", step="1", word="refuse", reason=WHY)
    assert f"Refused : Show it, ada Eva: {WHY}" in said
    other = {"reason": WHY, "other": "The lid is open."}
    said = await eva.press("/o/inbox/judge", task="show.2", step="1", word="refuse", **other)
    assert "Eva: The lid is open." in said
    said = await eva.press("/o/inbox/judge", 409, task="show.3", step="1", word="refuse")
    assert "a refusal needs a reason" in said
    assert pending(console) == ["show.1", "show.2"]


async def test_two_attendants_never_judge_the_same_one(console: Console, eva: Person) -> None:
    other = await console.person(Role.ATTENDANT, "Emil")
    await eva.press("/o/inbox/judge", task="show.1", step="1", word="approve")
    said = await other.press(
        "/o/inbox/judge", 409, task="show.1", step="1", word="refuse", reason=WHY
    )
    assert "Eva (staff) has just judged this task" in said
    assert pending(console) == ["show.1"]


async def test_an_operator_has_no_inbox(console: Console) -> None:
    person = await console.person(Role.OPERATOR, "Otto")
    await person.see("/o/inbox", 403)


SELFIE = TaskKind("selfie", "Selfie", submission=Demand.PHOTO, verdict=True)
RAW = b"a photo"


async def test_a_photo_is_shown_to_those_who_judge_it_until_the_event_is_closed(
    console: Console,
) -> None:
    box, digest = console.box, digest_of(RAW)

    def hand_in(tx: Transaction) -> None:
        task_publishing.declare(tx, [SELFIE], [])
        tasks.start(tx, "selfie", attendees.number_of(tx, "ada"), "app")
        photos.note(tx, "selfie.1", digest, len(RAW))
        tasks.record(tx, Submission("s-1", "selfie.1", digest, "app", step=1))

    box.ledger.write_now(hand_in)
    folder = box.parts.config.photos_dir
    folder.mkdir()
    (folder / f"{digest}.jpg").write_bytes(RAW)
    eva = await console.person(Role.ATTENDANT, "Eva")
    page = (await eva.browser.get("/o/inbox")).text
    assert digest not in page
    assert 'alt="Photo of ada"' in page
    shown = await eva.browser.get("/o/inbox/photo/selfie.1")
    assert (shown.content, shown.headers["cache-control"]) == (RAW, "no-store")
    assert (await console.browser().get("/o/inbox/photo/selfie.1")).status_code == 401

    organiser = await console.person()
    await organiser.press("/o/close/close")
    assert list(folder.iterdir()) == []
    await eva.see("/o/inbox/photo/selfie.1", 404)
