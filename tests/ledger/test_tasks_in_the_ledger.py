"""Tasks in the ledger: started once, moved on by what people do, ended once."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from boxd.errors import NotFound, Refused
from boxd.ledger import audit, erasure, task_publishing, task_standings, tasks
from boxd.task import MOST_SUBMISSIONS, Missing, TaskKind, TaskState
from tests.ledger.conftest import Hands, later
from tests.ledger.earning import CHECKPOINTS, KINDS, Earner


@pytest.fixture
def earner(hands: Hands) -> Earner:
    return Earner(hands)


def actions(hands: Hands) -> list[str]:
    rows = hands.ledger.write_now(lambda tx: audit.rows_after(tx.connection, 0, 1000))
    return [str(row["action"]) for row in rows]


def test_a_task_asked_for_again_is_the_same_one(hands: Hands, earner: Earner) -> None:
    assert {earner.start("hunt") for _ in range(5)} == {"hunt.1"}
    assert actions(hands).count("task.started") == 1


def test_each_attendee_has_a_task_of_their_own(earner: Earner) -> None:
    assert earner.start("hunt", "ada") != earner.start("hunt", "bob")


def test_scans_count_in_any_order_and_each_once(earner: Earner) -> None:
    task = earner.start("hunt")
    first, again = earner.scan(task, "stage"), earner.scan(task, "stage")

    assert (first.is_new, again.accepted, again.is_new) == (True, True, False)
    assert again.standing.scanned == ("stage",)
    assert again.standing.scans_missing == 1
    assert earner.scan(task, "entrance").standing.state is TaskState.APPROVED


def test_a_repeated_request_gets_the_same_reply_and_changes_nothing(earner: Earner) -> None:
    task = earner.start("build")
    earner.scan(task, "workshop", "request-1")
    step = earner.standing(task).step

    again = earner.scan(task, "workshop", "request-1")

    assert (again.accepted, again.is_new, again.standing.step) == (True, False, step)


def test_an_id_that_stands_for_something_else_is_refused(earner: Earner) -> None:
    task = earner.start("hunt")
    earner.scan(task, "stage", "request-1")
    with pytest.raises(Refused, match="used for something else"):
        earner.scan(task, "entrance", "request-1")


def test_all_parts_then_the_verdict_lead_to_a_code(hands: Hands, earner: Earner) -> None:
    task = earner.start("build")
    assert earner.standing(task).missing == (Missing.SCANS, Missing.SUBMISSION, Missing.VERDICT)
    early = earner.approve(task)
    assert (early.accepted, early.why) == (
        False,
        "there is nothing to judge yet; still missing: scans, submission",
    )
    earner.submit(task, "https://example.org/1")
    earner.scan(task, "workshop")
    assert earner.standing(task).missing == (Missing.VERDICT,)
    assert earner.approve(task).standing.state is TaskState.APPROVED
    assert "issue.asked" in actions(hands)


def test_a_refusal_says_why_and_wants_another_submission(earner: Earner) -> None:
    task = earner.start("build")
    earner.scan(task, "workshop")
    earner.submit(task, "https://example.org/1")

    refused = earner.refuse(task, "the link is dead").standing

    assert (refused.state, refused.last_refusal, refused.tries_left) == (
        TaskState.OPEN,
        "the link is dead",
        2,
    )
    assert refused.missing == (Missing.SUBMISSION, Missing.VERDICT)
    earner.submit(task, "https://example.org/2")
    assert earner.approve(task).standing.state is TaskState.APPROVED


def test_the_last_refusal_ends_the_task(earner: Earner) -> None:
    task = earner.start("demo")
    earner.refuse(task)
    assert earner.refuse(task, "still not").standing.state is TaskState.REFUSED

    late = earner.approve(task)

    assert (late.accepted, late.why) == (
        False,
        "this task is refused (still not); nothing is awaited any more",
    )


def test_a_verdict_and_its_opposite_on_the_same_sight_count_once(earner: Earner) -> None:
    task = earner.start("demo")
    step = earner.standing(task).step

    refused, approved = earner.refuse(task, "no", step), earner.approve(task, step)

    assert (refused.accepted, approved.accepted) == (True, False)
    assert "has changed since you looked at it: refused, no" in approved.why


def test_a_refusal_without_a_reason_is_not_taken(earner: Earner) -> None:
    task = earner.start("demo")
    assert "needs a reason" in earner.refuse(task, "  ").why


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "the reference is empty"), ("x" * 201, "has 201 characters; at most 200")],
)
def test_a_submission_that_is_none_is_not_taken(earner: Earner, text: str, why: str) -> None:
    assert why in earner.submit(earner.start("build"), text).why


def test_what_a_kind_does_not_demand_is_not_taken(earner: Earner) -> None:
    hunt, demo = earner.start("hunt"), earner.start("demo")
    assert "nothing is to be handed in" in earner.submit(hunt, "x").why
    assert "nobody judges" in earner.approve(hunt).why
    assert "'stage' is no checkpoint" in earner.scan(demo, "stage").why


def test_a_submission_can_be_replaced_until_it_is_judged(hands: Hands, earner: Earner) -> None:
    task = earner.start("build")
    for text in ("first", "second"):
        assert earner.submit(task, text).accepted
    details = hands.ledger.write_now(lambda tx: task_standings.details(tx.connection, task))
    assert [each["text"] for each in details["submissions"]] == ["first", "second"]


def test_nobody_fills_the_card_with_what_they_hand_in(earner: Earner) -> None:
    task = earner.start("build")
    taken = [earner.submit(task, f"version {n}").accepted for n in range(MOST_SUBMISSIONS + 2)]
    assert taken == [True] * MOST_SUBMISSIONS + [False] * 2
    assert "the most for this task" in earner.submit(task, "again").why
    other = earner.start("build", "bob")
    assert earner.submit(other, "mine").accepted
    earner.scan(task, "workshop")
    assert earner.refuse(task, "blurred").accepted
    assert earner.submit(task, "a new try").accepted  # an attendant has looked


def test_a_long_text_counts_by_its_bytes(earner: Earner) -> None:
    task = earner.start("essay")
    texts = [chr(0x4E00 + n) * 4000 for n in range(4)]  # 12,000 bytes each
    assert [earner.submit(task, text).accepted for text in texts] == [True, True, False, False]
    assert earner.submit(task, "short").accepted


def test_an_expired_task_takes_nothing_any_more(hands: Hands, earner: Earner) -> None:
    task = earner.start("brief")
    later(hands, hours=1)
    reply = earner.approve(task)
    assert (reply.accepted, reply.standing.state) == (False, TaskState.EXPIRED)
    with pytest.raises(Refused, match="expired at 2030-05-01T10:00"):
        earner.start("brief", "bob")


def test_unknown_kinds_and_tasks_are_named_with_the_known_ones(earner: Earner) -> None:
    with pytest.raises(NotFound, match="known: brief, build, demo, essay, hunt, mugs"):
        earner.start("hunting")
    with pytest.raises(NotFound, match=r"there is no task 'hunt\.9'"):
        earner.scan("hunt.9", "stage")


def test_a_kind_that_left_the_configuration_keeps_its_open_tasks(
    hands: Hands, earner: Earner
) -> None:
    task = earner.start("hunt")
    hands.ledger.write_now(lambda tx: task_publishing.declare(tx, KINDS[1:], CHECKPOINTS))

    with pytest.raises(Refused, match="not offered any more"):
        earner.start("hunt", "bob")
    earner.scan(task, "stage")
    assert earner.scan(task, "entrance").standing.state is TaskState.APPROVED


def test_rules_made_easier_approve_what_lacks_nothing_now(hands: Hands, earner: Earner) -> None:
    task = earner.start("hunt")
    earner.scan(task, "stage")
    easier = TaskKind("hunt", "Hunt", checkpoints=("stage",), needed=1)
    hands.ledger.write_now(lambda tx: task_publishing.declare(tx, [easier], CHECKPOINTS))

    moved = hands.ledger.write_now(tasks.catch_up)

    assert [(each.task, each.state) for each in moved] == [(task, TaskState.APPROVED)]


def test_a_forgotten_attendee_leaves_a_pseudonym_and_a_trail_that_verifies(
    hands: Hands, earner: Earner
) -> None:
    task = earner.start("build", "ada@example.org")
    earner.submit(task, "https://ada.example.org/secret")
    earner.submit(task, "https://ada.example.org/other")

    left = hands.ledger.write_now(lambda tx: erasure.forget(tx, 1, "organiser"))

    assert (left.reference, earner.standing(task).state) == (None, TaskState.WITHDRAWN)
    assert left.pseudonym.startswith("a-")
    assert left.link_generation == 1
    assert hands.ledger.write_now(lambda tx: audit.verify(tx.connection)).holds
    everything = "\n".join(hands.ledger.write_now(lambda tx: list(tx.connection.iterdump())))
    assert "ada" not in everything
    with pytest.raises(Refused, match="was forgotten"):
        hands.ledger.write_now(lambda tx: tasks.start(tx, "demo", 1, "app"))


def test_what_an_organiser_publishes_leaves_open_tasks_with_their_version(
    hands: Hands, earner: Earner
) -> None:
    publish = partial(task_publishing.publish, checkpoints=(), after=None, actor="olga")
    walk = TaskKind("walk", "Walk", checkpoints=("stage",), needed=1)
    hands.ledger.write_now(lambda tx: publish(tx, walk))
    task = earner.start("walk")
    harder = replace(walk, checkpoints=("stage", "entrance"), needed=2, name="Long walk")
    now = hands.ledger.write_now(lambda tx: publish(tx, harder))

    assert (now.version, earner.standing(task).kind) == (2, walk)
    assert earner.standing(earner.start("walk", "bob")).kind == harder
    assert hands.ledger.write_now(lambda tx: publish(tx, harder)).version == 2
    assert earner.scan(task, "stage").standing.state is TaskState.APPROVED


def test_what_the_file_names_is_the_files_and_its_open_tasks_follow_it(
    hands: Hands, earner: Earner
) -> None:
    publish = partial(task_publishing.publish, checkpoints=(), after=None, actor="olga")
    with pytest.raises(Refused, match="written in the configuration file"):
        hands.ledger.write_now(lambda tx: publish(tx, KINDS[0]))
    walk = TaskKind("walk", "Walk", checkpoints=("stage",), needed=1)
    hands.ledger.write_now(lambda tx: publish(tx, walk))
    task = earner.start("walk")

    hands.ledger.write_now(lambda tx: task_publishing.declare(tx, KINDS, CHECKPOINTS))
    earner.start("walk", "bob")  # the file does not name it, and leaves it
    named = replace(walk, name="Walk of the file")
    hands.ledger.write_now(lambda tx: task_publishing.declare(tx, [named], CHECKPOINTS))

    assert earner.standing(task).kind == named
    with pytest.raises(Refused, match="written in the configuration file"):
        hands.ledger.write_now(lambda tx: task_publishing.withdraw(tx, "walk", "olga"))
    hands.ledger.write_now(lambda tx: task_publishing.declare(tx, [], CHECKPOINTS))
    assert hands.ledger.write_now(lambda tx: publish(tx, walk)).is_offered  # free once more
