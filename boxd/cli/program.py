"""The program `boxd`: its commands, loaded when they are needed, and its exit codes.

0 done, 1 failed, 2 usage error.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

import click

from boxd import __version__
from boxd.cli.command_classes import BoxdGroup
from boxd.errors import BoxdError

DONE = 0
FAILED = 1
USED_WRONGLY = 2

# The module of each command in this package, and its line in the list of commands.
SECTIONS = {
    "The box": {
        "run": ("run", "Run the box, until it is stopped."),
        "status": ("status", "Show the state of the box: bays, prompts, devices, stock, alarms."),
        "doctor": ("doctor", "Look for everything that can be wrong, each with its remedy."),
        "logs": ("logs", "Show what the box has logged."),
        "alarms": ("alarms", "List and clear alarms."),
        "lockers": ("lockers", "Show, open and take out of service the lockers."),
        "recover": ("recover", "Walk through a playbook when something stands still."),
        "redemptions": ("redemptions", "Show redemptions and answer their questions."),
    },
    "The event": {
        "prizes": ("prizes", "List, add, import and adjust the prizes and their stock."),
        "stock": ("stock", "Send units to another box, and sign for what arrived."),
        "codes": ("codes", "Issue, import, print, find and void claim codes."),
        "attendees": ("attendees", "List, add, search and forget attendees; print their cards."),
        "tasks": ("tasks", "List, show and judge the attendees' tasks; print signs."),
        "rehearsal": ("rehearsal", "Play the whole way with codes that don't count."),
        "event": ("event", "Close the event, and see what is left to be done."),
        "report": ("report", "Report what was given out, by hour, prize and bay."),
        "audit": ("audit", "Read, verify and export the audit trail."),
    },
    "Setting up": {
        "config": ("configuration", "Check and show the configuration file."),
        "devices": ("devices.group", "List, test, watch and learn the devices."),
        "name": ("name", "Show and change what people call this box."),
        "fleet": ("fleet", "Let several boxes serve one event: begin, invite, join, leave."),
        "hub": ("hub", "Show all boxes of an event on one page."),
        "staff": ("staff", "Invite, list and remove the people of the booth."),
        "tokens": ("tokens", "Make, list and revoke the tokens of the API."),
        "tls": ("tls", "Put in the certificate that phones see, and look at it."),
        "clock": ("clock", "Show the box's time, and confirm that the wall clock is right."),
        "backup": ("backup", "Make, list and restore backups of the ledger."),
        "schedules": ("schedules", "List and run the jobs that the box does by itself."),
        "outbox": ("outbox", "List events that wait for upstream, send refused ones again."),
        "upgrade": ("upgrade", "Bring a release into use; the package calls it."),
        "version": ("version", "Show the versions of boxd and of what it uses."),
    },
    "The insides": {
        "safe": ("safe", "Switch every output on the Pi's pins off, without the daemon."),
        "sim-board": ("sim_board", "Run a simulated CodeTV board on a real MIDI port."),
        "temporal": ("temporal", "Run the temporal CLI, pointed at this box."),
        "temporal-server": ("temporal_server", "Run only this box's Temporal server."),
        "temporal-pages": ("temporal_pages", "Let Temporal's pages show what boxd has sealed."),
        "phones": ("phones", "Run only the phones' network."),
        "set-up": ("set_up", "Serve the set-up page of a freshly flashed card."),
        "guard-ports": ("guard_ports", "Close the Temporal server's ports to other users."),
    },
}
COMMANDS = {name: found for section in SECTIONS.values() for name, found in section.items()}


class _Boxd(BoxdGroup):
    """The commands of `boxd`. Listing them loads none of them: help and `run` start at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"boxd.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, short) for name, (_, short) in commands.items()])


def _say_version(context: click.Context, _: click.Parameter, is_asked: bool) -> None:
    if is_asked and not context.resilient_parsing:
        click.echo(f"boxd {__version__}")
        context.exit()


@click.group(
    "boxd",
    cls=_Boxd,
    context_settings={"help_option_names": ["-h", "--help"]},
    examples=(
        "boxd status",
        "boxd --config config/sim.toml run",
        "boxd codes issue badge-1042",
        'boxd lockers open 2 --reason "prize stuck"',
    ),
    epilog="Exit codes: 0 done, 1 failed, 2 usage error. Completion of commands in bash: "
    'eval "$(_BOXD_COMPLETE=bash_source boxd)"; in zsh and fish the same with zsh_source '
    "and fish_source. NO_COLOR=1 in the environment: no colours.",
)
@click.option(
    "--version",
    "-V",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_say_version,
    help="Show the version and exit.",
)
def boxd() -> None:
    """The prize box's daemon, and the commands to look after it.

    The commands talk to the running daemon over its Unix socket; `config`, `audit verify`,
    `backup`, `lockers open --direct` and `version` work without it.
    """


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and end the process with its exit code.

    The process ends at once: the interpreter's own shutdown can crash in native threads
    (MIDI, Temporal's SDK) and spoil the code.
    """
    code = code_of(arguments)
    logging.shutdown()
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def code_of(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns its exit code. Every failure is explained on stderr."""
    try:
        return _run(arguments)
    except click.UsageError as error:
        error.show()
        return USED_WRONGLY
    except click.ClickException as error:
        return _failed(error.format_message())
    except click.Abort:
        return _failed("stopped, as you asked")
    except BoxdError as error:
        return _failed(str(error))
    except Exception as error:  # noqa: BLE001 - the last resort: people get words, no traceback
        return _failed_otherwise(error)


def _run(arguments: Sequence[str] | None) -> int:
    outcome = boxd.main(
        args=None if arguments is None else list(arguments),
        prog_name="boxd",
        standalone_mode=False,
        color=_colour(),
    )
    sys.stdout.flush()
    return outcome if isinstance(outcome, int) else DONE


def _colour() -> bool | None:
    """No colours where NO_COLOR asks for none; otherwise as the terminal has them."""
    return False if os.environ.get("NO_COLOR") else None


def _failed(message: str) -> int:
    click.secho("boxd: ", fg="red", bold=True, nl=False, err=True, color=_colour())
    click.echo(message, err=True)
    return FAILED


def _failed_otherwise(error: Exception) -> int:
    """A file or pipe failed, or boxd has a bug; Python's development mode shows where.

    A closed pipe ends quietly: `boxd ... | head` has read enough.
    """
    if isinstance(error, OSError) and error.errno == errno.EPIPE:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    if isinstance(error, OSError):
        return _failed(f"{error}; check that the file is there and that you may use it")
    if sys.flags.dev_mode:
        raise error
    return _failed(
        f"a mistake in boxd itself ({type(error).__name__}: {error}). Are daemon and command of "
        "the same version? `boxd version`, `boxd status`. For a report: python -X dev -m boxd ..."
    )
