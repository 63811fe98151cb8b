"""The help: every command has one, with examples."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest

from boxd.cli.program import COMMANDS, boxd, code_of


def _lines(command: click.Command, line: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    yield line
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from _lines(inner, (*line, name))


ALL_LINES = list(_lines(boxd, ()))


@pytest.mark.parametrize("line", ALL_LINES, ids=lambda line: " ".join(line) or "boxd")
def test_every_command_has_help_with_examples(
    line: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert code_of([*line, "--help"]) == 0
    told = capsys.readouterr().out
    examples = told.split("Examples:\n")[1].splitlines()
    assert any("boxd" in example for example in examples)
    assert "--config PATH" in told


def test_the_commands_of_the_design_are_there() -> None:
    assert {
        *("run", "status", "config", "devices", "prizes", "codes", "lockers", "redemptions"),
        *("audit", "temporal", "version"),
    } <= set(COMMANDS)
