"""What HUD, commands and API say about the box's health."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from boxd.web.snapshot import Health
from boxd.words import N_


class ShownHealth:
    """The box's health at this moment; `changed` is called after each change."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self.now = Health("starting", N_("boxd is starting"))
        self._changed = changed

    def change(self, **changes: str) -> None:
        """Change some fields of the health."""
        self.now = replace(self.now, **changes)
        self._changed()
