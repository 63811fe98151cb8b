"""The tasks in the console: made in a form, previewed, published, versioned, saved as files."""

from __future__ import annotations

from boxd.ledger import attendees, task_kinds, task_standings, tasks
from boxd.roles import Role
from boxd.task import TaskStanding
from tests.console.conftest import Console, Person, words_of

WALK = {
    "name": "Walk around",
    "text": "Find the signs.",
    "checkpoints": "Entrance\nRoof terrace\n",
    "needed": "1",
    "tries": "3",
    "name-en": "",
}


def begun(console: Console, kind: str, attendee: str) -> TaskStanding:
    ledger = console.box.ledger
    number = ledger.write_now(lambda tx: attendees.number_of(tx, attendee))
    return ledger.write_now(lambda tx: tasks.start(tx, kind, number, "app"))


async def test_a_task_is_made_seen_as_a_phone_shows_it_and_published_without_a_restart(
    console: Console, organiser: Person
) -> None:
    seen = await organiser.press("/o/tasks/preview", **WALK)
    assert "Walk around to do Find the signs. Entrance Roof terrace" in seen
    said = await organiser.press("/o/tasks/edit", **WALK)
    assert "The task is published: phones show it now." in said
    found = console.box.ledger.write_now(
        lambda tx: task_kinds.require(tx.connection, "walk-around")
    )
    assert found.kind.checkpoints == ("entrance", "roof-terrace")
    assert (found.kind.needed, found.version, found.publisher) == (1, 1, "Olga (staff)")
    assert begun(console, "walk-around", "badge-1").scans_missing == 1


async def test_open_tasks_keep_the_version_they_began_with(
    console: Console, organiser: Person
) -> None:
    await organiser.press("/o/tasks/edit", **WALK)
    before = begun(console, "walk-around", "badge-1")
    again = WALK | {"kind": "walk-around", "after": "1", "needed": "", "verdict": "yes"}
    await organiser.press("/o/tasks/edit", **again)
    after = begun(console, "walk-around", "badge-2")
    kept = console.box.ledger.write_now(
        lambda tx: task_standings.require(tx.connection, before.task)
    )
    assert kept == before
    assert (after.kind.needed, after.kind.verdict) == (2, True)
    shown = await organiser.see("/o/tasks/edit?kind=walk-around")
    assert "Olga 1 Start from it" in shown
    # Somebody else has published since this form was opened.
    said = await organiser.press("/o/tasks/edit", 409, **again)
    assert "has version 2 by now, and you looked at 1" in said


async def test_what_the_file_has_is_the_files_and_what_asks_for_nothing_is_refused(
    console: Console, organiser: Person
) -> None:
    said = await organiser.press("/o/tasks/edit", 409, **(WALK | {"kind": "hunt", "after": "1"}))
    assert "is written in the configuration file" in said
    said = await organiser.press("/o/tasks/edit", 422, name="Nothing", checkpoints="")
    assert "The task asks for nothing" in said


async def test_a_task_is_withdrawn_and_published_again_from_the_file_it_was_saved_in(
    console: Console, organiser: Person
) -> None:
    texts = {"name-de": "Rundgang", "text-de": 'Finde die "Schilder".'}
    await organiser.press("/o/tasks/edit", **(WALK | texts))
    saved = await organiser.browser.get("/o/tasks/file?kind=walk-around")
    await organiser.press("/o/tasks/withdraw", kind="walk-around")
    assert "offered to nobody" in await organiser.see("/o/tasks")
    answer = await organiser.browser.post("/o/tasks/file", files={"file": ("t", saved.content)})
    assert "The tasks of the file are published." in words_of(answer)
    found = console.box.ledger.write_now(
        lambda tx: task_kinds.require(tx.connection, "walk-around")
    )
    assert (found.version, found.is_offered) == (1, True)
    assert found.kind.in_language("de").text == 'Finde die "Schilder".'
    broken = await organiser.browser.post("/o/tasks/file", files={"file": ("t", b"[[tasks]\n")})
    assert (broken.status_code, "line 1" in words_of(broken)) == (422, True)


async def test_an_operator_does_not_see_the_tasks(console: Console) -> None:
    operator = await console.person(Role.OPERATOR, "Otto")
    assert "Not for your role" in await operator.see("/o/tasks", 403)
