"""What checks look at: where files are, what the daemon says, which user is asking."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from boxd.clock import ClockReading
from boxd.config import Config
from boxd.daemon.instance_lock import is_held
from boxd.doctor.finding import Skip
from boxd.errors import BoxdError, ConfigError

Json = dict[str, Any]
Run = Callable[[Sequence[str]], str | None]
"""Runs a program and returns its output; None if it is missing or fails."""


class Daemon:
    """The daemon's answers. If it does not answer once, no other check waits for it again."""

    def __init__(self, ask: Callable[[str], Json]) -> None:
        """`ask` takes a path of the API; it raises BoxdError or PermissionError."""
        self._ask = ask
        self._said: dict[str, Json] = {}
        self._silence: BoxdError | None = None

    def get(self, path: str) -> Json:
        """The daemon's answer at `path`. Raises BoxdError if it does not answer."""
        if path not in self._said:
            if self._silence is not None:
                raise self._silence
            try:
                self._said[path] = self._ask(path)
            except BoxdError as error:
                if not self._said:
                    self._silence = error
                raise
        return self._said[path]


@dataclass(frozen=True)
class CheckContext:
    """The only way in which checks reach the system, so that a test can pass another one.

    `root` is the folder that holds /proc, /sys, /dev and /boot. `found` is the configuration, or
    the reason why there is none.
    """

    config_file: Path
    found: Config | ConfigError
    daemon: Daemon
    looked: ClockReading
    run: Run
    root: Path = Path("/")
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    is_root: bool = field(default_factory=lambda: os.geteuid() == 0)

    @property
    def config(self) -> Config:
        """The configuration. Raises Skip if it can't be used."""
        if isinstance(self.found, ConfigError):
            raise Skip("the configuration can't be used, see there")
        return self.found

    @property
    def now(self) -> datetime:
        """The wall clock's time."""
        return self.looked.wall

    @property
    def name(self) -> str:
        """The box's id; empty without a configuration."""
        return "" if isinstance(self.found, ConfigError) else self.found.box.id

    def at(self, path: str) -> Path:
        """The file at the absolute `path`, below `root`."""
        return self.root / path.lstrip("/")

    def text(self, path: str) -> str | None:
        """The text of a small kernel file; None if it does not exist."""
        try:
            return self.at(path).read_text(encoding="utf-8", errors="replace").strip()
        except PermissionError:
            raise
        except OSError:
            return None

    @property
    def is_served(self) -> bool:
        """Whether a boxd daemon is running for this box."""
        return is_held(self.config.lock_file)

    def answer(self, path: str) -> Json:
        """The daemon's answer at `path`. Raises Skip if there is none."""
        if not self.is_served:
            raise Skip("boxd does not run")
        try:
            return self.daemon.get(path)
        except BoxdError as error:
            raise Skip(str(error)) from error
