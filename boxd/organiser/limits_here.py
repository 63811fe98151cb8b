"""Codes without a task are issued by the box that keeps the attendees' limits."""

from __future__ import annotations

from boxd.config import Config
from boxd.errors import Refused


def require_limits_here(config: Config) -> None:
    """Raise Refused if another box keeps the limits: only the issue of a task asks it."""
    if (keeper := config.limit_keeper) is not None:
        raise Refused(
            f"box {keeper} keeps the limit of codes for each attendee ([codes] per_attendee): make"
            " these codes there; here a task gives one, after that box was asked"
        )
