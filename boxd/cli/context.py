"""The context of a command: the configuration file in effect, its content, and the user."""

from __future__ import annotations

import getpass
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from boxd.cli.command_classes import CONFIG_KEY
from boxd.errors import ConfigError

if TYPE_CHECKING:
    from boxd.config.schema import Config

SYSTEM_FILE = Path("/etc/boxd/boxd.toml")
CHECKOUT_FILE = Path("config/sim.toml")


def config_path() -> Path:
    """The configuration file: named on the line, else $BOXD_CONFIG, else the system's.

    In a checkout without any of them it is the simulation's, and a note says so.
    """
    named = click.get_current_context().meta.get(CONFIG_KEY)
    if isinstance(named, Path):
        if not named.is_file():
            raise click.UsageError(f"--config {named}: there is no such file")
        return named
    return _unnamed_path()


def _unnamed_path() -> Path:
    from_environment = os.environ.get("BOXD_CONFIG")
    if from_environment:
        path = Path(from_environment)
        if not path.is_file():
            raise ConfigError(f"$BOXD_CONFIG names {path}, which is no file; correct or unset it")
        return path
    if SYSTEM_FILE.is_file():
        return SYSTEM_FILE
    if CHECKOUT_FILE.is_file():
        click.echo(f"note: no {SYSTEM_FILE} here; using ./{CHECKOUT_FILE}", err=True)
        return CHECKOUT_FILE
    raise ConfigError(
        f"there is no configuration: neither {SYSTEM_FILE} nor ./{CHECKOUT_FILE} exists; "
        "name one with --config PATH or in $BOXD_CONFIG"
    )


def configuration() -> Config:
    """The configuration in effect. Raises ConfigError with every error of the file."""
    from boxd.config import load

    return load(config_path())


def actor() -> str:
    """The person who runs the command, for the audit trail; also behind sudo."""
    return f"{os.environ.get('SUDO_USER') or _login_name()} (CLI)"


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as in a container
        return f"uid {os.getuid()}"
