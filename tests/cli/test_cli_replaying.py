"""A replay's steps have the audit trail's entries of their time beside them."""

from __future__ import annotations

from boxd.cli.replaying import steps
from boxd.workflows.time_machine import PastMoment


def moment(last: int, second: str) -> PastMoment:
    return PastMoment(last, f"2026-11-21T14:22:{second}Z", (), {})


def entry(second: str, action: str, cause: str = "") -> dict[str, object]:
    at = f"2026-11-21T14:22:{second}+00:00"
    return {"at": at, "action": action, "actor": "operator", "cause": cause, "detail": {}}


def test_each_step_has_what_was_recorded_since_the_one_before() -> None:
    entries = [
        entry("06.900000", "claim.accepted"),
        entry("07.100000", "answer.loaded"),
        entry("07.200000", "actuation.ordered", "attempt 1"),
        entry("59.000000", "redemption.ended"),
    ]
    found = steps([moment(7, "06.965"), moment(15, "07.254"), moment(23, "07.421")], entries)
    assert [each.recorded for each in found] == [
        ("claim.accepted by operator",),
        ("answer.loaded by operator", "actuation.ordered by operator (attempt 1)"),
        ("redemption.ended by operator",),
    ]


def test_without_entries_the_steps_are_the_workflows_alone() -> None:
    assert [each.recorded for each in steps([moment(7, "06.965")], [])] == [()]
