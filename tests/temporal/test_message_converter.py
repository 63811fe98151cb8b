"""A message arrives as the SDK itself would make it, and one that does not fit does not."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from temporalio.converter import value_to_type

from boxd.redemption import Answer, AnswerKind, RedemptionStanding, Refusal, Remedy, Reply, Stage
from boxd.temporal.message_converter import MessageConverter

ANSWER = Answer("key-1", "r-1", 2, AnswerKind.JAMMED, "ann", remedy=Remedy.AGAIN, deadline_s=3)
STANDING = RedemptionStanding("r-1", "bay-1", Stage.REFUSED, 1, "now", refusal=Refusal.UNKNOWN)


@pytest.mark.parametrize("message", [ANSWER, STANDING, Reply(False, "no", STANDING)])
def test_a_message_arrives_as_the_sdk_would_make_it(message: Any) -> None:
    converter = MessageConverter()
    payload = converter.to_payload(message)
    assert payload is not None
    arrived = converter.from_payload(payload, type(message))
    assert arrived == message == value_to_type(type(message), asdict(message))


@pytest.mark.parametrize(
    "wrong",
    [
        {"step": "two"},
        {"kind": "shouted"},
        {"kind": 2},
        {"seen_shut": 1},
        {"remedy": {"again": True}},
        {"redemption": None},
    ],
)
def test_a_field_of_another_type_is_refused_as_by_the_sdk(wrong: dict[str, Any]) -> None:
    value = {**asdict(ANSWER), **wrong}
    for convert in (MessageConverter()._custom_type_converters, []):
        with pytest.raises((TypeError, ValueError)):
            value_to_type(Answer, value, convert)


def test_a_message_without_a_field_that_it_needs_is_refused() -> None:
    value = {name: kept for name, kept in asdict(ANSWER).items() if name != "actor"}
    with pytest.raises(TypeError):
        value_to_type(Answer, value, MessageConverter()._custom_type_converters)


def test_what_a_later_release_has_added_is_left_aside() -> None:
    value = {**asdict(ANSWER), "mood": "good"}
    converters = MessageConverter()._custom_type_converters
    assert value_to_type(Answer, value, converters) == ANSWER
