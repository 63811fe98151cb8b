"""The state of one device, since when and why: kept in one place, and reported when it changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from boxd.devices import DeviceState, DeviceStatus
from boxd.machine_clock import utc_now
from boxd.words import N_

log = structlog.get_logger(__name__)


_NOT_YET = N_("{device} is still connecting; nothing was sent")
_NOT_SENT = {
    DeviceState.UNREACHABLE: N_("{device} is unreachable: {why}; nothing was sent"),
    DeviceState.DISABLED: N_("{device} is switched off in the configuration; nothing was sent"),
}


class StatusTracker:
    """The state of one device. `on_change` is called on the event loop after every change."""

    def __init__(
        self, name: str, kind: str, port: str, on_change: Callable[[], None], *, enabled: bool
    ) -> None:
        self.state = DeviceState.CONNECTING if enabled else DeviceState.DISABLED
        self._why = "" if enabled else N_("switched off in the configuration")
        self._name = name
        self._kind = kind
        self._port = port
        self._since = utc_now()
        self._on_change = on_change

    @property
    def status(self) -> DeviceStatus:
        """The state for people."""
        return DeviceStatus(self._name, self._kind, self._port, self.state, self._since, self._why)

    @property
    def is_ready(self) -> bool:
        """Whether the device can be used."""
        return self.state is DeviceState.READY

    @property
    def is_enabled(self) -> bool:
        """False if the device is disabled in the configuration."""
        return self.state is not DeviceState.DISABLED

    @property
    def naming(self) -> str:
        """The device's name in messages."""
        return f"{self._name} ({self._port})"

    @property
    def why_nothing_was_sent(self) -> str:
        """The error text for an order that was not sent because of this state."""
        return _NOT_SENT.get(self.state, _NOT_YET).format(device=self.naming, why=self._why)

    def become(self, state: DeviceState, why: str = "") -> None:
        """Take a state and its reason; a new reason alone does not change the state's time."""
        if (state, why) == (self.state, self._why):
            return
        if state is not self.state:
            self._since = utc_now()
        self.state, self._why = state, why
        log.info("device.changed", device=self._name, port=self._port, state=str(state), why=why)
        self.tell()

    def tell(self) -> None:
        """Report that something about the device changed."""
        # Not called right here: a listener that fails must not stop the watching.
        asyncio.get_running_loop().call_soon(self._on_change)
