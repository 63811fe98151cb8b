"""`boxd config`: the configuration file, checked and shown."""

from __future__ import annotations

import click

from boxd.cli.command_classes import BoxdGroup, json_option
from boxd.cli.context import config_path
from boxd.cli.tables import say_json
from boxd.errors import ConfigError


@click.group(
    "config", cls=BoxdGroup, examples=("boxd config check", "boxd config show --config my.toml")
)
def command() -> None:
    """Check and show the configuration file. Works without the daemon."""


@command.command(
    "check",
    examples=("boxd config check", "boxd config check --config config/codetv.toml"),
)
def check() -> None:
    """Check the file: shows every error at once, each with its line and remedy."""
    from boxd.config import load
    from boxd.config.device_kinds import unwise
    from boxd.config.named_files import missing_files

    path = config_path()
    config = load(path)
    if missing := missing_files(config):
        raise ConfigError("\n".join(f"{path}: {each}" for each in missing))
    for warning in unwise(config.devices):
        click.secho(f"warning: {warning}", fg="yellow", err=True)
    click.echo(
        f"{path} is good: {config.box.id}; bays: {len(config.bays)}, "
        f"lockers: {len(config.lockers)}, devices: {len(config.devices)}"
    )


@command.command("show", examples=("boxd config show", "boxd config show --json | jq .bays"))
@json_option
def show(as_json: bool) -> None:
    """Show every setting in effect, also defaults, with secrets masked."""
    from boxd import config as configuration

    config = configuration.load(config_path())
    if as_json:
        say_json(config.model_dump(mode="json"))
    else:
        click.echo(configuration.show(config))
