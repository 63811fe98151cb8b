"""The classes of all commands: `--config` anywhere on the line, examples in the help, synonyms."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from boxd.cli import synonyms
from boxd.cli.tables import say_json

CONFIG_KEY = "boxd.cli.config"


def _remember(context: click.Context, _: click.Parameter, value: Path | None) -> None:
    if value is not None:
        context.meta[CONFIG_KEY] = value


def _config_option() -> click.Option:
    return click.Option(
        ["--config"],
        # The command checks whether it can be read: the doctor works without it.
        type=click.Path(path_type=Path, dir_okay=False, readable=False),
        metavar="PATH",
        expose_value=False,
        callback=_remember,
        help="The configuration file [default: $BOXD_CONFIG, else /etc/boxd/boxd.toml].",
    )


def json_option(command: Any) -> Any:  # what click's decorators take and return
    """Add `--json`, passed on as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")(command)


def dry_run_option(command: Any) -> Any:
    """Add `--dry-run`; what it shows ends with `say_nothing_changed`."""
    return click.option("--dry-run", is_flag=True, help="Only show what would change.")(command)


def say_nothing_changed() -> None:
    """Say that a dry run was one."""
    click.echo("nothing was changed: --dry-run")


def say_dry_run(would: str, as_json: bool) -> None:
    """Say what a command would do, and that it has not done it."""
    if as_json:
        say_json({"changed": False, "would": would})
        return
    click.echo(would)
    say_nothing_changed()


def again_option(command: Any) -> Any:
    """Add `--again`, for a file that is taken once if nobody says otherwise."""
    told = "Take FILE although it was taken before: it brings everything once more."
    return click.option("--again", is_flag=True, help=told)(command)


class BoxdCommand(click.Command):
    """A command that takes `--config` and shows its examples."""

    def __init__(self, name: str | None, *, examples: Sequence[str] = (), **rest: Any) -> None:
        super().__init__(name, **rest)
        self.examples = tuple(examples)
        self.params.append(_config_option())

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, then the rest of the epilog."""
        _write_examples(self.examples, formatter)
        super().format_epilog(ctx, formatter)


class BoxdGroup(click.Group):
    """A command with subcommands, which have the same options.

    It understands other words for its commands, and `help`; alone, it lists or shows what it is
    about.
    """

    command_class = BoxdCommand

    def __init__(
        self, name: str | None = None, *, examples: Sequence[str] = (), **rest: Any
    ) -> None:
        super().__init__(name, **rest)
        self.examples = tuple(examples)
        self.params.append(_config_option())

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take no word at all as the first of `list`, `show`, `status` that there is."""
        if not args and ctx.parent is not None:
            args = [name for name in ("list", "show", "status") if name in self.commands][:1]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the first word names or stands for. Raises UsageError."""
        if args[0] == "help":
            args = _asking_for_help(ctx, args[1:])
        word, known = args[0], self.list_commands(ctx)
        if word not in known and not word.startswith("-"):
            path = ctx.command_path.split()[1:]
            line = synonyms.meant(path, word, known)
            if not line:
                raise click.UsageError(synonyms.why_unknown(path, word, known), ctx)
            args = [*line, *args[1:]]
        return super().resolve_command(ctx, args)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, then the rest of the epilog."""
        _write_examples(self.examples, formatter)
        super().format_epilog(ctx, formatter)


def _asking_for_help(context: click.Context, words: list[str]) -> list[str]:
    """`help COMMAND` as `COMMAND --help`; the help of all ends the command."""
    if not words:
        click.echo(context.get_help())
        context.exit()
    return [*words, "--help"]


def _write_examples(examples: Sequence[str], formatter: click.HelpFormatter) -> None:
    if examples:
        with formatter.section("Examples"):
            for example in examples:
                formatter.write(f"{'':>{formatter.current_indent}}{example}\n")
