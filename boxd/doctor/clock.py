"""The clock: set by the network, and not behind what the ledger has recorded."""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Iterator
from datetime import datetime, timedelta

from boxd.doctor.check import Check
from boxd.doctor.finding import Finding, NotSeen, failed, passed, warned
from boxd.doctor.ledger_reading import reading
from boxd.doctor.patient import Patient

FAMILY = "Clock"

_TIME_ERROR = 5  # what adjtimex returns while nothing has set the clock (sys/timex.h)
_TIMEX_BYTES = 256  # more than struct timex has
_SLACK = timedelta(seconds=2)


def by_the_network(_: Patient) -> Iterator[Finding]:
    """Whether the kernel knows of somebody who has set its clock since the start."""
    timex = ctypes.create_string_buffer(_TIMEX_BYTES)
    struct.pack_into("@I", timex, 0, 0)  # modes = 0: only asked, nothing is changed
    state = ctypes.CDLL(None, use_errno=True).adjtimex(timex)
    if state < 0:
        raise NotSeen("the kernel does not tell how its clock is kept")
    yield _kept(state != _TIME_ERROR)


def _kept(is_set: bool) -> Finding:
    if is_set:
        return passed("set by the network")
    return warned(
        "no time server has set it since the start; the box works, its times may be wrong",
        "timedatectl timesync-status   # without network: sudo timedatectl set-time ...",
    )


def ahead_of_the_ledger(patient: Patient) -> Iterator[Finding]:
    """Whether it is earlier now than when the newest entry of the audit trail was made."""
    with reading(patient) as ledger:
        row = ledger.execute("SELECT at FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    if row is None:
        raise NotSeen("nothing has been recorded yet")
    behind = datetime.fromisoformat(row["at"]) - patient.now
    if behind > _SLACK:
        yield failed(
            f"behind the newest entry of the audit trail by {_rounded(behind)}",
            "timedatectl   # wrong? connect the network, or: sudo timedatectl set-time ...",
        )
    else:
        yield passed("ahead of everything recorded")


def _rounded(length: timedelta) -> str:
    return str(timedelta(seconds=round(length.total_seconds())))


CHECKS = (
    Check(FAMILY, "network time", by_the_network, "no time server has set the clock"),
    Check(
        FAMILY,
        "recorded time",
        ahead_of_the_ledger,
        "the clock is behind the newest entry of the audit trail",
    ),
)
