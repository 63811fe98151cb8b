"""Tokens and people that are for some kinds of task, or for scans at some checkpoints."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import httpx
import pytest

from boxd.api import task_scopes
from boxd.api.table import OPERATIONS
from boxd.errors import Refused
from boxd.roles import Role, TaskScope
from tests.api.live_box import WAITED_FOR_THE_ENGINE, LiveBox, bearer, client, live_box
from tests.api.test_roles import ANSWERED_AT_ONCE, name_of, path_of
from tests.api.test_staff_sessions import OWN, enrolled, with_phones

HUNT = TaskScope(kinds=("hunt",))
ENTRANCE = TaskScope(checkpoints=("entrance",))


def named(box: LiveBox, role: Role, scope: TaskScope) -> httpx.AsyncClient:
    return client(box.application().for_phones(), **bearer(box.token("it", role, scope=scope)))


async def begin(box: LiveBox, *kinds: str) -> None:
    """An attendee's tasks of these kinds; the engine is away, and they are kept."""
    app = client(box.application().for_socket())
    for kind in kinds:
        body = {"kind": kind, "attendee": "badge-7", "actor": "anna"}
        assert (await app.post("/api/v1/tasks", json=body)).status_code == 201


async def ids(asking: httpx.AsyncClient) -> Collection[str]:
    return {each["id"] for each in (await asking.get("/api/v1/tasks")).json()["tasks"]}


@pytest.mark.parametrize("scope", [HUNT, ENTRANCE, TaskScope(("hunt",), ("entrance",))])
async def test_who_is_narrowed_to_tasks_is_refused_all_else(box: LiveBox, scope: TaskScope) -> None:
    asking = named(box, Role.ORGANISER, scope)
    for operation in ANSWERED_AT_ONCE:
        if not task_scopes.has_operation(scope, operation.name):
            before = box.trail()
            answer = await asking.request(operation.method, path_of(operation), json={})
            assert (answer.status_code, box.trail()) == (403, before), name_of(operation)
            assert f"was made for {scope}, and" in answer.json()["detail"]


def test_what_is_for_the_narrowed_is_an_operation() -> None:
    assert {each.name for each in OPERATIONS} >= task_scopes.OF_KINDS > task_scopes.OF_CHECKPOINTS


async def test_a_token_for_a_kind_of_task_moves_and_reads_no_other(box: LiveBox) -> None:
    await begin(box, "hunt", "demo", "first-workflow")
    asking = named(box, Role.ORGANISER, HUNT)
    assert await ids(asking) == {"hunt.1"}
    assert (await asking.get("/api/v1/tasks/hunt.1")).status_code == 200
    (kind,) = (await asking.get("/api/v1/task-kinds")).json()["kinds"]
    assert kind["id"] == "hunt"
    before = box.trail()
    for method, path, body in (
        ("POST", "/tasks", {"kind": "demo", "attendee": "badge-8"}),
        ("GET", "/tasks/demo.1", None),
        ("GET", "/tasks/demo.1/photo", None),
        ("POST", "/tasks/first-workflow.1/scans", {"checkpoint": "workshop"}),
        ("POST", "/tasks/first-workflow.1/submission", {"text": "https://example.org"}),
        ("POST", "/tasks/first-workflow.1/photo", {"photo": "AAAA"}),
        ("POST", "/tasks/demo.1/verdict", {"approved": True}),
        ("POST", "/tasks/demo.1/withdrawal", {}),
        ("POST", "/tasks/demo.1/code", {}),
        ("POST", "/inbox/demo.1/verdict", {"approved": True}),
        ("POST", "/inbox/demo.1/undo", {}),
    ):
        answer = await asking.request(method, f"/api/v1{path}", json=body)
        assert (answer.status_code, "made for task hunt" in answer.text) == (403, True), path
    assert box.trail() == before
    own = {"kind": "hunt", "attendee": "badge-8"}
    assert (await asking.post("/api/v1/tasks", json=own)).status_code == 201


