"""The table of the API: every operation, and the roles of tokens and staff that may call it.

No other place decides that.

`hud`: on loopback, where the operator's screen is, it needs neither token nor session.
`socket_only`: only on the commands' socket, whose file permissions are the authorisation; that
socket has every operation.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from boxd.api import (
    alarms,
    attendees,
    audit,
    backups,
    box,
    box_name,
    clock,
    code_batches,
    codes,
    devices,
    event,
    housekeeping,
    inbox,
    issues,
    lights,
    links,
    lockers,
    metrics,
    notices,
    outbox,
    phones,
    prize_pictures,
    prizes,
    recoveries,
    redemptions,
    rehearsal,
    report,
    sheets,
    staff,
    stock_moves,
    switches,
    task_kinds,
    tasks,
    tokens,
)
from boxd.api.bodies import IMPORT_LIMIT
from boxd.api.operations import Handler, Operation
from boxd.api.prize_pictures import PICTURE_LIMIT
from boxd.roles import Role
from boxd.web.api_prefix import PREFIX


def _operation(method: str, path: str, handler: Handler, *roles: Role, **more: Any) -> Operation:
    return Operation(method, PREFIX + path, handler, frozenset(roles), **more)


_get = partial(_operation, "GET")
_post = partial(_operation, "POST")
_commands = partial(_operation, socket_only=True)

_APP, _VIEWER, _ATTENDANT = Role.ATTENDEE_APP, Role.VIEWER, Role.ATTENDANT
_OPERATOR, _ORGANISER = Role.OPERATOR, Role.ORGANISER
_BOX = (_OPERATOR, _ORGANISER)
_WATCHING = (_VIEWER, *_BOX)
_STAFF = (_VIEWER, _ATTENDANT, _OPERATOR, _ORGANISER)
_FLOOR = (_APP, _ATTENDANT, _ORGANISER)

SCRAPED = "/metrics"
"""Where Prometheus looks for `metrics` unless it is told otherwise."""

OPERATIONS: tuple[Operation, ...] = (
    # The box as a whole
    _get("/status", box.status, *_STAFF, hud=True),
    _get("/events", box.events, *_WATCHING),
    _get("/metrics", metrics.metrics, *_WATCHING, media_type="text/plain"),
    _get("/devices", devices.devices, *_WATCHING, hud=True),
    _get("/alarms", alarms.alarms, *_STAFF, hud=True),
    _post("/alarms/{alarm}/clear", alarms.clear_alarm, *_BOX),
    _get("/audit", audit.audit, _ORGANISER),
    _get("/report", report.report, *_WATCHING),
    _get("/audit/head", audit.audit_head, _ORGANISER),
    _get("/audit/search", audit.search_audit, _ORGANISER),
    _get("/audit/verification", audit.verify_audit, _ORGANISER),
    # Recoveries: runbooks that run
    _get("/playbooks", recoveries.playbooks, *_BOX),
    _get("/recoveries", recoveries.recoveries, *_BOX),
    _post("/recoveries", recoveries.start_recovery, *_BOX, status=201, is_repeatable=True),
    _get("/recoveries/{recovery}", recoveries.recovery, *_BOX),
    _get("/recoveries/{recovery}/record", recoveries.recovery_record, *_BOX),
    _post("/recoveries/{recovery}/answers", recoveries.answer_recovery, *_BOX, is_repeatable=True),
    # Tasks: what attendees do to earn codes
    _get("/task-kinds", tasks.kinds, *_FLOOR),
    _post("/task-kinds", task_kinds.publish_kinds, _ORGANISER, body_limit=IMPORT_LIMIT),
    _get("/task-kinds/{kind}", task_kinds.kind_versions, _ORGANISER),
    _post("/task-kinds/{kind}/withdraw", task_kinds.withdraw_kind, _ORGANISER),
    _get("/tasks", tasks.tasks, *_FLOOR),
    _post("/tasks", tasks.start, _APP, _ORGANISER, status=201, is_repeatable=True),
    _get("/tasks/{task}", tasks.task, *_FLOOR),
    _post("/tasks/{task}/scans", tasks.scan, *_FLOOR, is_repeatable=True),
    _post("/tasks/{task}/submission", tasks.submission, _APP, _ORGANISER, is_repeatable=True),
    _post(
        "/tasks/{task}/photo",
        tasks.hand_in_photo,
        _APP,
        _ORGANISER,
        is_repeatable=True,
        body_limit=PICTURE_LIMIT,
    ),
    _get("/tasks/{task}/photo", tasks.photo, _ATTENDANT, _ORGANISER, media_type="image/jpeg"),
    _post("/tasks/{task}/verdict", tasks.verdict, _ATTENDANT, _ORGANISER, is_repeatable=True),
    _post(
        "/tasks/{task}/withdrawal",
        tasks.withdrawal,
        _APP,
        _ATTENDANT,
        _ORGANISER,
        is_repeatable=True,
    ),
    _post("/tasks/{task}/code", tasks.issue_again, _ORGANISER),
    _get("/inbox", inbox.inbox_of_attendants, _ATTENDANT, _ORGANISER),
    _post("/inbox/{task}/verdict", inbox.judge, _ATTENDANT, _ORGANISER),
    _post("/inbox/{task}/undo", inbox.undo, _ATTENDANT, _ORGANISER),
    _post("/issues", issues.issue, _ORGANISER, is_repeatable=True),
    # People
    _get("/attendees", attendees.attendees, _ORGANISER),
    _post("/attendees", attendees.add, _ORGANISER, body_limit=IMPORT_LIMIT),
    _get("/attendees/details", attendees.attendee, _ORGANISER),
    _post("/attendees/forget", attendees.forget, _ORGANISER),
    # Links for phones
    _post("/attendees/links", links.attendee_links, _APP, _ORGANISER, body_limit=IMPORT_LIMIT),
    _post("/checkpoints/links", links.checkpoint_links, _ORGANISER, body_limit=IMPORT_LIMIT),
    _get("/box-name", box_name.box_name, _ORGANISER),
    _post("/box-name", box_name.choose_box_name, _ORGANISER),
    _get("/phones", phones.phones, _ORGANISER),
    _post("/phones/address", phones.choose_phones_address, _ORGANISER),
    _post("/sheets/printed", sheets.note_printed, _ORGANISER),
    # Codes
    _get("/attendees/{attendee}/codes", codes.attendee_codes, _APP, _ORGANISER),
    _get("/codes", codes.codes, *_BOX),
    _post("/codes", codes.issue_codes, _ORGANISER, status=201),
    _post("/code-search", codes.find_code, _ORGANISER),
    _get("/codes/{code}", codes.code, _ORGANISER),
    _post("/codes/{code}/void", codes.void_code, _ORGANISER),
    _post("/codes/{code}/variant", codes.choose_variant, _APP, _ORGANISER),
    # Prizes
    _get("/prizes", prizes.prizes, *_STAFF, hud=True),
    _post("/prizes/import", prizes.import_prizes, _ORGANISER, body_limit=IMPORT_LIMIT),
    _post("/prizes/count", prizes.recount_prizes, _ORGANISER, body_limit=IMPORT_LIMIT),
    _post("/prizes", prizes.add_prize, _ORGANISER, status=201),
    _post("/prizes/{sku}/change", prizes.change_prize, _ORGANISER),
    _post("/prizes/{sku}/count", prizes.count_prize, _ORGANISER),
    _post("/prizes/{sku}/retire", prizes.retire_prize, _ORGANISER),
    _post(
        "/prizes/{sku}/picture", prize_pictures.put_picture, _ORGANISER, body_limit=PICTURE_LIMIT
    ),
    _post("/prizes/{sku}/variants", prizes.add_variants, _ORGANISER, status=201),
    _post("/prizes/{sku}/picture/remove", prize_pictures.remove_picture, _ORGANISER),
    _post("/prizes/{sku}/adjust", prizes.adjust_prize, _ORGANISER),
    # Stock between boxes
    _get("/stock-moves", stock_moves.stock_moves_under_way, *_WATCHING, hud=True),
    _post("/stock-moves", stock_moves.send_stock, *_BOX, status=201),
    _post("/stock-moves/{move}/arrival", stock_moves.sign_for_stock, *_BOX),
    _post("/stock-moves/{move}/settlement", stock_moves.settle_stock, *_BOX),
    # Lockers
    _get("/lockers", lockers.lockers, *_WATCHING, hud=True),
    _post("/lockers/{locker}/open", lockers.open_locker, *_BOX),
    _post("/lockers/{locker}/out-of-service", lockers.take_out_of_service, *_BOX),
    _post("/lockers/{locker}/in-service", lockers.take_into_service, *_BOX),
    # Lights
    _get("/lights", lights.lights, *_WATCHING, hud=True),
    _post("/lights", lights.choose_show, _ORGANISER),
    _post("/bays/{bay}/lights", lights.preview, *_BOX, hud=True),
    # Redemptions
    _get("/redemptions", redemptions.redemptions, *_WATCHING, hud=True),
    _get("/redemptions/{redemption}", redemptions.redemption, *_WATCHING, hud=True),
    _get("/redemptions/{redemption}/look-back", redemptions.look_back, *_BOX),
    _post(
        "/redemptions/{redemption}/{kind}",
        redemptions.answer,
        *_BOX,
        hud=True,
        is_repeatable=True,
    ),
    # Staff: people by name, each with their devices
    _get("/staff", staff.staff, _ORGANISER),
    _post("/staff", staff.invite_staff, _ORGANISER, status=201),
    _post("/staff/end", staff.end_staff_sessions, _ORGANISER),
    _post("/staff/remove", staff.remove_staff, _ORGANISER),
    _post("/staff/sessions/{session}/end", staff.end_staff_session, _ORGANISER),
    # Before and after the event
    _get("/event", event.event, _ORGANISER),
    _post("/event/close", event.close_event, _ORGANISER),
    _post("/event/open", event.open_event, _ORGANISER),
    _get("/rehearsal", rehearsal.rehearsal, _ORGANISER),
    _post("/rehearsal", rehearsal.begin_rehearsal, _ORGANISER),
    _post("/rehearsal/end", rehearsal.end_rehearsal, _ORGANISER),
    # Looking after the box
    _get("/switches", switches.switches, _ORGANISER),
    _post("/switches/{name}", switches.turn_switch, _ORGANISER),
    _get("/schedules", housekeeping.schedules, _ORGANISER),
    _post("/schedules/{name}/run", housekeeping.run_schedule, _ORGANISER),
    _get("/backups", backups.backups, _ORGANISER),
    _post("/backups", backups.back_up, _ORGANISER, status=201),
    _get(
        "/backups/{file}",
        backups.download_backup,
        _ORGANISER,
        media_type="application/octet-stream",
    ),
    _get("/notices", notices.notice_ways, _ORGANISER),
    _get("/outbox", outbox.outbox, _ORGANISER),
    _post("/outbox/resend", outbox.resend, _ORGANISER),
    _get("/tokens", tokens.tokens, _ORGANISER),
    _post("/tokens", tokens.create_token, _ORGANISER, status=201),
    _post("/tokens/{name}/revoke", tokens.revoke_token, _ORGANISER),
    _post("/devices/self-test", devices.test_unattended, *_BOX),
    # Only for the commands
    _commands("GET", "/clock", clock.clock),
    _commands("POST", "/clock/trust", clock.trust),
    _commands("POST", "/code-batches/{batch}", code_batches.make_batch, is_repeatable=True),
    _commands("GET", "/code-batches/{batch}", code_batches.report_batch),
    _commands("GET", "/code-batches/{batch}/codes", code_batches.batch_codes),
    _commands("GET", "/devices/events", devices.watch),
    _commands("POST", "/devices/tests", devices.begin_test),
    _commands("POST", "/devices/tests/{test}/device", devices.borrow),
    _commands("POST", "/devices/tests/{test}/put-back", devices.give_back),
    _commands("POST", "/devices/tests/{test}/lamp", devices.light),
    _commands("POST", "/devices/tests/{test}/buzzer", devices.sound),
    _commands("POST", "/devices/tests/{test}/restart", devices.restart_sensor),
)
