"""Each page is small enough for a booth's WLAN, with 40 prizes, 30 staff and people who wait."""

from __future__ import annotations

from boxd.console.sections import SECTIONS
from boxd.ledger import attendees, tasks
from boxd.ledger.ledger import Transaction
from boxd.roles import Role
from tests.console.conftest import Console, Person

MOST_BYTES = 60_000


async def test_each_page_is_one_small_answer(console: Console, organiser: Person) -> None:
    for number in range(40):
        console.box.receive(f"prize-{number}", 12, f"A prize with a name of some length, {number}")

    def fill(tx: Transaction) -> None:
        for number in range(200):
            who = attendees.number_of(tx, f"badge-{number}")
            tasks.start(tx, "demo", who, "app")

    console.box.ledger.write_now(fill)
    for number in range(30):
        await console.box.services.staff.invite(f"Eva {number}", Role.ATTENDANT, "anna", 24)
    await organiser.press("/o/rehearsal/begin", people="20")
    paths = [each.path for each in SECTIONS]
    paths += ["/o/prizes?edit=prize-7", "/o/prizes/recount", "/o/tasks/edit?kind=hunt"]
    sizes = {}
    for path in paths:
        answer = await organiser.browser.get(path)
        assert answer.status_code == 200, path
        # Style and script are inside: nothing else is asked for, but for pictures of prizes.
        assert '<link rel="stylesheet"' not in answer.text
        assert "<script src" not in answer.text
        sizes[path] = len(answer.text.encode())
    large = {path: size for path, size in sizes.items() if size > MOST_BYTES}
    assert not large
