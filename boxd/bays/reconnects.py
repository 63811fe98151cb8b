"""Notices when a device comes back, for parts that remember its old state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from boxd.devices import DeviceState, DeviceStatus


class ReconnectNotifier:
    """Calls the subscribers each time a device becomes ready again."""

    def __init__(self) -> None:
        self._wanted: list[tuple[str, Callable[[], None]]] = []
        self._ready_since: dict[str, datetime] = {}

    def subscribe(self, device: str, callback: Callable[[], None]) -> None:
        """Call `callback` whenever `device` becomes ready from now on."""
        self._wanted.append((device, callback))

    def look(self, statuses: Sequence[DeviceStatus]) -> None:
        """Compare the devices with their state at the last look."""
        for status in statuses:
            is_new = self._ready_since.get(status.name) != status.since
            if status.state is DeviceState.READY and is_new:
                self._ready_since[status.name] = status.since
                for device, callback in self._wanted:
                    if device == status.name:
                        callback()
