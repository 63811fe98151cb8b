"""Tasks, holds and draws: each way to break their rules is found."""

from __future__ import annotations

import json

import pytest

from checker import Invariant
from tests.checker.recorded_booth import RecordedBooth, only

MIDDLE = 1 << 52  # half of 53 bits: among weights 1 and 3 it falls on the second


@pytest.fixture
def earned(booth: RecordedBooth) -> RecordedBooth:
    """A day on which a task has earned a code, and another's unit is held."""
    booth.receive("pin", 5)
    for task in ("demo.7", "demo.8"):
        booth.task(task)
        booth.approve(task)
        booth.hold(task, "pin", MIDDLE, [("mug", 1), ("pin", 3)])
    booth.hand_over("demo.7", 70)
    booth.snapshot = None
    return booth


def test_a_unit_held_for_an_issue_without_a_code_is_in_order(earned: RecordedBooth) -> None:
    assert earned.findings() == []


def test_a_hold_that_is_released_in_name_only_is_found(earned: RecordedBooth) -> None:
    earned.sql("UPDATE holds SET state = 'released', ended_at = 'now' WHERE issue = 'demo.8'")
    held, unfitting = earned.findings()
    assert {held.invariant, unfitting.invariant} == {Invariant.CONSERVED}
    assert "pin: 2 units held for 1 codes" in held.what
    assert "issue demo.8 is held, but its hold is released" in unfitting.what


def test_a_code_from_an_issue_without_a_hold_is_found(earned: RecordedBooth) -> None:
    earned.sql("DELETE FROM holds WHERE issue = 'demo.7'")
    finding = only(earned.findings())
    assert "issue demo.7 is done, but nothing was held for it" in finding.what


def test_a_task_with_two_codes_is_found(earned: RecordedBooth) -> None:
    earned.sql("UPDATE issues SET task = 'demo.7' WHERE id = 'demo.8'")
    earned.sql("UPDATE holds SET state = 'coded', ended_at = 'now' WHERE issue = 'demo.8'")
    earned.sql(
        "INSERT INTO codes (id, digest, sealed, box, attendee, sku, state, issued_at, expires_at)"
        " SELECT 80, x'80', x'00', 'box-1', attendee, sku, 'ready', 'now',"
        " '2027-01-01' FROM issues WHERE id = 'demo.8'"
    )
    earned.tell("code.issued", code=80, sku="pin", detail={"issue": "demo.8"})
    earned.sql("UPDATE issues SET state = 'done', code = 80, ended_at = 'now' WHERE id = 'demo.8'")
    found = [each for each in earned.findings() if each.invariant is Invariant.PAYS_ONCE]
    assert "task demo.7 has 2 codes" in only(found).what


def test_a_reward_that_is_another_s_code_is_found(earned: RecordedBooth) -> None:
    earned.forget_the_guards()
    earned.sql("UPDATE tasks SET code = 1 WHERE id = 'demo.7'")
    finding = only(earned.findings())
    assert finding.invariant is Invariant.PAYS_ONCE
    assert "task demo.7 is rewarded with code 1, but its issues gave [70]" in finding.what


def test_a_prize_that_the_draw_did_not_fall_on_is_found(earned: RecordedBooth) -> None:
    earned.sql("UPDATE issues SET draw = 1 WHERE id = 'demo.7'")
    finding = only(earned.findings())
    assert finding.invariant is Invariant.AUDITED
    assert "issue demo.7: the draw falls on mug, not on pin" in finding.what


def test_a_code_that_the_trail_gives_to_no_issue_is_found(earned: RecordedBooth) -> None:
    earned.forget_the_guards()
    earned.sql("UPDATE issues SET code = 1 WHERE id = 'demo.7'")
    whats = [each.what for each in earned.findings() if each.invariant is Invariant.AUDITED]
    assert "code 70 was issued for demo.7, which has 1" in whats
    assert "issue demo.7 has code 1, which the audit trail does not tell" in whats


def test_an_approval_that_the_trail_does_not_tell_is_found(earned: RecordedBooth) -> None:
    earned.task("demo.9")
    earned.sql(
        "INSERT INTO issues (id, task, attendee, prizes, actor, asked_at, since)"
        " VALUES ('demo.9', 'demo.9', 9, '[]', 'Eva', 'now', 'now')"
    )
    finding = only(earned.findings())
    assert finding.invariant is Invariant.AUDITED
    assert "differ on task.approved of task demo.9" in finding.what


def test_an_issue_that_does_not_end_is_found(earned: RecordedBooth) -> None:
    earned.snapshot = {"at": "2026-11-22T12:00:00.000Z", "prompts": []}
    stuck = [each.what for each in earned.findings() if "issue" in each.what]
    assert stuck == ["the issue demo.8 of a code does not end"]


@pytest.mark.parametrize("what", ["judged", "scanned"])
def test_what_was_acknowledged_and_is_not_there_is_found(earned: RecordedBooth, what: str) -> None:
    earned.acknowledged.write_text(f'{{"what": "{what}", "id": "gone", "task": "demo.7"}}\n')
    finding = only(earned.findings())
    assert finding.invariant is Invariant.KEPT
    assert f"task demo.7 was {what} by gone" in finding.what


def test_a_verdict_that_was_acknowledged_and_is_there_is_in_order(earned: RecordedBooth) -> None:
    line = '{"what": "judged", "id": "verdict-demo.7", "task": "demo.7"}\n'
    earned.acknowledged.write_text(line)
    assert earned.findings() == []


@pytest.mark.parametrize(
    ("choice", "is_lost"), [("yes", False), ("no", True)], ids=["as it was taken", "another one"]
)
def test_an_answer_to_a_playbook_that_was_taken_is_kept(
    earned: RecordedBooth, choice: str, is_lost: bool
) -> None:
    earned.connection.execute(
        "INSERT INTO recoveries (id, playbook, title, content, step, number, actor, started_at,"
        " since) VALUES ('moved-1', 'box-moved', 'Moved', '{}', 'level', 1, 'anna', '', '')"
    )
    earned.connection.execute(
        "INSERT INTO recovery_answers (id, recovery, number, step, choice, note, booked, actor,"
        " at) VALUES ('a-1', 'moved-1', 1, 'level', 'yes', '', '', 'anna', '')"
    )
    told = {"what": "recovered", "id": "a-1", "recovery": "moved-1", "choice": choice}
    earned.acknowledged.write_text(json.dumps(told) + "\n")
    lost = [each for each in earned.findings() if each.invariant is Invariant.KEPT]
    assert [each.what for each in lost] == (
        ["answer a-1 to moved-1 was taken, but is not in the ledger"] if is_lost else []
    )
