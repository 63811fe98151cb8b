"""Checks of versions: boxd's daemon, Python, the packages, and Temporal's program."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Iterator
from importlib import metadata

from boxd import DISTRIBUTION, __version__
from boxd.doctor.check import Check
from boxd.doctor.check_context import CheckContext
from boxd.doctor.finding import Finding, Skip, failed, passed, warned
from boxd.doctor.newer_package import newer_package
from boxd.errors import BoxdError
from boxd.installed_package import package_not_in_use
from boxd.temporal.binary import find_binary, read_version

FAMILY = "Versions"

_AGAIN = "sudo make install   # installs boxd and the packages that it needs again"
_NEEDED = re.compile(r"([\w.-]+)\s*(>=|==)?\s*([\d.]+)?\s*(?:;\s*python_version\s*<\s*'([\d.]+)')?")


def daemon(context: CheckContext) -> Iterator[Finding]:
    """The daemon, this command and the Debian package have one version."""
    running = context.answer("/api/v1/status")["box"]["boxd"]
    if running == __version__:
        yield passed(f"boxd {running}")
    else:
        yield warned(
            f"boxd {running} runs, and {__version__} is installed", "sudo systemctl restart boxd"
        )
    if package := package_not_in_use(context.root):
        yield warned(
            f"boxd {__version__} is in use, and the Debian package is {package}",
            f"sudo /usr/lib/boxd/bin/boxd upgrade   # to {package}; or install the package of"
            f" {__version__} again, and apt names it too",
        )


def packages(_: CheckContext) -> Iterator[Finding]:
    """Every package that boxd requires is installed in a fitting version."""
    try:
        needed = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        raise Skip("boxd was not installed as a package; nothing says what it needs") from None
    faults = [fault for line in needed if "extra ==" not in line and (fault := why_unmet(line))]
    for fault in faults:
        yield failed(fault, _AGAIN)
    if not faults:
        yield passed(f"Python {sys.version.split()[0]}, and all packages that boxd needs")


def why_unmet(needed: str) -> str:
    """Why this requirement of boxd is not met; empty if it is met or does not apply."""
    found = _NEEDED.match(needed.replace('"', "'"))
    if found is None:
        return f"what '{needed}' means is not known"
    name, relation, wanted, only_below = found.groups()
    if only_below and sys.version_info[:2] >= _number(only_below):
        return ""
    try:
        present = metadata.version(name)
    except metadata.PackageNotFoundError:
        return f"the package {name} is not installed"
    fits = {
        "==": lambda: present == wanted,
        ">=": lambda: _number(present) >= _number(wanted),
    }.get(relation or "", lambda: True)()
    return "" if fits else f"{name} is {present}, and boxd needs {relation}{wanted}"


def temporal(context: CheckContext) -> Iterator[Finding]:
    """The server's program exists and runs."""
    settings = context.config.temporal
    if settings.address is not None:
        raise Skip(f"the server is another machine's, {settings.address}")
    try:
        yield passed(asyncio.run(read_version(find_binary(settings))))
    except BoxdError as error:
        said, _, remedy = str(error).partition("; ")
        yield failed(said, remedy or _AGAIN)


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


CHECKS = (
    Check(
        FAMILY,
        "boxd",
        daemon,
        "another version runs than is installed, or the Debian package has another one",
    ),
    Check(FAMILY, "newer", newer_package, "apt knows of a newer boxd"),
    Check(FAMILY, "packages", packages, "a package is missing, or too old"),
    Check(FAMILY, "temporal", temporal, "the program is missing, or does not run", 25),
)
