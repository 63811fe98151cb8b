"""Checks of the daemon: whether it runs, answers, and takes codes."""

from __future__ import annotations

from collections.abc import Iterator

from boxd.doctor.check import Check
from boxd.doctor.check_context import CheckContext, Json
from boxd.doctor.finding import Finding, failed, passed, warned
from boxd.errors import BoxdError

FAMILY = "Daemon"

_OF_LOCKERS = "locker_out_of_service"  # the check `lockers` reports these
_LOG = "journalctl -u boxd -n 50   # what it said last"


def daemon(context: CheckContext) -> Iterator[Finding]:
    """A boxd daemon runs for this box and says that it is ready."""
    if not context.is_served:
        yield failed("boxd does not run", f"sudo systemctl start boxd.target   # then: {_LOG}")
        return
    try:
        health: Json = context.daemon.get("/api/v1/status")["health"]
    except BoxdError as error:
        yield failed(f"boxd runs, and does not answer: {error}", "sudo systemctl restart boxd")
        return
    if health["state"] == "ready":
        yield passed("runs, and takes codes")
    elif health["state"] == "starting":
        yield warned("it is starting", "boxd doctor   # again, in some seconds")
    else:
        state = str(health["state"]).replace("_", " ")
        yield failed(f"{state}: {health['why']}", health["remedy"] or _LOG)


def alarms(context: CheckContext) -> Iterator[Finding]:
    """The alarms that the box has raised."""
    said = context.answer("/api/v1/status")["alarms"]
    standing = [alarm for alarm in said if alarm["kind"] != _OF_LOCKERS]
    for alarm in standing:
        yield warned(
            alarm["text"],
            f"boxd alarms clear {alarm['id']}   # once the cause is gone",
        )
    if not standing:
        yield passed("none stands")


def lockers(context: CheckContext) -> Iterator[Finding]:
    """Lockers that somebody took out of service."""
    out = [each for each in context.answer("/api/v1/status")["lockers"] if _is_out(each)]
    for locker in out:
        yield warned(
            f"locker {locker['id']} is out of service: {locker['reason']}",
            f"boxd lockers in-service {locker['id']}   # once it is repaired",
        )
    if not out:
        yield passed("every locker is in service")


def _is_out(locker: Json) -> bool:
    return bool(locker["state"] == "out_of_service")


CHECKS = (
    Check(FAMILY, "boxd", daemon, "boxd does not run, does not answer, or is out of service"),
    Check(FAMILY, "alarms", alarms, "an alarm stands", quotes_people=True),
    Check(FAMILY, "lockers", lockers, "a locker is out of service", quotes_people=True),
)
