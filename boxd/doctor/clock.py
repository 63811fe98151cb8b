"""Checks of the clock: set by the network, and trusted by the box."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from boxd.clock import duration
from boxd.doctor.check import Check
from boxd.doctor.check_context import CheckContext
from boxd.doctor.finding import Finding, Skip, passed, warned
from boxd.doctor.ledger_reading import reading

FAMILY = "Clock"

_SLACK_S = 2.0
_SET = "sudo timedatectl set-time ...   # or, if the clock is right: boxd clock trust"


def by_the_network(context: CheckContext) -> Iterator[Finding]:
    """A time server sets the kernel's clock."""
    if context.looked.is_synchronised:
        yield passed("a time server sets it")
    elif context.looked.keeps_time:
        yield passed("no time server, but a clock with a battery")
    else:
        yield warned(
            "no time server has set it; the box works, and counts its own time meanwhile",
            "timedatectl timesync-status   # is the network there?",
        )


def believed(context: CheckContext) -> Iterator[Finding]:
    """The box trusts its clock; asks the daemon, or the ledger if no daemon runs."""
    if context.is_served:
        clock = context.answer("/api/v1/clock")
        yield warned(clock["why"], _SET) if clock["why"] else passed("the box goes by it")
        return
    with reading(context) as ledger:
        row = ledger.execute("SELECT at FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    if row is None:
        raise Skip("nothing has been recorded yet")
    behind_s = (datetime.fromisoformat(row["at"]) - context.looked.wall).total_seconds()
    if behind_s > _SLACK_S:
        yield warned(f"it is {duration(behind_s)} behind the newest record", _SET)
    else:
        yield passed("it is ahead of everything recorded")


CHECKS = (
    Check(FAMILY, "network time", by_the_network, "no time server has set the clock (warned)"),
    Check(FAMILY, "belief", believed, "the clock is behind what was recorded, or jumped (warned)"),
)
