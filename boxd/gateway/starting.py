"""How a gateway is started: its command line, and its settings in a descriptor."""

from __future__ import annotations

import os
import sys


def settings_in_memory(settings: str) -> int:
    """A descriptor from which a program that is started with it reads the settings."""
    descriptor = os.memfd_create("boxd-gateway", 0)
    with os.fdopen(os.dup(descriptor), "w", encoding="utf-8") as writing:
        writing.write(settings)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def command_line(descriptor: int) -> list[str]:
    """The gateway's command line."""
    return [sys.executable, "-sP", "-m", "boxd.gateway", str(descriptor)]
