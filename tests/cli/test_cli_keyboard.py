"""A terminal's keys are heard one by one where that is wanted, and its mode is put back."""

from __future__ import annotations

import asyncio
import os
import sys
import termios
from collections.abc import Iterator

import click
import pytest

from boxd.cli.devices.keyboard import Keyboard


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The end of a terminal that a person types at; the other is standard input."""
    person, program = os.openpty()
    with os.fdopen(program) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield person
    os.close(person)


async def test_single_keys_count_without_enter_and_the_mode_is_put_back(terminal: int) -> None:
    before = termios.tcgetattr(sys.stdin)
    keyboard = Keyboard()
    with keyboard.by_key():
        os.write(terminal, b"\x7fs")
        assert [await asyncio.wait_for(keyboard.typed(), 5) for _ in "12"] == ["\x7f", "s"]
    assert termios.tcgetattr(sys.stdin) == before
    keyboard.close()


async def test_a_question_is_answered_by_a_line(terminal: int) -> None:
    keyboard = Keyboard()
    os.write(terminal, b"note 20\n")
    assert await asyncio.wait_for(keyboard.answer("Which?"), 5) == "note 20"
    keyboard.close()


async def test_a_question_that_was_given_up_takes_no_later_answer(terminal: int) -> None:
    keyboard = Keyboard()
    given_up = asyncio.create_task(keyboard.answer("Which?"))
    await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.wait({given_up})
    os.write(terminal, b"y\n")
    assert await asyncio.wait_for(keyboard.answer("Lit?"), 5) == "y"
    keyboard.close()


async def test_a_question_nobody_can_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    with open(os.devnull) as nothing:  # noqa: ASYNC230, PTH123 - a device, which does not block
        monkeypatch.setattr(sys, "stdin", nothing)
        keyboard = Keyboard()
        with pytest.raises(click.Abort):
            await keyboard.answer("Which?")
        keyboard.close()
