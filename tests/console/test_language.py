"""The console in Japanese: no page has English left on it."""

from __future__ import annotations

from tests.console.conftest import Console, Person
from tests.words.leftovers import english_on, named_in

# Without the audit trail, whose rows are shown as they are kept, for programs too.
PAGES = (
    "/o",
    "/o/prizes",
    "/o/prizes?edit=mug",
    "/o/prizes/recount",
    "/o/prizes/file",
    "/o/tasks",
    "/o/tasks/edit",
    "/o/tasks/edit?kind=demo",
    "/o/inbox",
    "/o/people",
    "/o/people/1",
    "/o/people/file",
    "/o/rehearsal",
    "/o/print",
    "/o/report",
    "/o/wall",
    "/o/lights",
    "/o/recovery",
    "/o/access",
    "/o/close",
    "/o/upkeep",
    "/w",
)


async def test_no_page_has_english_left_on_it(console: Console, organiser: Person) -> None:
    console.box.receive("mug", 3, "マグカップ")
    console.box.issue("mug", "山田")
    organiser.browser.headers["Accept-Language"] = "ja"
    await organiser.press("/o/wall/turn", on="yes")
    known = [*named_in(console.box.parts.config), "Olga", "anna", "mug"]
    left = {}
    for page in PAGES:
        answer = await organiser.browser.get(page)
        assert answer.status_code == 200, page
        if found := english_on(answer.text, known):
            left[page] = found
    assert left == {}
