"""The locker boards of a box, each line with its boards, kept open as long as the box runs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence

import structlog

from boxd.devices import UnconfiguredDevice
from boxd.lockerbus.board import LockerBoard
from boxd.lockerbus.line import LockerLine
from boxd.lockerbus.sections import LockerBoardDevice

log = structlog.get_logger(__name__)

FIRST_ROUND_S = 1.0  # the rest of the box starts then, even if no board answers


class LockerBus:
    """Every line and board. A missing one is a state, and does not keep the rest from starting."""

    def __init__(
        self,
        devices: Sequence[LockerBoardDevice],
        path_of: Callable[[str], str],
        on_change: Callable[[], None],
        unconfigured: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        self.devices = tuple(LockerBoard(device, on_change) for device in devices)
        self._lines: list[LockerLine] = []
        self._tasks: list[asyncio.Task[None]] = []
        by_port: dict[str, list[tuple[LockerBoardDevice, LockerBoard]]] = {}
        for device, board in zip(devices, self.devices, strict=True):
            if device.enabled:
                by_port.setdefault(device.port, []).append((device, board))
        for wired in by_port.values():
            boards = {device.board: board for device, board in wired}
            line = LockerLine(boards, wired[0][0], path_of, unconfigured)
            for board in boards.values():
                board.open_lock = line.open_lock
            self._lines.append(line)

    async def start(self) -> None:
        """Open the lines and keep them open; returns after a round, or after a second."""
        for line in self._lines:
            task = asyncio.create_task(line.keep_open(), name="locker line")
            task.add_done_callback(_report_failure)
            self._tasks.append(task)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FIRST_ROUND_S):
                await asyncio.gather(*(line.tried.wait() for line in self._lines))

    async def close(self) -> None:
        """Close the lines; the boards have no outputs that stay on."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def unconfigured(self) -> tuple[UnconfiguredDevice, ...]:
        """None: an adapter that nobody configured is listed with the serial devices."""
        return ()


def _report_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.critical("locker_line.ended", remedy="restart boxd", exc_info=error)
