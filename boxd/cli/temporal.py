"""`boxd temporal`: the temporal CLI, pointed at this box's server."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from boxd.cli.command_classes import BoxdCommand
from boxd.cli.context import configuration
from boxd.errors import NotFound, TemporalUnavailable

if TYPE_CHECKING:
    from boxd.config.schema import Config

ANSWER_WITHIN_S = 30


@click.command(
    "temporal",
    cls=BoxdCommand,
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    examples=(
        "boxd temporal workflow list",
        "boxd temporal workflow list --query \"BoxdBay = 'bay-1' AND ExecutionStatus = 'Running'\"",
        "boxd temporal workflow describe --workflow-id ID",
        "boxd temporal workflow --help",
    ),
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(arguments: tuple[str, ...]) -> NoReturn:
    """Run the temporal CLI with ARGUMENTS, pointed at this box.

    Address, namespace and credentials come from the configuration. --config is recognised before
    the ARGUMENTS only.
    """
    config = configuration()
    program, environment = _program(config), _environment(config)
    os.execve(program, [str(program), *arguments], environment)  # noqa: S606 - no shell is wanted


def output_of(config: Config, arguments: Sequence[str]) -> str:
    """The output of the temporal CLI. Raises TemporalUnavailable or NotFound with its reason."""
    try:
        told = subprocess.run(
            [str(_program(config)), *arguments],
            env=_environment(config),
            check=False,
            capture_output=True,
            text=True,
            timeout=ANSWER_WITHIN_S,
        )
    except subprocess.TimeoutExpired as error:
        raise TemporalUnavailable(
            f"Temporal has not answered within {ANSWER_WITHIN_S} s; `boxd status` shows how it is"
        ) from error
    if told.returncode != 0:
        raise _failure(told.stderr)
    return told.stdout


def _failure(said: str) -> NotFound | TemporalUnavailable:
    """The CLI's error; its first line is the reason, the rest is for its developers."""
    reason = said.strip().split("\n", 1)[0].removeprefix("Error: ") or "it gave no reason"
    if "not found" in reason.lower():
        return NotFound(f"Temporal keeps nothing of that name: {reason}")
    return TemporalUnavailable(f"Temporal: {reason}; `boxd status` shows how it is")


def _program(config: Config) -> Path:
    from boxd.temporal.binary import find_binary

    return find_binary(config.temporal)


def _environment(config: Config) -> dict[str, str]:
    from boxd.temporal.client import cli_environment

    return {**os.environ, **cli_environment(config.temporal)}
