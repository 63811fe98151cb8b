"""The manual page boxd(1), made from the commands themselves: python -m boxd.cli.man_page."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator

import click

from boxd import __version__
from boxd.cli.program import SECTIONS, boxd

_FILES = (
    ("/etc/boxd/boxd.toml", "the configuration; /usr/share/doc/boxd has it with every setting"),
    ("/var/lib/boxd", "ledger, keys and backups"),
    ("/run/boxd/boxd.sock", "where the commands reach the daemon"),
)
_ENVIRONMENT = (
    ("BOXD_CONFIG", "the configuration file, if --config names none"),
    ("NO_COLOR", "if it is set, output has no colours"),
)


def page() -> str:
    """The page in the man macros of roff."""
    lines = [
        f'.TH BOXD 1 "" "boxd {__version__}" "boxd"',
        ".SH NAME",
        r"boxd \- the daemon of a prize box, and the commands to look after it",
        ".SH SYNOPSIS",
        r".B boxd [\-\-config PATH] COMMAND [ARGUMENTS]",
        ".SH DESCRIPTION",
        *_paragraphs(boxd),
    ]
    context = click.Context(boxd, info_name="boxd")
    for title, commands in SECTIONS.items():
        lines.append(f".SH {_plain(title.upper())}")
        for name in commands:
            lines += _command(boxd.get_command(context, name), context, name)
    lines += [".SH EXIT STATUS", "0 done, 1 failed, 2 usage error."]
    lines += [".SH ENVIRONMENT", *_terms(_ENVIRONMENT), ".SH FILES", *_terms(_FILES)]
    return "\n".join([*lines, ""])


def _command(command: click.Command | None, parent: click.Context, name: str) -> Iterator[str]:
    """A command, or all below it: what is typed, what it does, its options."""
    if command is None:
        raise LookupError(f"{name} is listed, and is no command")
    context = click.Context(command, info_name=name, parent=parent)
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            yield from _command(command.get_command(context, inner), context, inner)
        return
    usage = " ".join(command.collect_usage_pieces(context))
    yield f".SS {_plain(f'{context.command_path} {usage}')}"
    yield from _paragraphs(command)
    records = [each.get_help_record(context) for each in command.params]
    yield from _terms([record for record in records if record and record[0] != "--config PATH"])


def _paragraphs(command: click.Command) -> Iterator[str]:
    text = inspect.cleandoc(command.help or "")
    for number, paragraph in enumerate(text.split("\n\n")):
        if number:
            yield ".PP"
        yield _plain(" ".join(paragraph.split()))


def _terms(terms: Iterable[tuple[str, str]]) -> Iterator[str]:
    for term, meaning in terms:
        yield from (".TP", f".B {_plain(term)}", _plain(meaning) or r"\&")


def _plain(text: str) -> str:
    """Text that roff prints as it is."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{escaped}" if escaped.startswith((".", "'")) else escaped


if __name__ == "__main__":
    click.echo(page(), nl=False)
