"""The box as the doctor finds it: where its files are, what its daemon says, who is asking."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from boxd.clock import Looked
from boxd.config import Config
from boxd.daemon.instance_lock import is_held
from boxd.doctor.finding import Skip
from boxd.errors import BoxdError, ConfigError

Json = dict[str, Any]
Run = Callable[[Sequence[str]], str | None]
"""Runs a program and returns what it says; None where it is not there or fails."""


class Daemon:
    """What the daemon says. One that does not answer is asked once, not by every check."""

    def __init__(self, ask: Callable[[str], Json]) -> None:
        """`ask` takes a path of the API; raises BoxdError, or PermissionError."""
        self._ask = ask
        self._said: dict[str, Json] = {}
        self._silence: BoxdError | None = None

    def get(self, path: str) -> Json:
        """What it says at `path`. Raises BoxdError when it does not answer."""
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
    """Everything that a check looks at is reached from here, so that a test can hand in another.

    `root` is where /proc, /sys, /dev and /boot are; `found` the configuration, or why there is
    none.
    """

    config_file: Path
    found: Config | ConfigError
    daemon: Daemon
    looked: Looked
    run: Run
    root: Path = Path("/")
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    is_root: bool = field(default_factory=lambda: os.geteuid() == 0)

    @property
    def config(self) -> Config:
        """The configuration. Raises Skip where it can't be used."""
        if isinstance(self.found, ConfigError):
            raise Skip("the configuration can't be used, see there")
        return self.found

    @property
    def now(self) -> datetime:
        """What the wall clock says."""
        return self.looked.wall

    @property
    def name(self) -> str:
        """The box's id; empty where the configuration does not tell."""
        return "" if isinstance(self.found, ConfigError) else self.found.box.id

    def at(self, path: str) -> Path:
        """The file that this box has at the absolute `path`."""
        return self.root / path.lstrip("/")

    def text(self, path: str) -> str | None:
        """What a small file of the kernel says; None where it is not there."""
        try:
            return self.at(path).read_text(encoding="utf-8", errors="replace").strip()
        except PermissionError:
            raise
        except OSError:
            return None

    @property
    def is_served(self) -> bool:
        """Whether a boxd serves this box now."""
        return is_held(self.config.lock_file)

    def said(self, path: str) -> Json:
        """What the daemon says at `path`. Raises Skip when none answers."""
        if not self.is_served:
            raise Skip("boxd does not run")
        try:
            return self.daemon.get(path)
        except BoxdError as error:
            raise Skip(str(error)) from error
