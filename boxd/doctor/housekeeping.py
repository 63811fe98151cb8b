"""Checks of what the box does by itself: schedules, the outbox for upstream, notices."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from boxd.doctor.check import Check
from boxd.doctor.check_context import CheckContext, Json
from boxd.doctor.finding import Finding, Skip, failed, passed, warned
from boxd.doctor.ledger_reading import reading
from boxd.ledger import notices as phone_notices
from boxd.ledger import outbox as waiting_room

FAMILY = "Housekeeping"

_LATE = timedelta(hours=1)


def schedules(context: CheckContext) -> Iterator[Finding]:
    """No schedule is paused, and the last run of each was good."""
    found = context.answer("/api/v1/schedules")["schedules"]
    for each in found:
        yield from _of_one(each, context)
    if not found:
        raise Skip("this box has no schedules")


def _of_one(schedule: Json, context: CheckContext) -> Iterator[Finding]:
    name, last = schedule["name"], schedule["last"] or {}
    if schedule["paused"]:
        from boxd.workflows.housekeeping.schedules import schedule_id

        yield warned(
            f"{name} is paused: {schedule['note'] or 'nobody said why'}",
            f"boxd temporal schedule toggle --unpause --reason 'it is mended'"
            f" --schedule-id {schedule_id(context.name, name)}",
        )
    elif last.get("state") == "failed":
        yield failed(f"{name} failed: {last['said']}", f"boxd schedules run {name}")
    elif _is_late(schedule, context.now):
        yield failed(
            f"{name} was due at {schedule['next_at']} and has not begun",
            "sudo systemctl restart boxd   # then: boxd schedules list",
        )
    else:
        yield passed(f"{name}: {last.get('state') or 'not run yet'}")


def _is_late(schedule: Json, now: datetime) -> bool:
    due = schedule["next_at"]
    return bool(due) and datetime.fromisoformat(due) < now - _LATE


def outbox(context: CheckContext) -> Iterator[Finding]:
    """Events for upstream: how many wait, since when, and how many were refused for good."""
    if context.config.upstream.url is None:
        raise Skip("this box has no upstream")
    with reading(context) as ledger:
        depth = waiting_room.depth(ledger)
    if depth.is_full:
        yield failed(
            f"full: {depth.waiting} events wait, later ones are in the audit trail alone",
            "boxd outbox list   # why upstream does not take them; is it there?",
        )
    elif depth.oldest_at and datetime.fromisoformat(depth.oldest_at) < context.now - _LATE:
        yield warned(
            f"{depth.waiting} events wait, the first since {depth.oldest_at}",
            "boxd outbox list   # why upstream does not take them",
        )
    if depth.dead:
        yield warned(
            f"upstream has refused {depth.dead} events for good",
            "boxd outbox list --dead   # why; once that is mended: boxd outbox resend",
        )
    yield passed(f"{depth.waiting} wait, {depth.delivered} delivered ever")


def notices(context: CheckContext) -> Iterator[Finding]:
    """Notices to people's phones: whether each way takes them."""
    names = context.config.notices.ways
    if not names:
        raise Skip("this box tells no phones")
    with reading(context) as ledger:
        found = phone_notices.standing(ledger, names)
    for each in found:
        said = f"{each.way}: {each.sent} sent, {each.waiting} wait, {each.given_up} given up"
        if each.why:
            yield warned(f"{said}; the last try: {each.why}", "boxd config show   # [notices]")
        else:
            yield passed(said)


CHECKS = (
    Check(
        FAMILY,
        "schedules",
        schedules,
        "one is paused, failed, or an hour late",
        quotes_people=True,
    ),
    Check(
        FAMILY,
        "outbox",
        outbox,
        "full (failed); events wait for an hour, or were refused for good (warned)",
        40,
    ),
    Check(
        FAMILY,
        "notices",
        notices,
        "a way takes no notices (warned)",
        quotes_people=True,
    ),
)
