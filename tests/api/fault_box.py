"""A box that refuses to dispense, as the daemon starts it: its devices, lamps and API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from boxd.api.app import Application
from boxd.config import Config
from boxd.daemon.fault_mode import start_refusing_box
from boxd.errors import BoxdError
from boxd.sim.hardware import SimulatedHardware


@asynccontextmanager
async def fault_box(config: Config, error: BoxdError) -> AsyncIterator[Application]:
    """The web side of a box that refuses for `error`."""
    async with AsyncExitStack() as closing:
        front = SimulatedHardware(config)
        closing.callback(front.close)
        _, served = await start_refusing_box(config, error, front, closing)
        yield Application(served, front)
