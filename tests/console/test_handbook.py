"""The documents in the console: for the staff, and linked from every page of theirs."""

from __future__ import annotations

from boxd.roles import Role
from tests.console.conftest import Console


async def test_the_staff_reads_the_documents_and_a_stranger_is_asked_who_they_are(
    console: Console,
) -> None:
    stranger = console.browser()
    assert (await stranger.get("/o/docs")).status_code == 401
    viewer = await console.person(Role.VIEWER)
    assert 'href="/o/docs"' in (await viewer.browser.get("/o")).text
    assert "Running an event" in await viewer.see("/o/docs")
    assert 'href="/o/docs/operators' in (await viewer.browser.get("/o/docs/organisers")).text


async def test_the_box_itself_shows_them_to_whoever_stands_at_it(console: Console) -> None:
    assert (await console.browser().get("/docs/maintainers")).status_code == 200
