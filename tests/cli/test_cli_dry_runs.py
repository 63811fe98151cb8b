"""What can't be undone has `--dry-run`; here is said why each other command needs none."""

from __future__ import annotations

import click

from tests.cli.test_cli_help import ALL_LINES, command_of

# What undoes a command, or why nothing has to be undone.
UNDONE = {
    "attendees add": "attendees forget",
    "backup create": "it adds a file",
    "backup new-key": "it adds a file, and replaces none",
    "backup open": "it adds a file, and replaces none",
    "clock advance": "the next time from a time server",
    "devices learn": "it prints sections, which a person writes down",
    "event open": "event close",
    "fleet begin": "fleet leave",
    "fleet join": "fleet leave",
    "guard-ports": "a restart of the machine",
    "lockers in-service": "lockers out-of-service",
    "lockers out-of-service": "lockers in-service",
    "name set": "name set",
    "outbox resend": "upstream knows each event by its id",
    "prizes add": "prizes remove",
    "prizes adjust": "prizes adjust",
    "prizes set": "prizes set",
    "recover resume": "each question is asked first",
    "recover start": "recover answer",
    "rehearsal begin": "rehearsal end",
    "schedules run": "the box runs them by itself",
    "staff invite": "staff remove",
    "stock send": "stock settle",
    "tasks approve": "codes void",
    "tasks issue-again": "codes void",
    "tasks publish": "tasks publish",
    "tasks scan": "tasks give-up",
    "tasks start": "tasks give-up",
    "tasks submit": "tasks give-up",
    "tasks withdraw": "tasks publish",
    "tokens create": "tokens revoke",
}
READING = {
    *("alarms list", "attendees list", "attendees search", "attendees show", "audit export"),
    *("audit head", "audit tail", "audit verify", "backup list", "clock show", "codes export"),
    *(
        "codes batch",
        "codes find",
        "codes list",
        "codes print",
        "codes show",
        "config check",
        "config show",
    ),
    *("devices list", "devices test", "devices watch", "doctor", "event show", "fleet invite"),
    *(
        "fleet status",
        "lockers list",
        "logs",
        "name show",
        "outbox list",
        "prizes list",
        "recover list",
    ),
    *("recover open", "recover replay", "recover show", "redemptions history"),
    *("redemptions list", "redemptions look-back", "redemptions replay", "redemptions show"),
    *("rehearsal show", "report", "schedules list", "staff list", "status", "stock list"),
    *("tasks export", "tasks kinds", "tasks list", "tasks replay", "tasks show", "tls show"),
    *("tokens list", "version"),
}
# They serve until they are stopped, or hand their arguments on; `safe` switches off what is on.
SERVING = {
    *("hub", "phones", "run", "safe", "set-up", "sim-board"),
    *("temporal", "temporal-pages", "temporal-server"),
}


def _all() -> dict[str, click.Command]:
    found = {" ".join(line): command_of(line) for line in ALL_LINES}
    return {line: each for line, each in found.items() if not isinstance(each, click.Group)}


def test_what_can_not_be_undone_can_be_tried_first() -> None:
    commands = _all()
    tried = {
        line
        for line, command in commands.items()
        if any("--dry-run" in each.opts for each in command.params)
    }
    known = {*UNDONE, *READING, *SERVING}
    assert known <= set(commands)
    assert set(commands) - known == tried, "give it --dry-run, or say here what undoes it"


def test_what_is_said_to_undo_a_command_is_one() -> None:
    groups = {line.partition(" ")[0] for line in _all() if " " in line}
    for remedy in UNDONE.values():
        if remedy.partition(" ")[0] in groups:
            assert remedy in _all()
