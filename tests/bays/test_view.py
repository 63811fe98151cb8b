"""What a bay shows follows from what it knows: every stage and refusal has its lamps and words."""

from __future__ import annotations

from itertools import product

import pytest

from boxd.bays.view import (
    BayFacts,
    BayState,
    Checking,
    ending_of,
    moment_for,
    state_for,
    text_for,
)
from boxd.lights.moments import LightMoment
from boxd.redemption import Refusal, Stage

from .parts import refused, standing

EVERY = [
    BayFacts(
        standing=standing(stage) if stage else None,
        checking=checking,
        was_refused=was_refused,
        has_started=has_started,
        why_not=why_not,
        unchecked=unchecked,
        locked_for_s=locked_for_s,
    )
    for stage, checking, was_refused, has_started, why_not, unchecked, locked_for_s in product(
        (None, *(stage for stage in Stage if not stage.has_ended)),
        Checking,
        (False, True),
        (False, True),
        ("", "Temporal does not answer"),
        ("", "the code typed at 12:03 could not be checked: type it again"),
        (0, 30),
    )
]


def test_ready_is_shown_only_by_a_bay_that_takes_codes() -> None:
    ready = [facts for facts in EVERY if moment_for(facts) == LightMoment.READY]
    assert ready == [BayFacts()]


def test_lamps_state_and_words_agree_whatever_is_known() -> None:
    for facts in EVERY:
        state, moment = state_for(facts), moment_for(facts)
        assert text_for(facts)
        if moment == LightMoment.LOCKED_OUT:
            assert state is BayState.LOCKED_OUT
        if state is BayState.OUT_OF_SERVICE:
            assert moment in {LightMoment.OUT_OF_SERVICE, LightMoment.STARTING, LightMoment.REFUSED}
        if state is BayState.BUSY:
            assert "locker 1" in text_for(facts).lower()


def test_a_redemption_comes_before_everything_but_a_verdict() -> None:
    for facts in EVERY:
        if facts.standing and not facts.was_refused:
            assert moment_for(facts) in {"load", "opening", "attention", "open"}


@pytest.mark.parametrize("refusal", Refusal)
def test_each_refusal_has_words_of_its_own(refusal: Refusal) -> None:
    texts = {ending_of(refused(other))[0] for other in Refusal}
    assert len(texts) == len(Refusal)
    text, tone = ending_of(refused(refusal))
    assert text.startswith("Code refused: ")
    assert tone == "bad"


@pytest.mark.parametrize(
    ("stage", "expected"),
    [
        (Stage.DISPENSED, ("Mug given out from locker 1", "good")),
        (Stage.DECLINED, ("Declined: Mug was not given out", "bad")),
        (
            Stage.CANCELLED,
            ("Cancelled before the locker was loaded. The code can be used again.", "plain"),
        ),
    ],
)
def test_each_ending_has_words_and_a_tone(stage: Stage, expected: tuple[str, str]) -> None:
    assert expected == ending_of(standing(stage))
