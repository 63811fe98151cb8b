"""Who may ask what: the table, held against what was meant and against what is answered."""

from __future__ import annotations

import pytest

from boxd.api.operations import Operation
from boxd.api.table import OPERATIONS
from boxd.ledger import tokens
from boxd.roles import Role
from tests.api.live_box import LiveBox, bearer, client

READS_TASKS = {"GET /task-kinds", "GET /tasks", "GET /tasks/{task}"}
WATCHES = {"GET /status", "GET /alarms", "GET /prizes"}
LOOKS_INSIDE = {
    "GET /events",
    "GET /metrics",
    "GET /devices",
    "GET /lights",
    "GET /lockers",
    "GET /redemptions",
    "GET /redemptions/{redemption}",
    "GET /report",
    "GET /stock-moves",
}

# What each role is meant to be able to do; an organiser: everything by token.
MEANT: dict[Role, set[str]] = {
    Role.ATTENDEE_APP: READS_TASKS
    | {
        "POST /tasks",
        "POST /tasks/{task}/scans",
        "POST /tasks/{task}/submission",
        "POST /tasks/{task}/photo",
        "POST /tasks/{task}/withdrawal",
        "GET /attendees/{attendee}/codes",
        "POST /codes/{code}/variant",
        "POST /attendees/links",
    },
    Role.ATTENDANT: READS_TASKS
    | WATCHES
    | {
        "POST /tasks/{task}/scans",
        "POST /tasks/{task}/verdict",
        "GET /tasks/{task}/photo",
        "POST /tasks/{task}/withdrawal",
        "GET /inbox",
        "POST /inbox/{task}/verdict",
        "POST /inbox/{task}/undo",
    },
    Role.VIEWER: WATCHES | LOOKS_INSIDE,
    Role.OPERATOR: WATCHES
    | LOOKS_INSIDE
    | {
        "POST /alarms/{alarm}/clear",
        "POST /bays/{bay}/lights",
        "POST /lockers/{locker}/open",
        "POST /lockers/{locker}/out-of-service",
        "POST /lockers/{locker}/in-service",
        "GET /codes",
        "GET /playbooks",
        "GET /recoveries",
        "GET /recoveries/{recovery}",
        "GET /recoveries/{recovery}/record",
        "GET /redemptions/{redemption}/look-back",
        "POST /recoveries",
        "POST /recoveries/{recovery}/answers",
        "POST /devices/self-test",
        "POST /redemptions/{redemption}/{kind}",
        "POST /stock-moves",
        "POST /stock-moves/{move}/arrival",
        "POST /stock-moves/{move}/settlement",
    },
}
BY_TOKEN = [each for each in OPERATIONS if not each.socket_only]
# A stream has no end; who may have it: test_phones_listener.py
ANSWERED_AT_ONCE = [each for each in BY_TOKEN if not each.path.endswith("/events")]
WITHOUT_TOKEN = {
    "GET /lights",
    "POST /bays/{bay}/lights",
    "GET /status",
    "GET /devices",
    "GET /alarms",
    "GET /prizes",
    "GET /lockers",
    "GET /redemptions",
    "GET /redemptions/{redemption}",
    "GET /stock-moves",
    "POST /redemptions/{redemption}/{kind}",
}
IN_PATH = {"redemption": "r-1", "kind": "loaded", "task": "hunt.1", "attendee": "a", "sku": "mug"}


def name_of(operation: Operation) -> str:
    return f"{operation.method} {operation.path.removeprefix('/api/v1')}"


def path_of(operation: Operation) -> str:
    parts = dict.fromkeys(operation.signature.path, "1") | IN_PATH
    return operation.path.format(**parts)


@pytest.mark.parametrize("role", [*MEANT])
def test_the_table_gives_each_role_what_was_meant(role: Role) -> None:
    assert {name_of(each) for each in BY_TOKEN if role in each.roles} == MEANT[role]


def test_an_organiser_may_all_that_a_token_may() -> None:
    assert [name_of(each) for each in BY_TOKEN if Role.ORGANISER not in each.roles] == []


def test_the_operators_screen_may_what_was_meant_without_a_token() -> None:
    assert {name_of(each) for each in OPERATIONS if each.hud} == WITHOUT_TOKEN


