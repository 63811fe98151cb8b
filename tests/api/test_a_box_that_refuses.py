"""A box that refuses to dispense: every operation says why, but for the few that still work."""

from __future__ import annotations

import pytest

from boxd.api.table import OPERATIONS
from boxd.config import Config
from boxd.errors import KeysMissing, LedgerDamaged, LedgerTooNew
from tests.api.fault_box import fault_box
from tests.api.live_box import bearer, client
from tests.api.test_roles import name_of, path_of

# What shows the box, and the tests of its devices: they need no ledger.
STILL_WORKS = {
    "GET /status",
    "GET /events",
    "GET /devices",
    "GET /lockers",
    "GET /devices/events",
    "GET /metrics",
    "POST /devices/self-test",
    "POST /devices/tests",
    "POST /devices/tests/{test}/device",
    "POST /devices/tests/{test}/put-back",
    "POST /devices/tests/{test}/lamp",
    "POST /devices/tests/{test}/buzzer",
}


def test_what_works_without_a_ledger_is_what_was_meant() -> None:
    assert {name_of(each) for each in OPERATIONS if not each.needs_box} == STILL_WORKS


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (LedgerDamaged("the ledger is damaged: page 7"), "ledger-damaged"),
        (LedgerTooNew("the ledger is of a newer boxd"), "ledger-too-new"),
        (KeysMissing("claim.key is missing"), "keys-missing"),
    ],
)
async def test_everything_else_is_answered_with_the_reason(
    config: Config, error: LedgerDamaged, kind: str
) -> None:
    async with fault_box(config, error) as application:
        command = client(application.for_socket())
        for operation in (each for each in OPERATIONS if each.needs_box):
            answer = await command.request(operation.method, path_of(operation), json={})
            assert (answer.status_code, answer.json()["detail"]) == (503, str(error))
            assert answer.json()["type"] == f"urn:boxd:problem:{kind}"


async def test_what_shows_the_box_goes_on(config: Config) -> None:
    async with fault_box(config, LedgerDamaged("the ledger is damaged")) as application:
        command = client(application.for_socket())
        status = (await command.get("/api/v1/status")).json()
        assert (status["health"]["state"], status["health"]["why"]) == (
            "out_of_service",
            "the ledger is damaged",
        )
        assert len((await command.get("/api/v1/lockers")).json()["lockers"]) == 4
        assert len((await command.get("/api/v1/devices")).json()["devices"]) == 6


async def test_no_token_can_be_looked_up(config: Config) -> None:
    async with fault_box(config, LedgerDamaged("the ledger is damaged")) as application:
        app = client(application.for_phones(), **bearer("boxd_1_nonsense"))
        answer = await app.get("/api/v1/status")
        assert (answer.status_code, answer.json()["detail"]) == (503, "the ledger is damaged")
