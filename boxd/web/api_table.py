"""The table of the API: every operation, and which role may ask for it. There is no other place.

`hud`: on loopback, where the operator's screen is, it needs no token. `socket_only`: the commands'
socket, whose file permissions are the authorisation, has all of it; what is marked so only there.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from boxd.roles import Role
from boxd.web import (
    api_box,
    api_clock,
    api_codes,
    api_housekeeping,
    api_links,
    api_lockers,
    api_organiser,
    api_outbox,
    api_prizes,
    api_redemptions,
    api_tasks,
    api_tokens,
    device_routes,
)
from boxd.web.bodies import IMPORT_LIMIT
from boxd.web.operations import PREFIX, Handler, Operation


def _operation(method: str, path: str, handler: Handler, *roles: Role, **more: Any) -> Operation:
    return Operation(method, PREFIX + path, handler, frozenset(roles), **more)


_get = partial(_operation, "GET")
_post = partial(_operation, "POST")
_commands = partial(_operation, socket_only=True)

_APP, _ATTENDANT = Role.ATTENDEE_APP, Role.ATTENDANT
_OPERATOR, _ORGANISER = Role.OPERATOR, Role.ORGANISER
_BOX = (_OPERATOR, _ORGANISER)
_STAFF = (_ATTENDANT, _OPERATOR, _ORGANISER)
_FLOOR = (_APP, _ATTENDANT, _ORGANISER)

OPERATIONS: tuple[Operation, ...] = (
    # The box as a whole
    _get("/status", api_box.status, *_STAFF, hud=True),
    _get("/events", api_box.events, *_BOX),
    _get("/devices", api_box.devices, *_BOX, hud=True),
    _get("/alarms", api_box.alarms, *_STAFF, hud=True),
    _post("/alarms/{alarm}/clear", api_box.clear_alarm, *_BOX),
    _get("/audit", api_box.audit, _ORGANISER),
    # Tasks: what attendees do to earn codes
    _get("/task-kinds", api_tasks.kinds, *_FLOOR),
    _get("/tasks", api_tasks.tasks, *_FLOOR),
    _post("/tasks", api_tasks.start, _APP, _ORGANISER, status=201, is_repeatable=True),
    _get("/tasks/{task}", api_tasks.task, *_FLOOR),
    _post("/tasks/{task}/scans", api_tasks.scan, *_FLOOR, is_repeatable=True),
    _post("/tasks/{task}/submission", api_tasks.submission, _APP, _ORGANISER, is_repeatable=True),
    _post("/tasks/{task}/verdict", api_tasks.verdict, _ATTENDANT, _ORGANISER, is_repeatable=True),
    _post("/tasks/{task}/code", api_tasks.issue_again, _ORGANISER),
    _post("/issues", api_tasks.issue, _ORGANISER, is_repeatable=True),
    # Links that phones open
    _post("/attendees/links", api_links.attendee_links, _APP, _ORGANISER, body_limit=IMPORT_LIMIT),
    _post("/checkpoints/links", api_links.checkpoint_links, _ORGANISER, body_limit=IMPORT_LIMIT),
    # Codes
    _get("/attendees/{attendee}/codes", api_codes.attendee_codes, _APP, _ORGANISER),
    _get("/codes", api_codes.codes, *_BOX),
    _post("/codes", api_codes.issue_codes, _ORGANISER, status=201),
    _get("/codes/{code}", api_codes.code, _ORGANISER),
    _post("/codes/{code}/void", api_codes.void_code, _ORGANISER),
    # Prizes
    _get("/prizes", api_prizes.prizes, *_STAFF, hud=True),
    _post("/prizes/import", api_prizes.import_prizes, _ORGANISER, body_limit=IMPORT_LIMIT),
    _post("/prizes/{sku}/adjust", api_prizes.adjust_prize, _ORGANISER),
    # Lockers
    _get("/lockers", api_lockers.lockers, *_BOX, hud=True),
    _post("/lockers/{locker}/open", api_lockers.open_locker, *_BOX),
    _post("/lockers/{locker}/out-of-service", api_lockers.take_out_of_service, *_BOX),
    _post("/lockers/{locker}/in-service", api_lockers.take_into_service, *_BOX),
    # Redemptions
    _get("/redemptions", api_redemptions.redemptions, *_BOX, hud=True),
    _get("/redemptions/{redemption}", api_redemptions.redemption, *_BOX, hud=True),
    _post(
        "/redemptions/{redemption}/{kind}",
        api_redemptions.answer,
        *_BOX,
        hud=True,
        is_repeatable=True,
    ),
    # By the commands alone
    _commands("GET", "/tokens", api_tokens.tokens),
    _commands("POST", "/tokens", api_tokens.create_token, status=201),
    _commands("POST", "/tokens/{name}/revoke", api_tokens.revoke_token),
    _commands("GET", "/clock", api_clock.clock),
    _commands("POST", "/clock/trust", api_clock.trust),
    _commands("GET", "/schedules", api_housekeeping.schedules),
    _commands("POST", "/schedules/{name}/run", api_housekeeping.run_schedule),
    _commands("POST", "/backups", api_housekeeping.back_up, status=201),
    _commands("GET", "/attendees", api_organiser.attendees),
    _commands("GET", "/attendees/details", api_organiser.attendee),
    _commands("POST", "/attendees/forget", api_organiser.forget),
    _commands("POST", "/code-batches", api_organiser.begin_batch, status=201),
    _commands("POST", "/code-batches/{batch}/codes", api_organiser.stage, body_limit=IMPORT_LIMIT),
    _commands("GET", "/code-batches/{batch}/codes", api_organiser.made_codes),
    _commands("GET", "/code-batches/{batch}/look", api_organiser.look_through),
    _commands("POST", "/code-batches/{batch}/make", api_organiser.make_batch),
    _commands("POST", "/code-batches/{batch}/drop", api_organiser.drop_batch),
    _commands("GET", "/report", api_organiser.report),
    _commands("GET", "/outbox", api_outbox.outbox),
    _commands("POST", "/outbox/resend", api_outbox.resend),
    _commands("GET", "/devices/events", device_routes.watch),
    _commands("POST", "/devices/self-test", device_routes.test_unattended),
    _commands("POST", "/devices/tests", device_routes.begin_test),
    _commands("POST", "/devices/tests/{test}/device", device_routes.borrow),
    _commands("POST", "/devices/tests/{test}/put-back", device_routes.give_back),
    _commands("POST", "/devices/tests/{test}/lamp", device_routes.light),
    _commands("POST", "/devices/tests/{test}/buzzer", device_routes.sound),
)
