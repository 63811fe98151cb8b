"""`boxd doctor`: everything that can be wrong with this box, each with its remedy."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from boxd.cli import daemon
from boxd.cli.command_classes import BoxdCommand, json_option
from boxd.cli.context import SYSTEM_FILE, config_path
from boxd.cli.program import FAILED
from boxd.cli.spinner import progress, waiting
from boxd.cli.tables import say_json, style_of
from boxd.errors import ConfigError

if TYPE_CHECKING:
    from boxd.config import Config
    from boxd.doctor.check import CheckResult
    from boxd.doctor.check_context import CheckContext, Json
    from boxd.doctor.finding import Grade

# A healthy daemon answers in some milliseconds; on a busy Pi it may take a second.
_ANSWER_WITHIN_S = 5.0
_NARROWEST = 60
_WIDEST = 100


@click.command(
    "doctor",
    cls=BoxdCommand,
    examples=(
        "boxd doctor",
        "sudo boxd doctor --strict && echo all is well",
        "sudo boxd doctor --bundle",
        "boxd doctor --json | jq '.checks[] | select(.grade == \"failed\")'",
    ),
)
@click.option("--strict", is_flag=True, help="Let a warning end with 1, too.")
@click.option("--bundle", is_flag=True, help="Write a file for somebody far away, who helps.")
@click.option("--all", "everything", is_flag=True, help="Show what was skipped, too.")
@json_option
def command(strict: bool, bundle: bool, everything: bool, as_json: bool) -> int | None:
    """Check everything that can be wrong with this box, and name the remedy.

    Moves no latch and changes nothing. Works without the daemon, with a dead one, and with a
    configuration that can't be read; as another user it says what needs sudo.

    --bundle writes the results, the log's last lines, versions and settings into a file in this
    folder: without codes, tokens, names and what people typed. Look at it before you send it.

    Exits with 1 if something has failed; a warning exits with 0.
    """
    from boxd.doctor import report
    from boxd.doctor.check import worst
    from boxd.doctor.finding import Grade

    context = _context()
    examined = _examined(context)
    if as_json:
        say_json(report.as_json(context, examined))
    else:
        _show(examined, everything)
    if bundle:
        _bundle(context, examined)
    found = worst(finding for each in examined for finding in each.findings)
    bad = (Grade.FAILED, Grade.WARNED) if strict else (Grade.FAILED,)
    return FAILED if found in bad else None


def _context() -> CheckContext:
    from boxd.doctor.check_context import CheckContext, Daemon
    from boxd.doctor.programs import output_of
    from boxd.machine_clock import look

    path, found = _configuration()
    return CheckContext(path, found, Daemon(lambda asked: _ask(found, asked)), look(), output_of)


def _configuration() -> tuple[Path, Config | ConfigError]:
    """The file, and its content or why it can't be used: the doctor reports that."""
    from boxd.config import load

    try:
        path = config_path()
    except ConfigError as error:
        return SYSTEM_FILE, error
    except PermissionError as error:
        return SYSTEM_FILE, ConfigError(str(error))
    try:
        return path, load(path)
    except ConfigError as error:
        return path, error


def _ask(found: Config | ConfigError, path: str) -> Json:
    if isinstance(found, ConfigError):
        raise found
    answer: Json = daemon.get_from(found.socket_file, path, _ANSWER_WITHIN_S)
    return answer


def _examined(context: CheckContext) -> list[CheckResult]:
    from boxd.doctor.check import examine
    from boxd.doctor.checks import CHECKS
    from boxd.doctor.clone import for_clone, is_run_from_clone

    found = []
    with progress("examining", len(CHECKS)) as done:
        for check in CHECKS:
            found.append(examine(check, context))
            done(1)
    if is_run_from_clone(context.config_file):
        return for_clone(found, context.config_file)
    return found


def _show(examined: list[CheckResult], everything: bool) -> None:
    from boxd.doctor import report

    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else _WIDEST
    width = max(_NARROWEST, min(columns, _WIDEST))
    for line in report.lines(examined, width, _styled, everything):
        click.echo(click.style(line, bold=True) if line.isalpha() else line)


def _bundle(context: CheckContext, examined: list[CheckResult]) -> None:
    from boxd.doctor import bundle

    name = f"boxd-bundle-{context.name or 'box'}-{context.now:%Y%m%dT%H%M%S}.tar.gz"
    with waiting("gathering"):
        members = list(bundle.members(context, examined))
    bundle.write(Path(name), members)
    click.echo(f"\n{name} holds", err=True)
    for member in members:
        click.echo(f"  {member.name:<14} {len(member.content):>7} bytes  {member.about}", err=True)
    click.echo(f"Look at it before you send it: tar -xOzf {name} | less", err=True)


def _styled(word: str, grade: Grade) -> str:
    colour = style_of(grade)
    return click.style(word, dim=True) if colour == "dim" else click.style(word, fg=colour)
