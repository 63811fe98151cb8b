"""What goes through Temporal is sealed: others can neither read it nor make it."""

from __future__ import annotations

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    ActivitySerializationContext,
    DataConverter,
    SerializationContext,
    WorkflowSerializationContext,
)
from temporalio.exceptions import ApplicationError

from boxd.task import Scan, Verdict
from boxd.temporal.message_converter import sealed_converter
from boxd.temporal.seal import Seal

SEAL = Seal(b"1" * 32)
SCAN = Scan("request-1", "task-1", "entrance", "app")


def of(workflow: str, namespace: str = "default", seal: Seal = SEAL) -> DataConverter:
    return sealed_converter(seal).with_context(WorkflowSerializationContext(namespace, workflow))


def of_activity(name: str) -> SerializationContext:
    return ActivitySerializationContext("default", "1", name, "q", "task-1", "Task", True)


async def test_a_message_comes_back_as_it_was() -> None:
    payloads = await of("task-1").encode([SCAN, "text", None, 7])
    assert await of("task-1").decode(payloads, [Scan, str, type(None), int]) == [
        SCAN,
        "text",
        None,
        7,
    ]


async def test_a_sealed_message_shows_nothing_of_what_is_in_it() -> None:
    [payload] = await of("task-1").encode([SCAN])
    assert b"entrance" not in payload.SerializeToString()


@pytest.mark.parametrize(
    "other",
    [
        of("task-2"),
        of("task-1", namespace="booth"),
        of("task-1", seal=Seal(b"2" * 32)),
        sealed_converter(SEAL).with_context(of_activity("record_scan")),
        sealed_converter(SEAL),
    ],
    ids=["another workflow", "another namespace", "another key", "an activity", "no place"],
)
async def test_a_message_that_was_sealed_for_something_else_is_refused(
    other: DataConverter,
) -> None:
    payloads = await of("task-1").encode([SCAN])
    with pytest.raises(ApplicationError, match="not sealed") as refused:
        await other.decode(payloads, [Scan])
    assert refused.value.non_retryable


async def test_a_message_that_names_another_place_in_clear_is_refused() -> None:
    [payload] = await of("task-1").encode([SCAN])
    payload.metadata["for"] = b"w task-2"
    with pytest.raises(ApplicationError, match="not sealed"):
        await of("task-2").decode([payload], [Scan])


@pytest.mark.parametrize(
    "payload",
    [
        Payload(metadata={"encoding": b"json/plain"}, data=b'"text"'),
        Payload(metadata={"encoding": b"binary/sealed", "for": b"w task-1"}, data=b"short"),
        Payload(metadata={"encoding": b"binary/sealed", "for": b"w task-1"}),
        Payload(metadata={"encoding": b"binary/refused"}),
        Payload(),
    ],
)
async def test_what_was_not_sealed_is_refused(payload: Payload) -> None:
    with pytest.raises(ApplicationError, match="not sealed"):
        await of("task-1").decode([payload], [str])


async def test_a_message_is_not_taken_as_one_of_another_kind() -> None:
    payloads = await of("task-1").encode([SCAN])
    with pytest.raises(ApplicationError, match="Verdict is expected"):
        await of("task-1").decode(payloads, [Verdict])


async def test_nothing_is_sealed_for_nobody() -> None:
    with pytest.raises(ValueError, match="belongs to no workflow"):
        await sealed_converter(SEAL).encode(["text"])


def test_the_key_is_not_shown() -> None:
    assert "1111" not in repr(Seal(b"1" * 32))
