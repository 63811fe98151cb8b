"""The few settings that the server's own process gets, as JSON.

It needs neither the configuration file nor the library that reads it, which would take a third of
that process's memory for as long as the box runs.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from boxd.config.schema import Config, Temporal


@dataclass(frozen=True)
class ServerSettings:
    """The settings of [temporal] that concern the box's own server."""

    namespace: str
    binary: Path | None
    port: int
    ui_port: int
    http_port: int
    metrics_port: int
    ui: bool
    retention_days: int
    memory_mib: int

    @classmethod
    def of(cls, temporal: Temporal) -> ServerSettings:
        """Take the values from the configuration's section."""
        return cls(**{field.name: getattr(temporal, field.name) for field in fields(cls)})


@dataclass(frozen=True)
class StandaloneServer:
    """A server beside the daemon: its settings, its files, and where it reports its status.

    `status_socket` is None if no daemon listens.
    """

    settings: ServerSettings
    directory: Path
    status_socket: Path | None

    @classmethod
    def of(cls, config: Config) -> StandaloneServer:
        """The server that a configuration describes."""
        status_socket = config.server_status_socket if config.temporal.own_unit else None
        return cls(ServerSettings.of(config.temporal), config.temporal_dir, status_socket)

    def command_line(self) -> list[str]:
        """The command line of this server's process: boxd.temporal.standalone with this as JSON."""
        told = json.dumps(asdict(self), default=str)
        return [sys.executable, "-sP", "-m", "boxd.temporal.standalone", told]

    @classmethod
    def from_json(cls, text: str) -> StandaloneServer:
        """Read it from the command line."""
        told = json.loads(text)
        settings = told["settings"]
        settings["binary"] = _path(settings["binary"])
        return cls(
            ServerSettings(**settings), Path(told["directory"]), _path(told["status_socket"])
        )


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)
