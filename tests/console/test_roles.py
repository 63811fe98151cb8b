"""What the console does for somebody is what the role may do in the API, on every path."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from types import ModuleType

from boxd.api.table import OPERATIONS
from boxd.console.sections import SECTIONS
from boxd.roles import Role
from tests.console.conftest import Console

# How the console calls the API; what streams or is a picture is required, then called.
CALLS = {"visit.act", "visit.require"}
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


def test_what_the_console_does_an_organisers_token_does_by_the_api() -> None:
    called = {
        each for section in SECTIONS for each in operations_of(inspect.getmodule(section.show))
    }
    offered = {
        each.handler for each in OPERATIONS if Role.ORGANISER in each.roles and not each.socket_only
    }
    assert len(called) > 40
    assert called <= offered


def operations_of(module: ModuleType | None) -> Iterator[object]:
    """What the acts of a section, and of the modules of the console beside it, call of the API."""
    assert module is not None
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in CALLS:
            owner, _, name = ast.unparse(node.args[0]).rpartition(".")
            yield getattr(vars(module)[owner], name)
    for beside in vars(module).values():
        if isinstance(beside, ModuleType) and beside.__name__.startswith("boxd.console."):
            yield from operations_of(beside)