@pytest.mark.parametrize("role", [*Role])
async def test_nobody_may_more_than_the_table_says(box: LiveBox, role: Role) -> None:
    asking = client(box.application().for_phones(), **bearer(box.token("it", role)))
    for operation in ANSWERED_AT_ONCE:
        before = box.trail()
        response = await asking.request(operation.method, path_of(operation), json={})
        if role in operation.roles:
            assert response.status_code not in {401, 403, 500}, name_of(operation)
        else:
            assert (response.status_code, box.trail()) == (403, before), name_of(operation)
            assert f"the role {role}" in response.json()["detail"]


async def test_the_booths_network_gets_nothing_without_a_token(box: LiveBox) -> None:
    before = box.trail()
    asking = client(box.application().for_phones())
    for operation in OPERATIONS:
        response = await asking.request(operation.method, path_of(operation), json={})
        assert response.status_code == (404 if operation.socket_only else 401), name_of(operation)
    assert box.trail() == before


async def test_no_token_does_what_is_the_commands_alone(box: LiveBox) -> None:
    headers = bearer(box.token("it")) | {"Host": "localhost"}
    before = box.trail()
    asking = client(box.application().for_tcp(), **headers)
    for operation in (each for each in OPERATIONS if each.socket_only):
        response = await asking.request(operation.method, path_of(operation), json={})
        assert response.status_code == 403, name_of(operation)
    assert box.trail() == before


async def test_a_token_opens_on_loopback_what_the_screen_may_not(box: LiveBox) -> None:
    box.receive("mug", 3)
    headers = bearer(box.token("desk")) | {"Host": "localhost"}
    asking = client(box.application().for_tcp(), **headers)
    body = {"units": 2, "reason": "carton", "actor": "anna"}
    assert (await asking.post("/api/v1/prizes/mug/adjust", json=body)).is_success
    assert box.on_hand("mug") == 5
    assert box.trail()[-1]["actor"] == "anna (token desk)"


async def test_a_token_that_names_nobody_acts_under_its_own_name(box: LiveBox) -> None:
    box.receive("mug", 3)
    asking = client(box.application().for_phones(), **bearer(box.token("desk")))
    await asking.post("/api/v1/prizes/mug/adjust", json={"units": 2, "reason": "carton"})
    assert box.trail()[-1]["actor"] == "desk (token)"


async def test_forged_and_revoked_tokens_open_nothing(box: LiveBox) -> None:
    good, other = box.token("good"), box.token("other")
    await box.ledger.write(lambda tx: tokens.revoke(tx, "other", "anna"))
    app = box.application().for_phones()
    for header in (
        f"Bearer {other}",
        f"Bearer {good[:-1]}",
        f"Bearer {good}x",
        f"Basic {good}",
        good,
        "Bearer",
        "Bearer ",
        "bearer boxd_1_",
        f"Bearer {good} {good}",
        "Bearer \xff",
    ):
        headers = {b"Authorization": header.encode("latin-1")}
        response = await client(app).get("/api/v1/prizes", headers=headers)
        assert (response.status_code, response.headers["www-authenticate"][:6]) == (401, "Bearer")
        assert good not in response.text
    assert (await client(app, **bearer(good)).get("/api/v1/prizes")).status_code == 200


async def test_a_wrong_token_opens_not_even_what_none_would(box: LiveBox) -> None:
    headers = bearer("boxd_1_nonsense") | {"Host": "localhost"}
    response = await client(box.application().for_tcp(), **headers).get("/api/v1/status")
    assert response.status_code == 401


async def test_a_narrowed_token_opens_what_it_was_made_for_and_nothing_else(box: LiveBox) -> None:
    narrow = box.token("stock", only=("prizes", "adjust_prize"))
    asking = client(box.application().for_phones(), **bearer(narrow))
    for operation in ANSWERED_AT_ONCE:
        before = box.trail()
        response = await asking.request(operation.method, path_of(operation), json={})
        if operation.name in {"prizes", "adjust_prize"}:
            assert response.status_code != 403, name_of(operation)
        else:
            assert (response.status_code, box.trail()) == (403, before), name_of(operation)
            assert "was made for prizes, adjust_prize" in response.json()["detail"]
