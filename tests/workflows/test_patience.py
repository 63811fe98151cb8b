"""Nobody is reminded before their time, whatever the server's timers say."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from boxd.redemption import RedemptionStanding, Stage
from boxd.workflows.redemption.question_ages import QuestionAges

ASKED = RedemptionStanding("r1", "bay-1", Stage.LOAD, 1, "2026-05-01T10:00:00+00:00", 1, "mug")


@dataclass
class Watch:
    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def patience(watch: Watch) -> QuestionAges:
    made = QuestionAges(watch)
    made.asked(ASKED)
    return made


def test_a_timer_that_ended_at_once_is_too_early_by_all_of_it(patience: QuestionAges) -> None:
    assert patience.early_s(ASKED, 60) == 60


def test_a_timer_that_ended_when_it_should_is_not_early(
    watch: Watch, patience: QuestionAges
) -> None:
    watch.seconds += 59.5
    assert patience.early_s(ASKED, 60) == 0


def test_the_same_question_asked_again_is_as_old_as_before(
    watch: Watch, patience: QuestionAges
) -> None:
    watch.seconds += 40
    patience.asked(ASKED)
    assert patience.early_s(ASKED, 60) == 20


def test_another_question_begins_anew(watch: Watch, patience: QuestionAges) -> None:
    watch.seconds += 40
    following = replace(ASKED, stage=Stage.TAKE, step=2)
    patience.asked(following)
    assert patience.early_s(following, 60) == 60


def test_a_late_reminder_of_an_answered_question_leaves_the_age_of_the_present_one(
    watch: Watch, patience: QuestionAges
) -> None:
    following = replace(ASKED, stage=Stage.TAKE, step=2)
    patience.asked(following)
    assert patience.early_s(ASKED, 60) == 0
    watch.seconds += 20
    assert patience.early_s(following, 60) == 40


def test_a_question_of_an_earlier_run_is_as_old_as_its_timer_says(watch: Watch) -> None:
    patience = QuestionAges(watch)
    assert patience.early_s(ASKED, 60) == 0
    assert patience.early_s(ASKED, 180) == 120


def test_what_has_ended_is_forgotten(watch: Watch, patience: QuestionAges) -> None:
    patience.asked(replace(ASKED, stage=Stage.DISPENSED, step=9))
    assert patience.early_s(ASKED, 60) == 0


def test_a_reminder_that_finds_its_question_answered_leaves_nothing_behind(watch: Watch) -> None:
    patience = QuestionAges(watch)
    patience.early_s(ASKED, 60)
    patience.answered(ASKED)
    watch.seconds += 1000
    assert patience.early_s(ASKED, 180) == 0  # as for a question that was never seen
    assert patience.early_s(ASKED, 360) == 180


def test_a_late_reminder_does_not_forget_the_question_that_followed(
    watch: Watch, patience: QuestionAges
) -> None:
    following = replace(ASKED, stage=Stage.TAKE, step=2)
    patience.asked(following)
    patience.answered(ASKED)
    assert patience.early_s(following, 60) == 60