async def test_a_token_for_a_checkpoint_counts_no_scan_elsewhere(
    box: LiveBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WAITED_FOR_THE_ENGINE, 0.5)
    await begin(box, "hunt", "demo", "first-workflow")
    asking = named(box, Role.ATTENDANT, ENTRANCE)
    assert await ids(asking) == {"hunt.1"}  # no other task has this checkpoint
    (place,) = (await asking.get("/api/v1/task-kinds")).json()["checkpoints"]
    assert place["id"] == "entrance"
    before = box.trail()
    for task, checkpoint in (("hunt.1", "stage"), ("first-workflow.1", "workshop")):
        scan = {"checkpoint": checkpoint}
        answer = await asking.post(f"/api/v1/tasks/{task}/scans", json=scan)
        assert (answer.status_code, "for checkpoint entrance" in answer.text) == (403, True)
    assert (await asking.get("/api/v1/tasks/demo.1")).status_code == 403
    assert box.trail() == before
    scan = {"checkpoint": "entrance"}
    assert (await asking.post("/api/v1/tasks/hunt.1/scans", json=scan)).status_code == 503


async def test_the_inbox_shows_the_tasks_of_the_own_kinds(box: LiveBox) -> None:
    await begin(box, "demo")
    demo = TaskScope(kinds=("demo",))
    for scope, count in ((demo, 1), (HUNT, 0)):
        asking = client(
            box.application().for_phones(),
            **bearer(box.token(f"for-{count}", Role.ATTENDANT, scope=scope)),
        )
        found = (await asking.get("/api/v1/inbox")).json()
        assert (found["count"], len(found["waiting"])) == (count, count)


async def test_tasks_and_checkpoints_that_there_are_not_narrow_nothing(
    socket: httpx.AsyncClient, box: LiveBox
) -> None:
    before = box.trail()
    for said, why in (
        ({"role": "attendant", "kinds": ["hunnt"]}, "there is no 'hunnt'; there is: demo"),
        ({"role": "attendant", "checkpoints": ["bar"]}, "there is: entrance"),
        ({"role": "viewer", "kinds": ["hunt"]}, "does nothing with tasks"),
        ({"role": "organiser", "kinds": ["hunt"], "only": ["prizes"]}, "about more than task"),
    ):
        body = {"name": "gate", "actor": "anna", **said}
        refused = await socket.post("/api/v1/tokens", json=body)
        assert (refused.status_code, why in refused.text) == (422, True)
    for role in ("organiser", "operator", "viewer"):
        body = {"name": "Eva", "role": role, "kinds": ["hunt"], "actor": "anna"}
        assert (await socket.post("/api/v1/staff", json=body)).status_code == 422
    assert box.trail() == before


async def test_an_attendant_for_one_kind_judges_no_other_on_any_way(tmp_path: Path) -> None:
    async with live_box(with_phones(tmp_path)) as box:
        await begin(box, "demo", "hunt")
        phone = await enrolled(box, scope=HUNT)
        judged = await phone.post(
            "/api/v1/inbox/demo.1/verdict", json={"approved": True}, headers=OWN
        )
        assert (judged.status_code, "you are here for hunt" in judged.text) == (403, True)
        before = box.trail()
        for way in ("/o/inbox/judge", "/o/inbox/undo"):
            form = {"task": "demo.1", "word": "approve", "step": "1", "once": way}
            answer = await phone.post(way, data=form, headers=OWN)
            assert (answer.status_code, "here for hunt" in answer.text) == (403, True), way
        assert (await phone.get("/o/inbox/photo/demo.1")).status_code == 403
        assert (await phone.get("/api/v1/prizes")).status_code == 403
        assert box.trail() == before


async def test_the_operators_screen_shows_all_though_an_attendant_for_one_kind_uses_it(
    tmp_path: Path,
) -> None:
    async with live_box(with_phones(tmp_path)) as box:
        phone = await enrolled(box, scope=HUNT)
        screen = client(box.application().for_tcp(), Host="localhost")
        screen.cookies.update(phone.cookies)
        assert (await screen.get("/api/v1/status")).status_code == 200


async def test_another_invitation_changes_nobodys_tasks(box: LiveBox) -> None:
    staff = box.services.staff
    await staff.invite("Eva", Role.ATTENDANT, "anna", 1, HUNT)
    with pytest.raises(Refused, match="is there for task hunt; to change that, remove them"):
        await staff.invite("Eva", Role.ATTENDANT, "anna", 1)
