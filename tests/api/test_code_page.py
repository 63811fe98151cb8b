"""The page of an attendee with a code, at a box whose bays have no reader."""

from __future__ import annotations

from pathlib import Path

from tests.api.live_box import client, live_box
from tests.api.test_staff_sessions import with_phones


async def test_a_code_is_shown_where_it_can_only_be_typed(tmp_path: Path) -> None:
    async with live_box(with_phones(tmp_path)) as box:
        box.receive("mug", 1)
        code = str(box.issue("mug", "badge-7")["code"])
        (link,) = await box.services.links.of_attendees(["badge-7"], renew=False, actor="anna")
        path = link.url.removeprefix("http://box-1.local:4322")
        for each in (path, f"{path}/now"):
            page = await client(box.application().for_phones()).get(each)
            assert page.status_code == 200
            assert code[:4] in page.text
            assert "press Enter" in page.text
