"""What the console does for somebody is what the role may do in the API, on every path."""

from __future__ import annotations

import re

from boxd.console.sections import SECTIONS
from boxd.roles import Role
from tests.console.conftest import Console

# Enough that most forms are understood, so that it is the role that stops them.
FORM = {
    "name": "zzz", "search": "x", "locker": "1", "alarm": "1", "state": "failed", "units": "1",
    "reason": "x", "sku": "mug", "session": "1", "role": "organiser", "days": "1", "code": "1",
    "weight": "1", "task": "x.1", "word": "approve", "step": "0",
}  # fmt: skip


async def test_a_viewer_changes_nothing_whatever_button_is_pressed(console: Console) -> None:
    console.box.receive("mug", 3)
    viewer = await console.person(Role.VIEWER)
    viewer.browser.follow_redirects = False
    before = console.box.trail()
    for section in SECTIONS:
        for path in section.acts:
            pressed = section.path + re.sub(r"{[^}]+}", "1", path)
            answer = await viewer.browser.post(pressed, data=FORM)
            assert answer.status_code in {403, 404, 422}, (pressed, answer.status_code)
    assert console.box.trail() == before
