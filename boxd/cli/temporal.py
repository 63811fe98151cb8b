"""`boxd temporal`: the temporal CLI, pointed at this box's server."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from boxd.cli.command_classes import BoxdCommand
from boxd.cli.context import configuration
from boxd.errors import NotFound, TemporalUnavailable
from boxd.service_user import become_owner_of

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
def command(arguments: tuple[str, ...]) -> int:
    """Run the temporal CLI with ARGUMENTS, pointed at this box.

    Address, namespace and credentials come from the configuration. Root and the box's own user see
    what boxd has sealed. --config is recognised before the ARGUMENTS only.
    """
    config = configuration()
    become_owner_of(config.box.state_dir)
    if not _may_read(config.sealing_key_file):
        click.echo("boxd: only the box's own user and root see what is sealed", err=True)
    with _environment(config) as environment:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the CLI
        return subprocess.call([str(_program(config)), *arguments], env=environment)


def output_of(config: Config, arguments: Sequence[str]) -> str:
    """The output of the temporal CLI. Raises TemporalUnavailable or NotFound with its reason.

    Root is the box's own user from then on: key and home of the CLI are in the service's folder.
    """
    become_owner_of(config.box.state_dir)
    try:
        with _environment(config) as environment:
            told = subprocess.run(
                [str(_program(config)), *arguments],
                env=environment,
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


@contextmanager
def _environment(config: Config) -> Iterator[dict[str, str]]:
    """The CLI's environment; with the key, also the address of the codec endpoint."""
    from boxd.temporal.client import cli_environment

    told = {**os.environ, **cli_environment(config.temporal)}
    if not _may_read(config.sealing_key_file):
        yield told
        return
    from boxd.temporal.codec_endpoint import codec_endpoint
    from boxd.temporal.seal import existing_seal

    seal = existing_seal(config.sealing_key_file)
    with codec_endpoint(seal, config.temporal.namespace) as address:
        yield {**told, "TEMPORAL_CODEC_ENDPOINT": address}


def _may_read(key: Path) -> bool:
    return os.access(key, os.R_OK)
