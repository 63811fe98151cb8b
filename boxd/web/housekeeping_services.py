"""What the commands ask of housekeeping; a protocol, so that the web layer runs without it."""

from __future__ import annotations

from typing import Any, Protocol

Json = dict[str, Any]


class HousekeepingServices(Protocol):
    """Housekeeping, as the web layer sees it. Each method may raise a `BoxdError`."""

    async def schedules(self) -> list[Json]:
        """Every schedule with its last and its next run."""

    async def run_schedule(self, name: str, actor: str) -> Json:
        """Begin a run by hand; the schedule with that run as the last."""

    async def back_up(self) -> Json | None:
        """Make a backup; None when it takes longer than a request: asked again, it is the same."""
