"""What the server's own process is told: a few values of the configuration, as JSON.

They come without the configuration's file and without the library that reads it, which would be a
third of that process's memory, for as long as the box runs.
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
    """The section [temporal], as far as the box's own server goes."""

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
        """The same values."""
        return cls(**{field.name: getattr(temporal, field.name) for field in fields(cls)})


@dataclass(frozen=True)
class Neighbour:
    """A server that lives beside the daemon: its settings, its files, where it tells how it is.

    `news` is None where no daemon listens.
    """

    settings: ServerSettings
    directory: Path
    news: Path | None

    @classmethod
    def of(cls, config: Config) -> Neighbour:
        """The server that a configuration describes."""
        news = config.server_news_file if config.temporal.own_unit else None
        return cls(ServerSettings.of(config.temporal), config.temporal_dir, news)

    def command_line(self) -> list[str]:
        """What a process becomes to run this server: boxd.temporal.alone, told all of this."""
        told = json.dumps(asdict(self), default=str)
        return [sys.executable, "-sP", "-m", "boxd.temporal.alone", told]

    @classmethod
    def from_json(cls, text: str) -> Neighbour:
        """As the command line tells it."""
        told = json.loads(text)
        settings = told["settings"]
        settings["binary"] = _path(settings["binary"])
        return cls(ServerSettings(**settings), Path(told["directory"]), _path(told["news"]))


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)
