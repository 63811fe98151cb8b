"""Where each peer's program comes from: environments in build/peers, filled from the registries."""

from __future__ import annotations

import platform
import subprocess
import sys
import venv
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.box import ROOT

FOLDER = ROOT / "build" / "peers"
_SERVER = "@restatedev/restate-server"
_SERVER_VERSION = "1.7.12"


class NoPeer(Exception):
    """It can't be installed here; the message says why."""


@dataclass(frozen=True)
class Engine:
    """A peer's name, and how to get the command that runs its flow, without the folder."""

    name: str
    command: Callable[[], tuple[list[str], list[str]]]


def engines() -> Sequence[Engine]:
    """All of them, the floor first."""
    return (
        Engine("plain SQLite", lambda: (_program(sys.executable, "plain_flow"), [])),
        Engine("DBOS 3.4 on SQLite", _dbos),
        Engine("Restate 1.7", _restate),
        Engine("Temporal's defaults", lambda: (_program(sys.executable, "temporal_flow"), [])),
    )


def _dbos() -> tuple[list[str], list[str]]:
    return _program(_python("dbos", "dbos==3.4.0"), "dbos_flow"), []


def _restate() -> tuple[list[str], list[str]]:
    python = _python("restate", "restate-sdk==1.3.0", "hypercorn==0.18.0")
    return _program(python, "restate_flow"), [_restate_server()]


def _program(python: str, module: str) -> list[str]:
    return [python, "-m", f"bench.peers.{module}"]


def _python(name: str, *packages: str) -> str:
    """An environment's Python, with these packages."""
    folder = FOLDER / name
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    _run(str(python), "-m", "pip", "install", "--quiet", *packages)
    return str(python)


def _restate_server() -> str:
    arch = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    folder = FOLDER / "restate-server"
    server = folder / f"node_modules/{_SERVER}-linux-{arch}/bin/restate-server"
    if not server.exists():
        options = ("--prefix", str(folder), "--no-audit", "--no-fund", "--silent")
        _run("npm", "install", *options, f"{_SERVER}@{_SERVER_VERSION}")
    return str(server)


def _run(*command: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        raise NoPeer(f"{command[0]}: {error.strerror}") from error
    if done.returncode:
        raise NoPeer(f"{command[0]} ended with {done.returncode}: {done.stderr.strip()[-200:]}")
