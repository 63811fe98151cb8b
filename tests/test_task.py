"""The rules of a task: what it lacks, what may be asked of it, and what follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from boxd.task import (
    LONGEST_REASON,
    LONGEST_REFERENCE,
    LONGEST_TEXT,
    MOST_SUBMISSIONS,
    MOST_SUBMITTED_BYTES,
    Asked,
    Demand,
    Scan,
    Submission,
    TaskKind,
    TaskStanding,
    TaskState,
    TaskTexts,
    Verdict,
    Withdrawal,
    counts_already,
    has_expired,
    state_after,
    task_id,
    why_refused,
)

NOW = datetime(2030, 5, 1, 9, 0, tzinfo=UTC)
KIND = TaskKind(
    "hunt", "Hunt", checkpoints=("a", "b"), needed=2, submission=Demand.TEXT, verdict=True, tries=2
)
OPEN = TaskStanding("hunt.1", KIND, 1, TaskState.OPEN, step=4, since="")
DONE = replace(OPEN, scanned=("a", "b"), is_submitted=True)
PHOTO = "0" * 64


def submitted(text: str, demand: Demand = Demand.TEXT, **standing: int) -> str:
    at = replace(OPEN, kind=replace(KIND, submission=demand), **standing)  # type: ignore[arg-type]  # fields by name
    return why_refused(at, Submission("s", "hunt.1", text, "ada"), NOW)


def judged(
    at: TaskStanding = DONE, *, approved: bool = True, reason: str = "", step: int = 0
) -> str:
    return why_refused(at, Verdict("v", "hunt.1", approved, "bob", reason, step), NOW)


def test_only_open_and_approved_tasks_go_on() -> None:
    assert {each for each in TaskState if not each.has_ended} == {"open", "approved"}


def test_a_kind_speaks_a_language_as_far_as_it_has_it() -> None:
    texts = (TaskTexts("de", "Jagd", "Such!"), TaskTexts("fr", "Chasse"))
    kind = replace(KIND, text="Seek!", translations=texts)
    found = {each: kind.in_language(each) for each in ("de", "fr", "ja")}
    assert (found["de"].name, found["de"].text) == ("Jagd", "Such!")
    assert (found["fr"].name, found["fr"].text) == ("Chasse", "Seek!")
    assert found["ja"] == kind


@pytest.mark.parametrize(
    ("at", "missing", "turn"),
    [
        (OPEN, ("scans", "submission", "verdict"), "attendee"),
        (replace(OPEN, scanned=("a",)), ("scans", "submission", "verdict"), "attendee"),
        (replace(OPEN, scanned=("a", "b")), ("submission", "verdict"), "attendee"),
        (DONE, ("verdict",), "attendant"),
        (replace(DONE, kind=replace(KIND, verdict=False)), (), "nobody"),
        (replace(OPEN, kind=replace(KIND, submission=Demand.NONE, needed=0)), ("verdict",), None),
        (replace(OPEN, state=TaskState.APPROVED), ("code",), "box"),
        (replace(OPEN, state=TaskState.EXPIRED), (), "nobody"),
    ],
)
def test_what_a_task_lacks_and_whose_turn_it_is(
    at: TaskStanding, missing: tuple[str, ...], turn: str | None
) -> None:
    assert at.missing == missing
    assert at.awaited_from == (turn or "attendant")


def test_nothing_is_missing_less_than_nothing() -> None:
    assert replace(OPEN, scanned=("a", "b", "c")).scans_missing == 0
    assert [replace(OPEN, tries_used=each).tries_left for each in (0, 1, 2, 3)] == [2, 1, 0, 0]
    assert replace(OPEN, scanned=("a",)).scans_missing == 1


def test_a_task_expires_in_the_moment_that_it_says_and_only_while_it_is_open() -> None:
    at = replace(OPEN, expires_at="2030-05-01T09:00:00.000Z")
    assert has_expired(at, NOW)
    assert not has_expired(at, NOW.replace(hour=8))
    assert not has_expired(replace(at, state=TaskState.APPROVED), NOW)
    assert not has_expired(OPEN, NOW)
    assert "expired at 2030" in why_refused(at, Scan("s", "hunt.1", "a", "ada"), NOW)


def test_what_adds_nothing_counts_already() -> None:
    given_up = replace(OPEN, state=TaskState.WITHDRAWN)
    scan, withdrawal = Scan("s", "t", "a", "ada"), Withdrawal("w", "t", "ada")
    assert counts_already(replace(OPEN, scanned=("a",)), scan)
    assert not counts_already(OPEN, scan)
    assert counts_already(given_up, withdrawal)
    assert not counts_already(OPEN, withdrawal)
    assert not counts_already(DONE, Verdict("v", "t", True, "bob"))


@pytest.mark.parametrize("state", [each for each in TaskState if each is not TaskState.OPEN])
def test_nothing_is_asked_of_a_task_that_is_over(state: TaskState) -> None:
    at, said = replace(OPEN, state=state), state.replace("_", " ")
    withdrawal = Withdrawal("w", "t", "ada")
    assert f"this task is {said};" in why_refused(at, withdrawal, NOW)
    blurred = replace(at, last_refusal="blurred")
    assert f"{said} (blurred)" in why_refused(blurred, withdrawal, NOW)
    assert why_refused(OPEN, withdrawal, NOW) == ""


def test_a_scan_is_of_one_of_its_checkpoints() -> None:
    assert why_refused(OPEN, Scan("s", "t", "b", "ada"), NOW) == ""
    assert "known: a, b" in why_refused(OPEN, Scan("s", "t", "c", "ada"), NOW).replace(
        "its checkpoints:", "known:"
    )
    without = replace(OPEN, kind=replace(KIND, checkpoints=()))
    assert why_refused(without, Scan("s", "t", "c", "ada"), NOW).endswith("none")


def test_a_submission_is_what_the_kind_demands() -> None:
    assert "nothing is to be handed in" in submitted("x", Demand.NONE)
    assert "the text is empty" in submitted(" ")
    assert "the reference is empty" in submitted("", Demand.REFERENCE)
    assert "take one" in submitted("no digest", Demand.PHOTO)
    for good in (submitted("x"), submitted("x", Demand.REFERENCE), submitted(PHOTO, Demand.PHOTO)):
        assert good == ""


@pytest.mark.parametrize(
    ("demand", "most"), [(Demand.TEXT, LONGEST_TEXT), (Demand.REFERENCE, LONGEST_REFERENCE)]
)
def test_a_submission_has_a_length(demand: Demand, most: int) -> None:
    assert submitted("x" * most, demand) == ""
    assert f"has {most + 1} characters; at most {most}" in submitted("x" * (most + 1), demand)


def test_a_try_has_so_many_submissions_and_so_many_bytes() -> None:
    assert submitted("x", submissions=MOST_SUBMISSIONS - 1) == ""
    assert f"{MOST_SUBMISSIONS} submissions" in submitted("x", submissions=MOST_SUBMISSIONS)
    assert submitted("é", submitted_bytes=MOST_SUBMITTED_BYTES - 2) == ""
    assert submitted("é", submitted_bytes=MOST_SUBMITTED_BYTES - 1) != ""


def test_a_verdict_comes_when_all_else_is_there() -> None:
    assert judged() == ""
    assert "still missing: scans, submission" in judged(OPEN)
    assert "nobody judges" in judged(replace(DONE, kind=replace(KIND, verdict=False)))


def test_a_verdict_is_on_what_its_attendant_saw() -> None:
    assert judged(step=4) == ""
    assert "changed since you looked at it; look again" in judged(step=3)
    assert "refused, blurred" in judged(replace(DONE, last_refusal="blurred"), step=3)


def test_a_refusal_has_a_reason_of_some_length() -> None:
    assert "needs a reason" in judged(approved=False, reason="  ")
    assert judged(approved=False, reason="x" * LONGEST_REASON) == ""
    assert "shorten it" in judged(approved=False, reason="x" * (LONGEST_REASON + 1))


@pytest.mark.parametrize(
    ("at", "asked", "after"),
    [
        (DONE, Withdrawal("w", "t", "ada"), TaskState.WITHDRAWN),
        (DONE, Verdict("v", "t", True, "bob"), TaskState.APPROVED),
        (DONE, Verdict("v", "t", False, "bob"), TaskState.OPEN),
        (replace(DONE, tries_used=2), Verdict("v", "t", False, "bob"), TaskState.REFUSED),
        (DONE, Scan("s", "t", "a", "ada"), TaskState.OPEN),
        (
            replace(DONE, kind=replace(KIND, verdict=False)),
            Submission("s", "t", "x", "ada"),
            TaskState.APPROVED,
        ),
    ],
)
def test_what_follows(at: TaskStanding, asked: Asked, after: TaskState) -> None:
    assert state_after(at, asked) is after


def test_an_attendee_has_one_task_of_a_kind() -> None:
    assert task_id("hunt", 7) == "hunt.7"
