"""The classes of all commands: `--config` anywhere on the line, examples in the help."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

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
    """A command with subcommands, which have the same options."""

    command_class = BoxdCommand

    def __init__(
        self, name: str | None = None, *, examples: Sequence[str] = (), **rest: Any
    ) -> None:
        super().__init__(name, **rest)
        self.examples = tuple(examples)
        self.params.append(_config_option())

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, then the rest of the epilog."""
        _write_examples(self.examples, formatter)
        super().format_epilog(ctx, formatter)


def _write_examples(examples: Sequence[str], formatter: click.HelpFormatter) -> None:
    if examples:
        with formatter.section("Examples"):
            for example in examples:
                formatter.write(f"{'':>{formatter.current_indent}}{example}\n")
