"""The help: every command has one, with examples."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

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


def command_of(line: tuple[str, ...]) -> click.Command:
    """The command, or the group, that these words name."""
    command: click.Command = boxd
    for name in line:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), name)
        assert found is not None
        command = found
    return command


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


def _examples() -> Iterator[str]:
    """Every example that is a line of boxd; what a shell does with it afterwards is left out."""
    for line in ALL_LINES:
        for example in getattr(command_of(line), "examples", ()):
            if example.startswith("boxd "):
                yield example


def _understood(words: list[str]) -> None:
    """Parse a line as boxd does, down to the command that would run. Raises click.UsageError."""
    context = boxd.make_context("boxd", words)
    while isinstance(context.command, click.Group):
        rest = [*context._protected_args, *context.args]
        name, command, rest = context.command.resolve_command(context, rest)
        assert command is not None
        context = command.make_context(name, rest, parent=context)
    context.close()


@pytest.mark.parametrize("example", sorted(set(_examples())))
def test_every_example_is_understood(
    example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = shlex.split(example, comments=True)[1:]
    monkeypatch.chdir(tmp_path)
    for word in words:
        if Path(word).suffix in {".csv", ".toml", ".txt"} and "/" not in word:
            (tmp_path / word).touch()
    ends = [index for index, word in enumerate(words) if word in {"|", ">", "&&"}]
    _understood(words[: ends[0]] if ends else words)


def test_the_commands_of_the_design_are_there() -> None:
    assert {
        "run",
        "status",
        "config",
        "devices",
        "prizes",
        "codes",
        "lockers",
        "redemptions",
        "audit",
        "temporal",
        "version",
        "tasks",
        "attendees",
        "report",
    } <= set(COMMANDS)
