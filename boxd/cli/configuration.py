"""`boxd config`: the configuration file, checked and shown."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from boxd.cli.command_classes import BoxdGroup, json_option
from boxd.cli.context import config_path
from boxd.cli.tables import say_json
from boxd.errors import ConfigError

if TYPE_CHECKING:
    from boxd.config import Config


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
    if wrong := [*missing_files(config), *_certificate_faults(config)]:
        raise ConfigError("\n".join(f"{path}: {each}" for each in wrong))
    for warning in unwise(config.devices):
        click.secho(f"warning: {warning}", fg="yellow", err=True)
    click.echo(
        f"{path} is good: {config.box.id}; bays: {len(config.bays)}, "
        f"lockers: {len(config.lockers)}, devices: {len(config.devices)}"
    )


def _certificate_faults(config: Config) -> list[str]:
    """Why phones would refuse the configured certificate; nothing where this user can't read it."""
    phones = config.phones
    if phones.tls_cert_file is None or phones.tls_key_file is None:
        return []
    from boxd.certificates import faults, read_pair

    host = urlsplit(phones.public_url or "").hostname or ""
    try:
        pair = read_pair(phones.tls_cert_file, phones.tls_key_file)
    except OSError:
        return []
    except ValueError as error:
        return [f"phones.tls_cert_file {phones.tls_cert_file}: {error}"]
    found = faults(pair, host, datetime.now(UTC))
    return [f"phones.tls_cert_file {phones.tls_cert_file}: {fault}" for fault in found]


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
