"""Lines that newcomers type without reading: each runs what it means, or says what to type."""

from __future__ import annotations

import os
import pty
import shlex
import subprocess
import sys

import click
import pytest

from boxd.cli.program import boxd as program
from boxd.cli.program import code_of

# What is typed, and the command that runs.
MEANT = {
    "prize": "prizes list",
    "prizes": "prizes list",
    "inventory": "prizes list",
    "prizes add mug --name Mug": "prizes add",
    "prize new mug --name Mug": "prizes add",
    "prizes set mug --weight 2": "prizes set",
    "prizes rename mug --name Cup": "prizes set",
    "prizes remove mug --reason gone": "prizes remove",
    "prizes delete mug --reason gone": "prizes remove",
    "prizes restock mug +5 --reason more": "prizes adjust",
    "prizes count mug 3 --reason counted": "prizes count",
    "codes": "codes list",
    "code list": "codes list",
    "codes print 1": "codes print",
    "vouchers 1": "codes print",
    "codes export": "codes export",
    "codes find 1234 5674": "codes find",
    "codes search 12345674": "codes find",
    "codes new badge-1": "codes issue",
    "codes generate badge-1": "codes issue",
    "codes delete 1 --reason no": "codes void",
    "code revoke 1 --reason no": "codes void",
    "codes reveal 1": "codes show",
    "issue badge-1": "codes issue",
    "attendees": "attendees list",
    "attendee add badge-1": "attendees add",
    "attendees search badge": "attendees search",
    "attendees import -": "attendees import",
    "attendees cards badge-1": "attendees link",
    "people": "attendees list",
    "users": "attendees list",
    "cards badge-1": "attendees link",
    "attendees delete badge-1 --yes": "attendees forget",
    "forget badge-1": "attendees forget",
    "report --today": "report",
    "report --since yesterday": "report",
    "report --since 2h": "report",
    "report --since 9:30 --until 11:00": "report",
    "stats": "report",
    "logs": "logs",
    "log -f": "logs",
    "journal": "logs",
    "health": "doctor",
    "check": "doctor",
    "info": "status",
    "state": "status",
    "device": "devices list",
    "devices": "devices list",
    "boards": "devices list",
    "midi": "devices list",
    "devices monitor": "devices watch",
    "locker": "lockers list",
    "doors": "lockers list",
    "open 1 --reason x": "lockers open",
    "unlock 1 --reason x": "lockers open",
    "lockers unlock 1 --reason x": "lockers open",
    "lockers enable 1": "lockers in-service",
    "tasks": "tasks list",
    "task accept hunt.1": "tasks approve",
    "tasks reject hunt.1 --reason x": "tasks refuse",
    "signs": "tasks qr",
    "qr": "tasks qr",
    "alarm": "alarms list",
    "alarms ack 3": "alarms clear",
    "tokens new app --role operator": "tokens create",
    "token delete app": "tokens revoke",
    "backups": "backup list",
    "backup now": "backup create",
    "backups check": "backup list",
    "restore FILE": "backup restore",
    "history": "audit tail",
    "events": "audit tail",
    "verify": "audit verify",
    "schedule": "schedules list",
    "schedules trigger backup": "schedules run",
    "queue": "redemptions list",
    "time status": "clock show",
    "config validate": "config check",
    "boxes": "fleet status",
    "clock": "clock show",
    "event": "event show",
    "fleet": "fleet status",
    "join WORD": "fleet join",
    "fleet init fair host:7233": "fleet begin",
    "fleet add": "fleet invite",
    "send mug 2 --to 2": "stock send",
    "stock": "stock list",
    "stock transfer mug 2 --to 2": "stock send",
    "stock sign 1-000042 2": "stock arrive",
    "staff add Eva --role attendant": "staff invite",
    "recover database": "recover ledger",
    "settings list": "config show",
}

# What is typed, and what the error has to name.
TOLD = {
    "start": "systemctl start boxd.target",
    "stop": "systemctl stop boxd.target",
    "restart": "systemctl restart boxd.target",
    "reboot": "systemctl reboot",
    "update": "boxd upgrade --back",
    "print": "codes print",
    "import": "prizes import FILE",
    "export": "codes export",
    "add": "prizes add SKU",
    "search": "attendees search",
    "approve": "tasks approve TASK",
    "void": "codes void ID",
    "reset": "lockers in-service",
    "hud": "browser",
    "login": "sign-in",
    "setup": "docs/card.md",
    "invite": "fleet invite",
    "repair": "recover ledger",
    "stock add mug 2": "prizes adjust SKU +UNITS",
    "stock count mug 2": "prizes count SKU UNITS",
    "stock xyz": "'boxd help stock'",
    "opne": "'boxd lockers open'",
    "stauts": "'boxd status'",
    "codes isue": "'boxd codes issue'",
    "prizes lst": "'boxd prizes list'",
    "lockers xyz": "'boxd help lockers'",
    "frobnicate": "'boxd help'",
}


def _runs(line: str) -> str:
    """The command that a line runs, as boxd finds it. Raises click.UsageError."""
    context = program.make_context("boxd", shlex.split(line))
    while isinstance(context.command, click.Group):
        rest = [*context._protected_args, *context.args]
        name, command, rest = context.command.resolve_command(context, rest)
        assert command is not None
        context = command.make_context(name, rest, parent=context)
    path = context.command_path.removeprefix("boxd ")
    context.close()
    return path


@pytest.mark.parametrize("line", MEANT)
def test_a_line_runs_what_it_means(line: str) -> None:
    assert _runs(line) == MEANT[line]


@pytest.mark.parametrize("line", TOLD)
def test_a_line_that_can_t_be_meant_names_what_does_it(
    line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert code_of(shlex.split(line)) == 2
    assert TOLD[line] in capsys.readouterr().err


@pytest.mark.parametrize("line", ["-h", "--help", "help", "codes -h", "help codes", "codes help"])
def test_help_is_found_however_it_is_asked_for(
    line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert code_of(line.split()) == 0
    assert "Usage: boxd" in capsys.readouterr().out


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_the_version_is_an_option_too(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert code_of([option]) == 0
    assert capsys.readouterr().out.startswith("boxd ")


@pytest.mark.parametrize(("no_color", "is_coloured"), [("1", False), ("", True)])
def test_no_color_means_none(no_color: str, is_coloured: bool) -> None:
    ours, theirs = pty.openpty()
    environment = os.environ | {"NO_COLOR": no_color, "BOXD_CONFIG": "/nowhere"}
    line = [sys.executable, "-m", "boxd", "status"]
    subprocess.run(line, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, check=False)
    told = os.read(ours, 10_000).decode()
    os.close(ours)
    os.close(theirs)
    assert "/nowhere" in told
    assert ("\x1b[" in told) == is_coloured
